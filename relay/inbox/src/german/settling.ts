/** German for the settings. */

import { asksheet } from "./asksheet.ts";
import { leave } from "./leave.ts";
import { settings } from "./settings.ts";
import { told } from "./told.ts";

export const german: Readonly<Record<string, object>> = {
  asksheet,
  leave,
  settings,
  told,
};
