/** The words of copies that leave the inbox: of everything, and of one message. */

import { said } from "./language.ts";

export const copyWords = said("copy", {
  lead: (date: string) => `A copy is yours. It will not be deleted for you on ${date}.`,
  plain:
    "It is not locked. Keep it where only you can read it, or lock it with a program of yours.",
  done: "Saved outside this inbox. It will not be deleted for you.",
  stopped: "Stopped. Nothing was saved.",
  filesHead: "Files",
  destroy: (date: string) => `Please destroy this file by ${date}.`,
  files: (names: readonly string[]) => `Files: ${names.join(", ")}`,

  one: {
    heading: "Keep a copy",
    page: "It is one page that any browser shows without a network. This browser makes it; the server learns nothing of it.",
    withFiles:
      "It is one file with what came along. Unpack it and open the page open-me.html: any browser shows it without a network.",
    act: "Save the copy",
    title: "A message",
    fileName: (day: string) => `message-${day}`,
  },
});
