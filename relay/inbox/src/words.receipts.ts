/** The words of deletion receipts and of the closing certificate: what was promised, what was done, and what nobody can show. */

import { counted, listedThings } from "./figures.ts";
import { said } from "./language.ts";

const four = (n: number) => String(n).padStart(4, "0");

export const receiptWords = said("receipts", {
  heading: "Deletion receipts",
  lead: "When the server has deleted something on its date, it looks again, and signs what it found. A receipt holds no subject and no text, so it may be kept.",
  loading: "Opening the receipts",
  none: "Nothing has been deleted yet, so there are no receipts.",
  things: (envelopes: number, files: number) => listedThings(envelopes, files),
  closing: "Closing certificate",
  accepted: (n: number) => `${counted(n, "message", "messages")} taken in`,
  row: (what: string, number: number) => `${what}, receipt ${four(number)}`,
  partial: (left: number) => `${counted(left, "item is", "items are")} left over`,
  save: "Save all",
  saveOne: "Save",
  saved: "Saved. Whoever has this file can check it without an inbox:",
  checkPage: "Check a file of receipts",
  fileName: "receipts.json",
  up: "Receipts",

  one: {
    heading: "Deletion receipt",
    certificate: "Closing certificate",
    number: (n: number) => `no. ${four(n)}`,
    between: (what: string, one: string, other: string) => `${what} between ${one} and ${other}`,
    promised: "Promised",
    promisedRange: (first: string, last: string) => `${first} to ${last}`,
    agreed: (date: string) => `agreement of ${date}`,
    deleted: "Deleted",
    storage: "from the server’s storage",
    backups: "Backups",
    backupsBy: (date: string) => `gone by ${date}`,
    backupsNone: "none are made",
    unreadable: "Unreadable",
    unreadableFrom: (date: string) => `from ${date}: what would open an old copy is destroyed`,
    count: "Asked for",
    counts: (asked: number, removed: number, left: number) =>
      `${counted(asked, "item", "items")}. Removed ${removed}. Left over ${left}.`,
    partial: (removed: number, left: number) =>
      `Removed ${removed}, left over ${left}: ${left === 1 ? "one thing" : "some things"} could not be removed. The server tries again and sends a further receipt.`,
    journalBusy:
      "A last trace in the server’s working file was still in use; the next round clears it.",
    notCovered: "Not covered",
    notCoveredWhat: (name: string, backups: string | null) =>
      `Copies that you or ${name} saved or printed; ${name}’s own computer, where it is agreed to delete on the same day${backups ? `; backups before ${backups}` : ""}.`,
    notCoveredCoach: (name: string, backups: string | null) =>
      `Copies that you or ${name} saved or printed; your own computer, where you agreed to delete on the same day${backups ? `; backups before ${backups}` : ""}.`,
    signedBy: (host: string) => `Signed by ${host}`,
    theirCopies: (name: string, when: string) => `${name}’s computer: deleted ${when}`,
    theirWord: (name: string) =>
      `${name}’s program says so and signed it; the server cannot. It speaks of what the program kept and what was due by then, not of what ${name} saved or printed.`,
    check: "Check this receipt",
    checking: "Checking",
    print: "Print",
    paper: (date: string) => `Please destroy this paper by ${date}.`,
    began: "Began",
    workEnded: "Work ended",
    holdEnded: "Hold ended",
    removed: "Deleted in all",
    removedWhat: (envelopes: number, files: number, notes: number) =>
      `${listedThings(envelopes, files)}${notes ? `, and ${notes === 1 ? "one note" : `${notes} notes`}` : ""}`,
    acts: "Signed steps",
    actsWhat: (n: number) => `${n} by both people`,
    chain: "Receipts before this one",
  },

  checks: {
    heading: "What was checked",
    all: "Everything that can be checked on this device is right.",
    waiting:
      "What can be checked so far is right. The rest follows when the server’s public record of the day is closed.",
    wrong: "This receipt does not hold. Keep it, and ask the people who run this server.",
    steps: {
      signature: "The server’s signature",
      chain: "It follows the receipt before it",
      leaves: "It names exactly the things listed with it",
      batch: "It stands among the receipts of its day",
      log: "That day stands in the server’s public record",
    },
    states: { right: "Right", wrong: "Wrong", waiting: "Not there yet" },
  },
});
