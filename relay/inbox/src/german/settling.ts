/** German for the settings. */

import { leave } from "./leave.ts";
import { settings } from "./settings.ts";
import { told } from "./told.ts";

export const german: Readonly<Record<string, object>> = {
  leave,
  settings,
  told,
};
