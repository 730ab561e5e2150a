/** German for asking, once, whether the recovery sheet is still there. */

import type { askWords as english } from "../words.asksheet.ts";

export const asksheet: typeof english = {
  heading: "Haben Sie Ihr Notfallblatt noch?",
  lead: "Bitte tippen Sie die ersten fünf Ziffern, nur um zu wissen, dass Sie es fänden. Sie werden das einmal gefragt.",
  label: "Gruppe 1 des Blattes",
  wrong:
    "Diese fünf Ziffern sind nicht die erste Gruppe eines Blattes. Sehen Sie sich die Gruppe hinter der 1 noch einmal an.",
  here: "Es ist da",
  lost: "Ich finde es nicht",
  later:
    "Ohne Blatt und Passwort kann nur Ihr Coach Sie wieder hereinlassen. Deshalb wird hier ein neues gemacht.",
  saved: "Gut. Sie werden nicht noch einmal gefragt.",
};
