/** The words of a coach's own notes. */

import { said } from "./language.ts";

export const noteWords = said("notes", {
  loading: "Opening your notes",
  label: "A new note",
  hint: (name: string) =>
    `Sealed for you alone, and deleted with the rest of your work. ${name} sees that there is one more.`,
  kept: "What you typed is kept for seven days, sealed, wherever you open this inbox. Saved, it becomes a note.",
  save: "Save the note",
  saving: "Sealing the note",
  saved: "Saved.",
  discard: "Throw away",
  ended: "Your work has ended, so nothing can be added here.",
  faults: {
    empty: "Please write something first.",
    long: "This is too long for one note. Please make two of it.",
  },
  list: "What you have written",
  none: "Nothing yet. What you write here stands below, the newest first.",
  closed: (n: number) =>
    n === 1 ? "One note here cannot be opened." : `${n} notes here cannot be opened.`,
  until: (date: string) => `Deleted on ${date}.`,
  whole: "Read all of it",
  less: "Show less",
  remove: "Delete",
  removeOf: (when: string) => `the note of ${when}`,
  removeAsk: "Delete this note?",
  removeWhat: (name: string) =>
    `It goes now and does not come back. ${name} sees one note fewer, and not which.`,
  removeDo: "Delete the note",
  removing: "Deleting the note",
  removed: "The note is deleted.",
});

export type NoteWords = typeof noteWords;
