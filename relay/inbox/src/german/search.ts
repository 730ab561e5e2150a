/** German for the search. */

import type { searchWords as english } from "../words.search.ts";
import { figure } from "./figures.ts";

const messages = (n: number) => figure(n, "Nachricht", "Nachrichten");
const number = (n: number) => n.toLocaleString("de");

export const search: typeof english = {
  heading: "Suche",
  results: "Gefunden",
  field: (n) => `${messages(n)} durchsuchen`,
  back: "Zurück zur Liste",
  hint: "Namen, Betreff, erste Zeilen und Namen von Dateien. Jedes Wort muss vorkommen.",
  found: (n) =>
    n === 0
      ? "Keine Nachricht hat diese Wörter in Namen, Betreff oder ersten Zeilen."
      : `${messages(n)} gefunden.`,
  noneInside: "In keiner Nachricht stehen diese Wörter.",
  inside: "In allen Nachrichten suchen",
  again: "Noch einmal in allen Nachrichten suchen",
  stop: "Anhalten",
  read: (read, total) => `${number(read)} von ${number(total)} gelesen`,
  more: (n) => `Weitere ${number(n)} zeigen`,
  covered: (n) =>
    `Durchgesehen: Namen, Betreff, erste Zeilen und Dateinamen von ${figure(n, "Nachricht", "Nachrichten")}.`,
  coveredInside: (read, total) =>
    read === total
      ? `Alle ${number(total)} Nachrichten wurden ganz gelesen.`
      : `${number(read)} von ${messages(total)} wurden ganz gelesen; in die anderen wurde nicht gesehen.`,
  tooLarge: (n) =>
    n === 1
      ? "In eine Mail über 2 MB wurde nicht gesehen, nur auf Betreff und Absender."
      : `In ${number(n)} Mails über 2 MB wurde nicht gesehen, nur auf Betreff und Absender.`,
  reading: "Ältere Nachrichten werden noch geholt und durchgesehen, sobald sie da sind.",
  notWhole: "Ältere Nachrichten wurden nicht geholt und nicht durchgesehen.",
  fetch: "Holen",
};
