/** German for a coach's own notes. */

import type { NoteWords } from "../words.notes.ts";

export const notes: NoteWords = {
  loading: "Ihre Notizen werden geöffnet",
  label: "Eine neue Notiz",
  hint: (name) =>
    `Allein für Sie verschlossen, und mit dem Rest Ihrer Arbeit gelöscht. ${name} sieht, dass es eine mehr gibt.`,
  kept: "Was Sie getippt haben, bleibt sieben Tage verschlossen aufbewahrt, wo immer Sie dieses Postfach öffnen. Gespeichert wird daraus eine Notiz.",
  save: "Notiz speichern",
  saving: "Die Notiz wird verschlossen",
  saved: "Gespeichert.",
  discard: "Verwerfen",
  ended: "Ihre Arbeit ist beendet. Hier kann nichts mehr dazukommen.",
  faults: {
    empty: "Bitte schreiben Sie zuerst etwas.",
    long: "Das ist zu lang für eine Notiz. Bitte machen Sie zwei daraus.",
  },
  list: "Was Sie geschrieben haben",
  none: "Noch nichts. Was Sie hier schreiben, steht darunter, das Neueste zuerst.",
  closed: (n) =>
    n === 1
      ? "Eine Notiz hier lässt sich nicht öffnen."
      : `${n} Notizen hier lassen sich nicht öffnen.`,
  until: (date) => `Wird am ${date} gelöscht.`,
  whole: "Alles lesen",
  less: "Weniger zeigen",
  remove: "Löschen",
  removeOf: (when) => `die Notiz von ${when}`,
  removeAsk: "Diese Notiz löschen?",
  removeWhat: (name) =>
    `Sie geht jetzt und kommt nicht zurück. ${name} sieht eine Notiz weniger, und nicht welche.`,
  removeDo: "Notiz löschen",
  removing: "Die Notiz wird gelöscht",
  removed: "Die Notiz ist gelöscht.",
};
