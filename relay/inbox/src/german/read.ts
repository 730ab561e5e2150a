/** German for reading a message and its files. */

import type { readWords as english } from "../words.read.ts";
import { figure } from "./figures.ts";

const hasRead = (reader: string | null) =>
  reader ? `nachdem ${reader} sie gelesen hat` : "nachdem Sie sie gelesen haben";
const wholeDays = (days: number) =>
  days === 7 ? "sieben ganze Tage" : figure(days, "ganzen Tag", "ganze Tage");

export const read: typeof english = {
  read: {
    title: "Nachricht",
    loading: "Die Nachricht wird geöffnet",
    to: (name) => `an ${name}`,
    toYou: "Sie",
    you: "Sie",
    opened: (name) => `${name} hat sie geöffnet`,
    notOpened: (name) => `${name} hat sie noch nicht geöffnet`,
    kept: (date, alone) =>
      alone
        ? `Aufbewahrt bis ${date}. Nur Sie haben sie hier.`
        : `Aufbewahrt bis ${date}, für Sie beide.`,
    soon: (line, alone) => (alone ? `${line}. Nur Sie haben sie hier.` : `${line}, für Sie beide.`),
    orRead: (date, days, reader) =>
      `Aufbewahrt bis ${date}, oder bis ${days === 7 ? "sieben Tage" : figure(days, "Tag", "Tage")} ${hasRead(reader)}.`,
    sinceRead: (date, days, reader) =>
      `Wird am ${date} gelöscht, ${wholeDays(days)} ${hasRead(reader)}.`,
    soonSinceRead: (line, days, reader) => `${line}, ${wholeDays(days)} ${hasRead(reader)}.`,
    readShows: (name) =>
      `${name} hat das so gewählt und sieht am Datum, an welchem Tag Sie sie geöffnet haben.`,
    change: "Ändern",
    reply: "Antworten",
    print: "Drucken",
    keepCopy: "Kopie behalten",
    remove: "Löschen",
    markUnread: "Als ungelesen markieren",
    unreadAgain: "In Ihrem Postfach wieder ungelesen. Sonst erfährt es niemand.",
    gone: "Das wurde soeben gelöscht, wie vereinbart.",
    goneBefore: "Diese Nachricht wird hier nicht mehr aufbewahrt.",
    failed: (name, code) =>
      `Diese Nachricht konnte hier nicht geöffnet werden. ${name} kann sie noch einmal senden. Wenn Sie nachfragen, nennen Sie ${code}.`,
    gap: (name) => `Etwas, das ${name} davor geschrieben hat, ist nicht angekommen.`,
    gapMine: "Etwas, das Sie davor geschrieben haben, ist nicht hier.",
    between: (one, other) => `${one} und ${other}`,
    unfold: (who, when) => `${who}, ${when}: aufklappen`,
  },

  ask: {
    act: (name) => `${name} fragen`,
    subject: "Eine Nachricht, die sich nicht öffnen lässt",
    text: (day, code) =>
      `Ihre Nachricht vom ${day} kann ich nicht öffnen. Würden Sie sie noch einmal senden? (${code})`,
  },

  file: {
    heading: "Dateien",
    look: "Ansehen",
    lookAt: (name) => `${name} ansehen`,
    save: "Speichern",
    saveFile: (name) => `${name} speichern`,
    stop: "Anhalten",
    progress: (done, total) => `${done} von ${total}`,
    savedOnce: "Außerhalb dieses Postfachs gespeichert. Dort wird sie nicht für Sie gelöscht.",
    saved: "Gespeichert.",
    stopped: "Angehalten. Es wurde nichts gespeichert.",
    notWritten:
      "Die Datei konnte nicht geschrieben werden. Ist Platz für sie? Es wurde nichts gespeichert.",
    cannotShow: "Diese Datei kann hier nicht gezeigt werden. Sie können sie speichern.",
    sooner: (date) => `Wird am ${date} gelöscht`,
  },
};
