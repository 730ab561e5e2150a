/** The words of *Leave*. */

import { said } from "./language.ts";

export const leaveWords = said("leave", {
  lead: (name: string, date: string) =>
    `This deletes your inbox now: every message and file in it, your ways in, your addresses. ${name} keeps the other copies until ${date}, as agreed.`,
  ends: (name: string) =>
    `It also ends your work with ${name} here. Neither of you can write any more.`,
  stays:
    "What both of you signed stays on the server until that day, because it is what the other copies are kept by. Then it goes too.",
  receipt: "At the end you get the server’s receipt as a file. None of this can be undone.",
  copy: "Take a copy first, if you want one.",
  copyDo: "Take a copy",
  label: "Type: delete my inbox",
  typed: "delete my inbox",
  hint: "So that it does not happen by a slip.",
  missing: "Please type it as it stands above.",
  act: "Delete my inbox now",
  ending: "Ending the work",
  deleting: "Deleting",
  waiting: "Waiting for the server’s receipt. It can take a minute or two.",
  closing: "Closing",
  noReceipt: "The receipt has not come yet. Everything that was here is deleted.",
  wait: "Wait for it",
  without: "Go without it",
  coach: "A coach’s side is closed by whoever runs this server, because clients depend on it.",
  fileName: "receipts-of-my-inbox.json",
});
