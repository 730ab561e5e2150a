/** The words of the search, apart from the rest: they are fetched with it. */

import { said } from "./language.ts";
import { counted } from "./words.ts";
import { number } from "./written.ts";

export const searchWords = said("search", {
  heading: "Search",
  results: "Found",
  field: (n: number) => `Search ${counted(n, "message", "messages")}`,
  back: "Back to the list",
  hint: "Names, subjects, first lines and names of files. Every word has to be there.",
  found: (n: number) =>
    n === 0
      ? "No message has those words in its names, subject or first lines."
      : `${counted(n, "message", "messages")} found.`,
  noneInside: "No message has those words anywhere.",
  inside: "Search inside all messages",
  again: "Search inside all messages again",
  stop: "Stop",
  read: (read: number, total: number) => `${number(read)} of ${number(total)} read`,
  more: (n: number) => `Show ${number(n)} more`,
  covered: (n: number) =>
    `Looked through names, subjects, first lines and names of files of ${counted(n, "message", "messages")}.`,
  coveredInside: (read: number, total: number) =>
    read === total
      ? `Read inside all ${number(total)} messages.`
      : `Read inside ${number(read)} of ${counted(total, "message", "messages")}; the others were not looked into.`,
  tooLarge: (n: number) =>
    n === 1
      ? "One mail above 2 MB was not looked into; only its subject and sender were."
      : `${number(n)} mails above 2 MB were not looked into; only their subjects and senders were.`,
  reading: "Older messages are still being fetched; they are looked through as they come.",
  notWhole: "Older messages have not been fetched and were not looked through.",
  fetch: "Fetch them",
});
