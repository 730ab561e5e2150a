/** The words of an earlier date and of deleting, which nobody needs before a message is open. */

import { said } from "./language.ts";

export const sheetWords = said("sheets", {
  shorten: {
    heading: "Delete it sooner",
    lead: "You can bring the date forward alone, for both of you, at once. A later date needs both of you.",
    label: "Delete it on",
    hint: (latest: string) => `Any day from tomorrow, before ${latest}.`,
    wrong: (latest: string) => `Please choose a day from tomorrow, before ${latest}.`,
    act: "Change the date",
    done: (date: string) => `Changed. Kept until ${date}, for both of you.`,
    tooLate:
      "It is deleted within a day, so there is no earlier date to choose. You can still delete it now.",
  },
  remove: {
    heading: "Delete this message",
    mine: "My copy",
    goes: "Your copy is deleted.",
    mineHint: (name: string, date: string) => `${name}’s stays until ${date}.`,
    mineAlone: (name: string) => `${name} has never had one.`,
    both: "For both of us",
    bothHint: (name: string) => `${name} may have read or saved it already.`,
    doMine: "Delete my copy",
    doBoth: "Delete for both of us",
    done: "Deleted. Gone from the server now.",
    doneBackups: (date: string) =>
      `Deleted. Gone from the server now, and from its backups by ${date}.`,
  },
});
