/** The words of asking, once, whether the recovery sheet is still there. */

import { said } from "./language.ts";

export const askWords = said("asksheet", {
  heading: "Do you still have your recovery sheet?",
  lead: "Please type its first five digits, just to know that you could find it. You are asked this once.",
  label: "Group 1 of the sheet",
  wrong: "Those five digits are not the first group of a sheet. Look again at the one after the 1.",
  here: "It is here",
  lost: "I can’t find it",
  later:
    "Without the sheet and the password only your coach can let you in again. So a new one is made here.",
  saved: "Good. You are not asked again.",
});
