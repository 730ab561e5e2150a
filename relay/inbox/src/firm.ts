/**
 * Firm: the little that an operator may set of a page, as the relay tells it. Owns reading that strictly: it ends up in the page's style and in an
 * address, and nothing rests on it. What is not as it should be is left out.
 */

import type { Json } from "./crypto/json.ts";

/** Each as `#rrggbb`: text, lines and buttons, and what a chosen entry stands on; in the light theme and in the dark one. */
export interface FirmColours {
  readonly do: string;
  readonly doTint: string;
  readonly darkDo: string;
  readonly darkDoTint: string;
}

export interface FirmFacts {
  readonly colours: FirmColours | null;
  /** The name of the image beside the firm's. */
  readonly mark: string | null;
}

/** From the fields of `GET /v1/relay` (docs/protocol.md, part 13). */
export function firmOf(colours: Json | undefined, mark: Json | undefined): FirmFacts {
  return { colours: coloursOf(colours), mark: isMark(mark) ? mark : null };
}

export function isColour(value: Json | undefined): value is string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/.test(value);
}

function coloursOf(told: Json | undefined): FirmColours | null {
  const named = typeof told === "object" && told !== null && !Array.isArray(told) ? told : {};
  const { do: plain, do_tint: doTint, dark_do: darkDo, dark_do_tint: darkDoTint } = named;
  return isColour(plain) && isColour(doTint) && isColour(darkDo) && isColour(darkDoTint)
    ? { do: plain, doTint, darkDo, darkDoTint }
    : null;
}

function isMark(value: Json | undefined): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_-]{22}$/.test(value);
}
