/** German for deletion receipts and the closing certificate. */

import type { receiptWords as english } from "../words.receipts.ts";
import { counted, of, things, upper } from "./figures.ts";

const four = (n: number) => String(n).padStart(4, "0");
const before = (backups: string | null) => (backups ? `; Sicherungskopien vor dem ${backups}` : "");

export const receipts: typeof english = {
  heading: "Löschbelege",
  lead: "Wenn der Server etwas an seinem Tag gelöscht hat, sieht er noch einmal nach und unterschreibt, was er fand. Ein Beleg enthält weder Betreff noch Text. Sie dürfen ihn also behalten.",
  loading: "Die Belege werden geöffnet",
  none: "Noch wurde nichts gelöscht, also gibt es keine Belege.",
  things: (envelopes, files) => upper(things(envelopes, files)),
  closing: "Abschlussbescheinigung",
  accepted: (n) => `${upper(counted(n, "Nachricht", "Nachrichten"))} angenommen`,
  row: (what, number) => `${what}, Beleg ${four(number)}`,
  partial: (left) => `${upper(counted(left, "Sache", "Sachen"))} übrig`,
  save: "Alle speichern",
  saveOne: "Speichern",
  saved: "Gespeichert. Wer diese Datei hat, kann sie ohne Postfach prüfen:",
  checkPage: "Eine Datei mit Belegen prüfen",
  fileName: "loeschbelege.json",
  up: "Löschbelege",

  one: {
    heading: "Löschbeleg",
    certificate: "Abschluss\u00adbescheinigung",
    number: (n) => `Nr. ${four(n)}`,
    between: (what, one, other) => `${what} zwischen ${one} und ${other}`,
    promised: "Versprochen",
    promisedRange: (first, last) => `${first} bis ${last}`,
    agreed: (date) => `Vereinbarung vom ${date}`,
    deleted: "Gelöscht",
    storage: "aus dem Speicher des Servers",
    backups: "Sicherungs\u00adkopien",
    backupsBy: (date) => `weg bis ${date}`,
    backupsNone: "werden keine gemacht",
    unreadable: "Unlesbar",
    unreadableFrom: (date) => `ab ${date}: Was eine alte Kopie öffnen würde, ist vernichtet`,
    count: "Verlangt",
    counts: (asked, removed, left) =>
      `${upper(counted(asked, "Sache", "Sachen"))}. Entfernt: ${removed}. Übrig: ${left}.`,
    partial: (removed, left) =>
      `Entfernt: ${removed}, übrig: ${left}. ${left === 1 ? "Eine Sache konnte" : "Einiges konnte"} nicht entfernt werden. Der Server versucht es wieder und schickt einen weiteren Beleg.`,
    journalBusy:
      "Eine letzte Spur in der Arbeitsdatei des Servers war noch in Gebrauch; die nächste Runde tilgt sie.",
    notCovered: "Nicht erfasst",
    notCoveredWhat: (name, backups) =>
      `Kopien, die Sie oder ${name} gespeichert oder gedruckt haben; ${of(name)} eigener Computer, auf dem am selben Tag zu löschen vereinbart ist${before(backups)}.`,
    notCoveredCoach: (name, backups) =>
      `Kopien, die Sie oder ${name} gespeichert oder gedruckt haben; Ihr eigener Computer, auf dem am selben Tag zu löschen Sie zugesagt haben${before(backups)}.`,
    signedBy: (host) => `Unterschrieben von ${host}`,
    theirCopies: (name, when) => `${of(name)} Computer: gelöscht ${when}`,
    theirWord: (name) =>
      `Das sagt ${of(name)} Programm und hat es unterschrieben; der Server könnte es nicht. Es spricht von dem, was das Programm aufbewahrt hat und was bis dahin fällig war, nicht von dem, was ${name} gespeichert oder gedruckt hat.`,
    check: "Diesen Beleg prüfen",
    checking: "Wird geprüft",
    print: "Drucken",
    paper: (date) => `Bitte vernichten Sie dieses Papier bis ${date}.`,
    began: "Beginn",
    workEnded: "Ende der Arbeit",
    holdEnded: "Ende der Ruhezeit",
    removed: "Insgesamt gelöscht",
    removedWhat: (envelopes, files, notes) =>
      `${upper(things(envelopes, files))}${notes ? `, dazu ${counted(notes, "Notiz", "Notizen")}` : ""}`,
    acts: "Unterschriebene Schritte",
    actsWhat: (n) => `${n} von beiden`,
    chain: "Belege vor diesem",
  },

  checks: {
    heading: "Was geprüft wurde",
    all: "Alles, was sich auf diesem Gerät prüfen lässt, stimmt.",
    waiting:
      "Was sich bisher prüfen lässt, stimmt. Der Rest folgt, wenn das öffentliche Verzeichnis des Servers für den Tag abgeschlossen ist.",
    wrong:
      "Dieser Beleg hält nicht stand. Behalten Sie ihn und fragen Sie die Leute, die diesen Server betreiben.",
    steps: {
      signature: "Die Unterschrift des Servers",
      chain: "Er folgt auf den Beleg davor",
      leaves: "Er nennt genau das, was mit ihm aufgeführt ist",
      batch: "Er steht unter den Belegen seines Tages",
      log: "Dieser Tag steht im öffentlichen Verzeichnis des Servers",
    },
    states: { right: "Stimmt", wrong: "Falsch", waiting: "Noch nicht da" },
  },
};
