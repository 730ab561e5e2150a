/** The words of the page that checks a file of receipts: whose word it is, what holds, and what nobody can show. A receipt's own are in `words.receipts.ts`. */

import { counted } from "./figures.ts";
import { said } from "./language.ts";
import { number } from "./written.ts";

export const receiptFileWords = said("receiptfile", {
  title: "Receipts",
  heading: "Check a file of receipts",
  lead: "Receipts say what a server deleted, and when. You need no inbox here.",
  alone:
    "The file is read on this device alone. Once this page is open, it sends nothing and fetches nothing.",
  asking: "Asking the server for its own signature. That is all this page asks.",
  choose: "Choose the file that you saved",
  drop: "You can also drop it anywhere on this page.",
  reading: "Reading the file",
  progress: (done: number, all: number) => `${number(done)} of ${number(all)} receipts checked`,
  stop: "Stop",
  stopped: "Stopped. This file was not checked to its end.",
  another: "Check another file",

  refused: {
    heading: "This file cannot be checked",
    large: (most: string) => `It is larger than a file of receipts can be, which is ${most}.`,
    several: "Please give one file, and one alone.",
    empty: "There is nothing in it. Perhaps it was not saved to its end. Save it once more.",
    unread: "This device could not read it. Perhaps it was moved since. Please choose it again.",
    copy: "It looks like a copy of an inbox. Open that first: the file of receipts is in its folder “receipts”.",
    other: "It is not a file of receipts. An inbox saves one as “receipts.json”.",
    damaged:
      "It is a file of receipts, but its end is missing, or a part was changed so that nobody can read it. Save it again, or ask for it again.",
    none: "It is a file of receipts without any receipt in it. Perhaps nothing had been deleted yet when it was saved.",
  },

  verdict: {
    sure: (host: string) => `${host} signed this, and nothing was changed since`,
    sureLead: (host: string) =>
      `After each deletion ${host} looked again and signed what it found. Whatever can be checked in this file is right.`,
    bad: "Something in this file is not right",
    badLead: (host: string, wrong: number, all: number) =>
      `${counted(wrong, "receipt", "receipts")} of ${number(all)} cannot be relied on. Keep the file, and ask the people who run ${host}.`,
    badBeside: (host: string) =>
      `The receipts hold, but what stands beside them does not. Keep the file, and ask the people who run ${host}.`,
    unsigned: (host: string) => `${host} did not sign this file`,
    unsignedLead: (host: string) =>
      `The file says that ${host} did, but the signatures are somebody else’s. Keep it, and ask whoever gave it to you, or the people who run ${host}.`,
    foreign: (host: string) => `Nobody here knows the signature of ${host}`,
    foreignLead: (host: string, here: string) =>
      `This page belongs to ${here}. The receipts hold in themselves, but anybody could have signed them. To be certain, go to ${host}/check/ and choose the file there.`,
    unasked: (host: string) => `Whether ${host} signed this could not be checked`,
    unaskedLead: (host: string) =>
      `${host} did not answer when this page was opened. The receipts hold in themselves. To be certain, load this page again and choose the file once more.`,
  },

  gone: "What is gone",
  goneNothing: "No receipt in this file speaks of a deletion.",
  goneOn: (what: string, day: string) => `${what}, on ${day}.`,
  goneBetween: (what: string, first: string, last: string) => `${what}, from ${first} to ${last}.`,
  taken: (what: string) => `${what}, by the receipts of what came.`,
  one: (when: string, what: string) => `${when}: ${what}`,
  further: (n: number) => `Show ${number(n)} more`,

  wrong: {
    heading: "What is not right",
    numbered: (n: string) => `Receipt ${n}`,
    placed: (place: number) => `Receipt at place ${number(place)} of this file`,
    signature: "It was changed after it was signed, or signed by somebody else.",
    chain:
      "It does not follow the receipt before it. One was changed, taken out, or put in between.",
    leaves: "What is listed with it is not what was signed.",
    logged: "What is to show that it stands in the server’s public record does not show it.",
    record: "The server’s public record in this file was not signed by it.",
    copies: "What somebody says of their own computer was not signed by them.",
  },

  checked: {
    heading: "What was checked",
    record: "The server’s signature under its public record",
    logged: "Each stands in the server’s public record",
    signature: "The server’s signature under each receipt",
    chain: "Each follows the one before it",
    leaves: "Each names exactly the things listed with it",
    tally: (right: number, wrong: number, open: number) =>
      [
        ...(right ? [`${number(right)} right`] : []),
        ...(wrong ? [`${number(wrong)} wrong`] : []),
        ...(open ? [`${number(open)} could not be checked`] : []),
      ].join(", "),
    why: {
      record: "It is not in this file.",
      logged:
        "The public record of a day is closed the day after. Where a file was saved before, or for one receipt alone, the rest of it is missing.",
      chain: "The receipt before is not in this file.",
      leaves: "A closing certificate lists nothing. It counts what the others list.",
    },
  },

  computers: {
    heading: "What people say of their own computers",
    gone: (due: string, when: string) =>
      `What was to go by ${due} was gone from a computer on ${when}.`,
    nothing: "Somebody’s computer has deleted nothing yet.",
    whose: "A program says so and signed it. Whose program it is, no file can show.",
  },

  limits: {
    heading: "What no receipt shows",
    copies: "Copies that people saved or printed, and what is on their own computers.",
    backups: (date: string) =>
      `The server’s backups. The last of them with any of this goes by ${date}.`,
    people: "Whose inbox it was. A receipt names nobody.",
    lie: "Whether the server kept something aside. It has signed that it found nothing, and cannot take that back.",
    word: (host: string) =>
      `That the signature is the right one: ${host} itself said so when this page opened. An inbox knows it from its first day.`,
  },

  numbers: {
    heading: "For comparing: the numbers of the signatures",
    lead: (host: string) =>
      `“mailbox receipts check” shows them for this file too. The server names its own at ${host}/v1/relay.`,
    server: "Receipts",
    record: "Public record",
    computer: "A person’s program",
  },
});
