/** German for those who take a copy. */

import { copy } from "./copy.ts";

export const german: Readonly<Record<string, object>> = { copy };
