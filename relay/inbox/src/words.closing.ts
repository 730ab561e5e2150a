/** The words of closing beyond the choice of a date: what was aimed for, each thing by its name, a coach's plan in three pages, and what remains of it all. */

import { said } from "./language.ts";
import { counted } from "./words.ts";

export const closingWords = said("closing", {
  aims: "What you set out to do",
  aimsFrom: (date: string) => `As you both wrote it in the report, last on ${date}.`,
  how: "How we will know",
  where: "Where it stands",
  whereNone: "Nothing has been written about that.",
  copied: (date: string) => `You took a copy on ${date}.`,
  each: (n: number) =>
    n === 1 ? "The one message by its subject" : `All ${n} messages by their subjects`,
  eachFiles: (n: number) => (n === 1 ? "1 file" : `${n} files`),
  eachMine: "You",
  eachGoes: (date: string) => `goes on ${date}`,
  eachMore: (n: number) => `${counted(n, "more is", "more are")} not listed here.`,

  step: (at: number, of: number) => `Page ${at} of ${of}`,
  held: "What will be held",
  heldLead: (name: string) =>
    `From the moment you sign, neither you nor ${name} can write here. All of this stays as it is, to be read and copied by you both:`,
  heldNext: "What will go",
  goes: "What will go, and when",
  goesNext: (name: string) => `What ${name} will be told`,
  goesOwn: (name: string) =>
    `Your notes, and the copy on your computer, go on that day too. ${name} has your word for it.`,
  told: (name: string) => `What ${name} will be told`,
  toldLead: (name: string) =>
    `${name} reads this the next time the inbox is opened, above everything else:`,
  toldCopy: (date: string) =>
    `Until ${date} everything can be read, and “Take a copy” makes a file of it.`,
  toldQuiet: "No mail is sent about it.",
  nothingYet: "Nothing has been sent or signed yet.",
  back: "Back",

  receipt: "What has been signed",
  closedOn: "Closed",
  closedBy: (who: "me" | "other" | "both", name: string, date: string) =>
    who === "me"
      ? `By you, on ${date}`
      : who === "other"
        ? `By ${name}, on ${date}`
        : `On the agreed day, ${date}`,
  until: "Everything is deleted",
  backups: "The last backup is gone",
  receipts: "Receipts",
  receiptsNone:
    "Whatever is deleted gets a receipt within the day, and a last one is made when everything has gone.",
  receiptsSee: "Deletion receipts",
});

export type ClosingWords = typeof closingWords;
