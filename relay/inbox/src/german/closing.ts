/** German for closing beyond the choice of a date. */

import type { ClosingWords } from "../words.closing.ts";
import { counted, upper } from "./figures.ts";

export const closing: ClosingWords = {
  aims: "Was Sie sich vorgenommen haben",
  aimsFrom: (date) => `Wie Sie beide es im Bericht geschrieben haben, zuletzt am ${date}.`,
  how: "Woran wir es merken",
  where: "Wo es steht",
  whereNone: "Darüber wurde nichts geschrieben.",
  copied: (date) => `Am ${date} haben Sie eine Kopie mitgenommen.`,
  each: (n) =>
    n === 1 ? "Die eine Nachricht nach ihrem Betreff" : `Alle ${n} Nachrichten nach ihrem Betreff`,
  eachFiles: (n) => (n === 1 ? "1 Datei" : `${n} Dateien`),
  eachMine: "Sie",
  eachGoes: (date) => `wird am ${date} gelöscht`,
  eachMore: (n) => `${upper(counted(n, "weitere ist", "weitere sind"))} hier nicht aufgeführt.`,

  step: (at, total) => `Seite ${at} von ${total}`,
  held: "Was ruhen wird",
  heldLead: (name) =>
    `Sobald Sie unterschreiben, können weder Sie noch ${name} hier schreiben. All das bleibt, wie es ist, und Sie beide können es lesen und mitnehmen:`,
  heldNext: "Was gelöscht wird",
  goes: "Was gelöscht wird, und wann",
  goesNext: (name) => `Was ${name} erfährt`,
  goesOwn: (name) =>
    `Ihre Notizen und die Kopie auf Ihrem Computer werden an diesem Tag auch gelöscht. ${name} hat Ihr Wort darauf.`,
  told: (name) => `Was ${name} erfährt`,
  toldLead: (name) =>
    `${name} liest das, sobald das Postfach wieder geöffnet wird, über allem anderen:`,
  toldCopy: (date) =>
    `Bis ${date} lässt sich alles lesen, und „Kopie mitnehmen“ macht eine Datei daraus.`,
  toldQuiet: "Eine Mail wird darüber nicht gesendet.",
  nothingYet: "Noch ist nichts gesendet oder unterschrieben.",
  back: "Zurück",

  receipt: "Was unterschrieben wurde",
  closedOn: "Beendet",
  closedBy: (who, name, date) =>
    who === "me"
      ? `Von Ihnen, am ${date}`
      : who === "other"
        ? `Von ${name}, am ${date}`
        : `Am vereinbarten Tag, ${date}`,
  until: "Alles wird gelöscht",
  backups: "Die letzte Sicherungskopie ist weg",
  receipts: "Belege",
  receiptsNone:
    "Was gelöscht wird, bekommt innerhalb eines Tages einen Beleg, und einen letzten gibt es, wenn alles gelöscht ist.",
  receiptsSee: "Löschbelege",
};
