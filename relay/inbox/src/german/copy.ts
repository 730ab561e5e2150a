/** German for copies that leave the inbox. */

import type { copyWords as english } from "../words.copy.ts";
import { size } from "../words.ts";

const messages = (n: number) => (n === 1 ? "eine Nachricht" : `${n} Nachrichten`);
const files = (n: number) => (n === 0 ? "keine Dateien" : n === 1 ? "eine Datei" : `${n} Dateien`);
const begin = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const copy: typeof english = {
  lead: (date) => `Eine Kopie gehört Ihnen. Sie wird am ${date} nicht für Sie gelöscht.`,
  plain:
    "Sie ist nicht verschlossen. Legen Sie sie dorthin, wo nur Sie sie lesen können, oder verschließen Sie sie mit einem eigenen Programm.",
  done: "Außerhalb dieses Postfachs gespeichert. Dort wird sie nicht für Sie gelöscht.",
  stopped: "Angehalten. Es wurde nichts gespeichert.",
  filesHead: "Dateien",
  destroy: (date) => `Bitte vernichten Sie diese Datei bis ${date}.`,
  files: (names) => `Dateien: ${names.join(", ")}`,

  taken: (date, chosen, n) =>
    `Am ${date} haben Sie eine Kopie${chosen ? " ausgewählter Unterhaltungen" : ""} mitgenommen${n > 1 ? `, die letzte von ${n}` : ""}. Diese Zeile sehen nur Sie.`,
  heading: "Kopie mitnehmen",
  what: "Was hineinkommt",
  all: "Alles",
  allHint: (coach) =>
    coach
      ? "Nachrichten, Dateien, die Vereinbarung, die Belege, Telefonate, Ihre Notizen und der Bericht."
      : "Nachrichten, Dateien, die Vereinbarung, die Belege, Telefonate und der Bericht.",
  some: "Unterhaltungen, die ich auswähle",
  someHint: "Ihre Nachrichten und Dateien, und sonst nichts.",
  finding: "Ihre Unterhaltungen werden gesucht",
  whichOnes: "Unterhaltungen",
  thread: (n, m, day) =>
    [begin(messages(n)), m > 0 && files(m), `zuletzt ${day}`].filter(Boolean).join(", "),
  more: (n) => `${n} weitere zeigen`,
  chooseOne: "Bitte wählen Sie mindestens eine aus.",
  who: "Wer sie öffnen kann",
  locked: "Wer ihr Passwort hat",
  lockedHint:
    "Empfohlen. Die Datei bekommt ein eigenes Passwort, das nichts anderes öffnet. Niemand kann es für Sie nachsehen.",
  password: "Passwort der Kopie",
  passwordHint: "12 Zeichen oder mehr.",
  faults: {
    short: "Bitte nehmen Sie 12 Zeichen oder mehr.",
    long: "Bitte nehmen Sie höchstens 1.024 Zeichen.",
    common: "Dieses steht auf der Liste der häufigen Passwörter. Bitte wählen Sie ein anderes.",
    name: "Ein Name allein ist zu leicht zu erraten. Bitte wählen Sie ein anderes.",
  },
  open: "Wer die Datei hat",
  openHint: "Legen Sie sie dorthin, wo nur Sie sie lesen können.",
  make: "Kopie machen",
  made: "Dieser Browser macht sie; der Server erfährt davon nur, dass Nachrichten und Dateien gelesen wurden.",
  read: "Packen Sie sie aus und öffnen Sie die Seite open-me.html: Jeder Browser zeigt sie ohne Netz, mit einer Suche.",
  readLocked:
    "Zum Lesen wählen Sie „Verschlossene Kopie öffnen“, unten oder auf der gesperrten Seite unter „Sie kommen nicht hinein?“. Auch der Befehl „mailbox export open“ öffnet sie, ganz ohne Server. Heraus kommt ein ZIP mit einer Seite open-me.html.",
  preparing: "Das Schloss wird gemacht. Etwa zwei Sekunden.",
  saving: (done, total) => `${done} von ${total === 1 ? "einer Nachricht" : messages(total)}`,
  fetching: (name, done, total) => `${name}: ${size(done)} von ${size(total)}`,
  paused: "Angehalten. Was fertig ist, wartet, solange diese Seite offen bleibt.",
  broke: "Was fertig ist, wartet, solange diese Seite offen bleibt.",
  goOn: "Weitermachen",
  giveUp: "Aufgeben",
  notWritten:
    "Die Datei konnte nicht geschrieben werden. Ist Platz für sie? Es wurde nichts gespeichert.",
  inIt: (n, m) => `${begin(messages(n))} und ${files(m)}.`,
  left: "Nicht darin:",
  leftMessage: "eine Nachricht",
  leftMore: (n) =>
    n === 1 ? "und noch eines, das darin genannt ist" : `und ${n} weitere, die darin genannt sind`,
  fileName: (day) => `unsere-arbeit-${day}`,
  search: "Suche",
  title: "Unsere Nachrichten",
  people: (one, other) => `${one} und ${other}`,

  back: {
    heading: "Verschlossene Kopie öffnen",
    lead: "Dieser Browser öffnet sie. Nichts davon geht an den Server, und kein Postfach muss offen sein.",
    file: "Die Kopie, eine Datei, die auf .qba endet",
    fileMissing: "Bitte wählen Sie die Datei aus.",
    password: "Passwort dieser Datei",
    passwordMissing: "Bitte geben Sie das Passwort der Kopie ein.",
    wrong:
      "Dieses Passwort hat die Kopie nicht geöffnet. Achten Sie auf Groß- und Kleinschreibung.",
    none: "Diese Datei ist keine verschlossene Kopie.",
    changed: "Diese Kopie wurde verändert, oder ein Teil fehlt. Es wurde nichts gespeichert.",
    act: "Öffnen",
    opening: "Wird geöffnet. Etwa zwei Sekunden.",
    writing: (done, total) => `${done} von ${total}`,
    done: "Als ZIP ohne Schloss gespeichert. Packen Sie es aus und öffnen Sie die Seite open-me.html. Legen Sie es dorthin, wo nur Sie es lesen können.",
  },

  one: {
    heading: "Kopie behalten",
    page: "Es ist eine Seite, die jeder Browser ohne Netz zeigt. Dieser Browser macht sie; der Server erfährt davon nichts.",
    withFiles:
      "Es ist eine Datei mit allem, was dabei war. Packen Sie sie aus und öffnen Sie die Seite open-me.html: Jeder Browser zeigt sie ohne Netz.",
    act: "Kopie speichern",
    title: "Eine Nachricht",
    fileName: (day) => `nachricht-${day}`,
  },
};
