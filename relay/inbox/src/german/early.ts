/** German for all that the list needs. */

import { words } from "./words.ts";

export const german: Readonly<Record<string, object>> = { words };
