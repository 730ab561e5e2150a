/** The words of *Can’t get in?*. */

import { said } from "./language.ts";

export const recoverWords = said("recover", {
  heading: "Can’t get in?",
  withSheet: "With your recovery sheet",
  withSheetHint: "Type the digits, or paste all six groups into any field.",
  camera: "Read the square with the camera",
  cameraOff: "Switch the camera off",
  read: "The digits have been read.",
  group: (n: number) => `Group ${n}`,
  groups: "Recovery digits",
  wrongGroup: (n: number) => `Group ${n} does not fit. Look at that one again.`,
  missing: (n: number) => `Group ${n} needs five digits.`,
  wrong: "Those digits did not open this inbox. Check the inbox name too.",
  open: "Open with the sheet",
  other: "With another browser that is open",
  otherHow:
    "There, go to Settings, then “Browsers and unlocking”, and choose “Add another browser”. It shows a square to scan, and a code to type.",
  otherGo: "Type that code here",
  noSheet: "Your coach can reopen it",
  noSheetHow:
    "Ring your coach. You will get a new invitation and your conversation back, as far as the agreement still keeps it. The people who run this server cannot do that.",
  back: "Back to the password",
  question: "Is this your inbox?",
  newest: (from: string, day: string) => `The newest message here is from ${from}, ${day}.`,
  mine: (day: string) => `The newest message here is from you, ${day}.`,
  empty: (other: string) => `It is for you and ${other}. Nothing is in it at present.`,
  looking: "Opening the newest message",
  yes: "Yes, it is mine",
  no: "No, lock it",
  notMine: "Locked again. Look at the inbox name: it stands on the sheet, above the digits.",
});
