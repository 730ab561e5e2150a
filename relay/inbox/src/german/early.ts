/** German for the locked page and the list. */

import { browsers } from "./browsers.ts";
import { words } from "./words.ts";

export const german: Readonly<Record<string, object>> = {
  browsers,
  words,
};
