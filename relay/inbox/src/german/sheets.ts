/** German for an earlier date and for deleting. */

import type { sheetWords as english } from "../words.sheets.ts";
import { of } from "./figures.ts";

export const sheets: typeof english = {
  shorten: {
    heading: "Früher löschen",
    lead: "Sie können das Datum allein vorziehen, und es gilt sofort für Sie beide. Für ein späteres braucht es Sie beide.",
    label: "Löschen am",
    hint: (latest) => `Ein Tag ab morgen, vor ${latest}.`,
    wrong: (latest) => `Bitte wählen Sie einen Tag ab morgen, vor ${latest}.`,
    act: "Datum ändern",
    done: (date) => `Geändert. Aufbewahrt bis ${date}, für Sie beide.`,
    tooLate:
      "Es wird innerhalb eines Tages gelöscht, also gibt es kein früheres Datum. Jetzt löschen können Sie es trotzdem.",
  },
  remove: {
    heading: "Diese Nachricht löschen",
    mine: "Meine Kopie",
    goes: "Ihre Kopie wird gelöscht.",
    mineHint: (name, date) => `${of(name)} Kopie bleibt bis ${date}.`,
    mineAlone: (name) => `${name} hatte nie eine.`,
    both: "Für uns beide",
    bothHint: (name) => `${name} hat sie vielleicht schon gelesen oder gespeichert.`,
    doMine: "Meine Kopie löschen",
    doBoth: "Für uns beide löschen",
    done: "Gelöscht. Auf dem Server ist nichts mehr davon.",
    doneBackups: (date) =>
      `Gelöscht. Auf dem Server ist nichts mehr davon, in seinen Sicherungskopien spätestens am ${date}.`,
  },
};
