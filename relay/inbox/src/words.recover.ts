/** The words of *Can’t get in?*. */

import { said } from "./language.ts";

export const recoverWords = said("recover", {
  heading: "Can’t get in?",
  withSheet: "With your recovery sheet",
  withSheetHint: "Type the digits, or paste all six groups into any field.",
  group: (n: number) => `Group ${n}`,
  groups: "Recovery digits",
  wrongGroup: (n: number) => `Group ${n} does not fit. Look at that one again.`,
  missing: (n: number) => `Group ${n} needs five digits.`,
  wrong: "Those digits did not open this inbox. Check the inbox name too.",
  open: "Open with the sheet",
  other: "With another browser that is open",
  otherHow:
    "There, go to Settings, then Browsers and unlocking, and choose Add another browser. It shows a square to scan, and a code to type.",
  otherGo: "Type that code here",
  noSheet: "Without the sheet",
  noSheetHow:
    "Nobody can open this inbox then, neither your coach nor the people who run this server. Ring your coach: you can begin a new inbox by a new invitation.",
  back: "Back to the password",
});
