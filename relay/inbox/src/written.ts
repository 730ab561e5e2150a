/** How numbers, lists and sizes are written in the language that the page speaks. Apart from it, because the first page says none of them. */

import { tag } from "./language.ts";

/** A number as it is written: 1,204. */
export function number(n: number): string {
  return n.toLocaleString(tag);
}

/** `Goals, receipts and notes`. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat(tag).format(parts);
}

/** `2.4 MB`: decimal, as file lists of phones and computers say it. */
export function size(bytes: number): string {
  if (bytes < 1000) {
    return bytes.toLocaleString(tag, { style: "unit", unit: "byte", unitDisplay: "long" });
  }
  if (bytes < 999_500) {
    return `${Math.round(bytes / 1000)} KB`;
  }
  const megabytes = bytes / 1_000_000;
  return megabytes < 999.5 ? `${short(megabytes)} MB` : `${short(bytes / 1_000_000_000)} GB`;
}

function short(n: number): string {
  return number(n < 10 ? Math.round(n * 10) / 10 : Math.round(n));
}
