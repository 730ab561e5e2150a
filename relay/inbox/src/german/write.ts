/** German for writing. */

import type { writeWords as english } from "../words.write.ts";
import { counted, figure, of, upper } from "./figures.ts";

export const write: typeof english = {
  heading: (name) => `${name} schreiben`,
  headingReply: (name) => `${name} antworten`,
  opening: "Die Nachricht wird geöffnet",
  subject: "Betreff",
  re: (subject) => (/^(re|aw):/i.test(subject) ? subject : `Re: ${subject}`),
  text: "Nachricht",
  files: "Dateien",
  addFiles: "Dateien hinzufügen",
  removeFile: (name) => `${name} entfernen`,
  remove: "Entfernen",
  filesLost: (n) =>
    `${upper(counted(n, "Datei wurde", "Dateien wurden"))} herausgenommen, als das Postfach sich sperrte. Bitte fügen Sie sie wieder hinzu.`,
  total: (n, bytes) => `${upper(counted(n, "Datei", "Dateien"))}, zusammen ${bytes}`,
  tooLarge: (name, most) => `${name} ist größer als ${most} und kann nicht gesendet werden.`,
  tooMany: (most) => `Mit einer Nachricht gehen höchstens ${figure(most, "Datei", "Dateien")}.`,
  keep: "Aufbewahrt bis",
  keepAgreed: (date) => `${date}, wie Sie beide vereinbart haben`,
  keepOpened: (name) => `Bis ${name} sie gelesen hat, dann noch sieben Tage`,
  keepOpenedHint: (name, date) =>
    `Spätestens bis ${date}. Am Datum sehen Sie dann, an welchem Tag ${name} sie geöffnet hat.`,
  keepOpenedWrong:
    "Bitte wählen Sie noch einmal. Nach Ihrer Vereinbarung sieht niemand mehr, ob eine Nachricht gelesen wurde.",
  keepMonth: (date) => `30 Tage lang, bis ${date}`,
  keepWork: (date) => `Das Ende unserer Arbeit, ${date}`,
  keepDate: "Ein Datum",
  keepDateLabel: "Löschen am",
  keepDateHint: (latest) => `Ein Tag von morgen bis ${latest}.`,
  keepDateWrong: (latest) => `Bitte wählen Sie einen Tag von morgen bis ${latest}.`,
  empty: "Bitte schreiben Sie etwas oder fügen Sie eine Datei hinzu.",
  longSubject: "Bitte nehmen Sie einen Betreff unter 300 Zeichen.",
  longText: "Dieser Text ist zu lang für eine Nachricht. Bitte senden Sie ihn als Datei.",
  send: (name) => `An ${name} senden`,
  sent: (name, date) =>
    `Gesendet. ${name} hat die Nachricht noch nicht geöffnet. Aufbewahrt bis ${date}.`,
  sentOpened: (name, date) =>
    `Gesendet. Aufbewahrt bis ${date}, oder bis sieben Tage nachdem ${name} sie gelesen hat.`,
  kept: "Was Sie getippt haben, bleibt sieben Tage verschlossen aufbewahrt, wo immer Sie dieses Postfach öffnen. Dateien nicht.",
  discard: "Verwerfen",
  closed: (name, date) =>
    `Ihre Arbeit mit ${name} endete am ${date}. Neue Nachrichten können nicht gesendet werden.`,
  notYet: (name) =>
    `Sie können schreiben, sobald ${of(name)} Computer Ihre Einrichtung bestätigt hat.`,
  workAddress: (domain) =>
    `In Ihrem Text steht eine Adresse bei ${domain}. Mail dorthin gehört Ihrem Arbeitgeber.`,
  offline:
    "Keine Verbindung. Ihre Nachricht wird gesendet, wenn Sie wieder online sind, solange diese Seite offen bleibt.",
  summary: "Bitte sehen Sie diese noch einmal an:",
};
