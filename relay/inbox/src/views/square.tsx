/** A square to scan: a link drawn as a QR code, with the same words beside it for whoever cannot see it. Sends nothing anywhere. */

import { encode } from "uqr";

const QUIET = 4;

/** The drawing is always dark on light: cameras read nothing else well. */
export function Square({ text, name }: { readonly text: string; readonly name: string }) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg class="square" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={name}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}
