/** German for joining: what is agreed to, the password, the recovery sheet. */

import type { joinWords as english } from "../words.join.ts";
import { either, figure, listed } from "./figures.ts";

const days = (n: number) => figure(n, "Tag", "Tage");

export const join: typeof english = {
  opening: "Die Einladung wird geöffnet",
  notOpened: "Die Einladung konnte nicht geöffnet werden",
  from: (name) => `${name} hat ein privates Postfach für Sie beide geöffnet`,
  again: (name) => `${name} öffnet Ihr Postfach wieder für Sie`,
  againUntil: (name, date) =>
    `Ihre Nachrichten kommen nach einem Telefonat mit ${name} zurück. Die Einladung bleibt bis ${date} offen.`,
  agreed: "Was Sie beide vereinbart haben",
  agreeing: "Was Sie vereinbaren",
  lines: {
    kept: "Hier aufbewahrt",
    keptWhat:
      "Die Nachrichten und Dateien, die Sie beide schreiben. Alle anderen sehen nur, dass etwas da ist, auch die Leute, die diesen Server betreiben.",
    where: "Wo",
    during: "Während Sie zusammen arbeiten",
    until: (date) => `Bis ${date}.`,
    untilEach: (date, n) =>
      `Bis ${date}. Jede Nachricht und Datei wird höchstens ${days(n)} aufbewahrt.`,
    after: "Danach",
    held: (n, date) =>
      n === 0
        ? `Es gibt keine Ruhezeit. Am ${date} wird alles gelöscht.`
        : `Ruht ${days(n)}, unberührt. Am ${date} wird alles gelöscht.`,
    sponsor: (name) => (name ? `${name} sieht` : "Andere sehen"),
    nothing: "Nichts.",
    calls: "Ein Bericht darf Zahl und Tage Ihrer Gespräche nennen.",
    mail: "Firmenmail",
    mailWhat: (domains) =>
      `An Adressen bei ${either(domains)} wird nichts gesendet, und von dort wird nichts angenommen.`,
    recall: "Zurücknehmen",
    recallYes: "Jede Seite kann für beide löschen, was sie selbst geschrieben hat.",
    recallNo: "Jede Seite löscht nur die eigene Kopie.",
    marks: "Ob es gelesen wurde",
    marksYes:
      "Jede Seite sieht, ob die andere eine Nachricht geöffnet hat. Wird sie einige Tage danach gelöscht, ist auch der Tag zu sehen.",
    marksNo: "Keine Seite sieht es, solange eine Nachricht da ist.",
    talk: "Sie sprechen",
    talkHere: "Hier.",
    talkPhone: (numbers) =>
      `Hier und am Telefon unter privaten Nummern (mit den Endziffern ${listed(numbers.map((n) => n.slice(-2)))}).`,
  },
  full: "Die ganze Vereinbarung lesen",
  ask: (name) => `${name} um eine Änderung bitten`,
  no: "Nein, danke",
  until: (_name, date) => `Die Einladung bleibt bis ${date} offen.`,
  nameLabel: "Ihr Name",
  signLabel: "Tippen Sie Ihren Namen ein, um zu unterschreiben",
  signHint: "So, wie Sie ihn unter einen Brief setzen würden.",
  signMissing: "Bitte tippen Sie Ihren Namen ein.",
  sign: "Unterschreiben",
  opens: "Wie Sie es öffnen werden",
  opensLead: (name) =>
    `Niemand kann das für Sie nachsehen. Wenn Sie es einmal verlieren, nehmen Sie das Notfallblatt von der nächsten Seite, oder ${name} hilft Ihnen wieder hinein.`,
  choosePassword: "Ein Passwort wählen",
  choosePasswordHint: "Fünf Wörter, für Sie gemacht, oder ein eigenes.",
  deviceAsks: "Ihr Gerät fragt nach.",
  inboxName: "Ihr Postfachname",
  inboxNameHint: "Sie tippen ihn zusammen mit dem Passwort ein. Ihr Browser kann ihn sich merken.",
  which: "Ihr Passwort",
  offered: "Diese fünf Wörter nehmen",
  offeredHint:
    "Gerade eben gemacht, nur für Sie. Mit Leerzeichen zwischen den Wörtern, alles klein.",
  own: "Ein eigenes wählen",
  ownHint: "12 Zeichen oder mehr. Am einfachsten sind mehrere Wörter.",
  password: "Passwort",
  next: "Weiter",
  faults: {
    short: "Bitte nehmen Sie 12 Zeichen oder mehr.",
    long: "Bitte nehmen Sie höchstens 1.024 Zeichen.",
    common: "Dieses steht auf der Liste häufiger Passwörter. Bitte wählen Sie ein anderes.",
    name: "Ein Name allein ist zu leicht zu erraten. Bitte wählen Sie etwas anderes.",
  },
  sheet: "Ihr Notfallblatt",
  sheetLead:
    "Für die Schublade, nicht fürs Telefon. Damit kommen Sie wieder hinein, wenn das Passwort verloren ist.",
  sheetLeadDevice:
    "Für die Schublade, nicht fürs Telefon. Damit kommen Sie wieder hinein, wenn das Gerät verloren ist.",
  sheetDigits: "Ziffern für den Notfall",
  group: (n) => `Gruppe ${n}`,
  squareHow:
    "Das Quadrat enthält dieselben Ziffern. Nur die Seite „Sie kommen nicht hinein?“ sollte es lesen.",
  address: "Adresse",
  print: "Drucken",
  save: "Als Datei speichern",
  saved: "Gespeichert.",
  fileName: "notfallblatt.txt",
  tick: "Ich habe es gut verwahrt",
  finishHint:
    "Drucken, speichern oder kopieren Sie das Blatt und setzen Sie dann oben das Häkchen.",
  finish: "Fertig",
  finishing: "Ihr Postfach wird eingerichtet. Etwa fünf Sekunden.",
  taken:
    "Jemand hat gerade diesen Postfachnamen genommen. Hier ist ein neuer, mit einem neuen Blatt. Bitte werfen Sie das andere Blatt weg.",
  paperTitle: "Notfallblatt",
  paperDate: (date) => `Gemacht am ${date}`,
  paperHow:
    "So kommen Sie hinein: Öffnen Sie die Adresse und wählen Sie „Sie kommen nicht hinein?“. Tippen Sie dann den Postfachnamen und die sechs Gruppen ein.",
  paperDesk: "Nicht für die Schublade im Büro.",
  states: {
    used: (name) => ({
      heading: "Diese Einladung wurde benutzt",
      why: `Waren Sie das, öffnen Sie Ihr Postfach. Wenn nicht, rufen Sie jetzt ${name} an.`,
    }),
    usedOpen: "Ihr Postfach öffnen",
    old: (name) => ({
      heading: "Diese Einladung ist zu alt",
      why: `Sie galt nur eine Zeit lang. Rufen Sie ${name} an und bitten Sie um eine neue.`,
    }),
    withdrawn: (name) => ({
      heading: "Diese Einladung wurde zurückgenommen",
      why: `Rufen Sie ${name} an, wenn Sie das für ein Versehen halten.`,
    }),
    declined: (name) => ({
      heading: "Diese Einladung ist beendet",
      why: `Jemand, der diesen Link hatte, hat sie beendet. Wenn Sie eine neue möchten oder es nicht waren, rufen Sie ${name} an.`,
    }),
    unknown: (name) => ({
      heading: "Dieser Link öffnet hier nichts",
      why: `Vielleicht wurde er unterwegs verändert oder durch einen neueren ersetzt. Rufen Sie ${name} an und bitten Sie noch einmal darum.`,
    }),
    somebody: "die Person, die Sie eingeladen hat",
  },
};
