/** German for choosing several messages. */

import type { selectWords as english } from "../words.select.ts";
import { figure, of } from "./figures.ts";

export const select: typeof english = {
  region: "Ausgewählte Nachrichten",
  chosen: (n) => (n === 0 ? "Nichts ausgewählt" : `${n} ausgewählt`),
  most: "Nicht mehr als 100 auf einmal.",
  done: "Fertig",
  markRead: "Als gelesen",
  markUnread: "Als ungelesen",
  keepCopy: "Kopie behalten",
  remove: "Löschen",
  read: (n) =>
    `${figure(n, "Nachricht", "Nachrichten")} als gelesen markiert. Sonst erfährt es niemand.`,
  unread: (n) =>
    `${figure(n, "Nachricht ist", "Nachrichten sind")} in Ihrem Postfach wieder ungelesen. Sonst erfährt es niemand.`,
  removing: {
    heading: (n) => `${figure(n, "Nachricht", "Nachrichten")} löschen`,
    mine: (n) =>
      n === 1 ? "Ihre Kopie wird jetzt gelöscht." : "Ihre Kopien werden jetzt gelöscht.",
    unread: (n, all) =>
      all === 1
        ? "Sie haben sie noch nicht gelesen."
        : n === 1
          ? "Eine davon ist ungelesen."
          : `${n} davon sind ungelesen.`,
    theirs: (name, n, date) =>
      n === 1
        ? `${of(name)} Kopie bleibt bis ${date}.`
        : `${of(name)} Kopien bleiben, die letzte bis ${date}.`,
    alone: (name, n, all) =>
      n === all
        ? `${name} hatte nie eine.`
        : n === 1
          ? `Eine davon hatte ${name} nie.`
          : `${n} davon hatte ${name} nie.`,
    both: "Was Sie geschrieben haben, lässt sich für Sie beide löschen, wenn Sie es öffnen.",
    act: (n) => (n === 1 ? "Meine Kopie löschen" : `Meine ${n} Kopien löschen`),
  },
  keeping: {
    heading: (n) => (n === 1 ? "Kopie behalten" : `Kopie von ${n} Nachrichten behalten`),
    lead: (date) =>
      `Eine Kopie gehört Ihnen, und niemand löscht sie für Sie. Hier wird die erste dieser Nachrichten am ${date} gelöscht.`,
    form: "Es ist eine Seite, die jeder Browser ohne Netz zeigt. Mit Dateien kommt sie als eine Datei zum Entpacken. Dieser Browser stellt sie her; der Server erfährt nur, dass Nachrichten und Dateien gelesen wurden.",
    left: (n) =>
      n === 1
        ? "Eine Nachricht, die sich nicht öffnen ließ, ist nicht darin."
        : `${n} Nachrichten, die sich nicht öffnen ließen, sind nicht darin.`,
    title: "Ausgewählte Nachrichten",
    fileName: (day) => `nachrichten-${day}`,
  },
};
