/** German for *Bescheid bekommen*. */

import type { toldWords as english } from "../words.told.ts";

export const told: typeof english = {
  lead: "Wenn hier etwas auf Sie wartet, kann eine kurze E-Mail es sagen. Darin steht kein Name, kein Link und nichts von dem, was geschrieben wurde: nur ein Betreff und ein Satz, den Sie wählen.",
  none: "Sie bekommen nicht per E-Mail Bescheid.",
  waiting:
    "Ein Code ist unterwegs zu dieser Adresse. Bis Sie ihn hier eintippen, wird sonst nichts gesendet.",
  confirmed: (address) => `Sie bekommen Bescheid an ${address}.`,
  broken: (address) =>
    `Mail an ${address} kam zurück. Dorthin wird nichts mehr gesendet. Prüfen Sie die Adresse oder wählen Sie eine andere.`,
  refused: (address) =>
    `${address} gilt jetzt als Firmenadresse, nach der Vereinbarung oder nach denen, die diesen Server betreiben. Dorthin wird nichts mehr gesendet.`,
  address: "Wohin",
  says: "Was darin steht",
  subject: "Betreff",
  subjects: [
    "Ihre Leseliste",
    "Erinnerung der Bücherei",
    "Notizen vom Wochenende",
    "Ein Wort zum Garten",
    "Wochenübersicht",
  ],
  ownSubject: "Ein eigener",
  ownSubjectLabel: "Mein eigener Betreff",
  wordsHint: "Höchstens 60 Zeichen, ohne Link.",
  phrase: "Ihr Satz",
  phraseHint:
    "Etwa: blauer Reiher auf dem See. Er steht in jeder Mail, damit Sie eine echte erkennen. Der Server muss ihn speichern, um ihn zu senden. Wählen Sie also etwas, das nichts über Sie sagt.",
  wordsMissing: "Bitte schreiben Sie hier etwas, höchstens 60 Zeichen und ohne Link.",
  when: "Wann",
  atOnce: "Bald, nachdem etwas gekommen ist",
  atOnceHint: "Zwischen 2 und 20 Minuten später, damit niemand weiß, wann es kam.",
  daily: "Einmal am Tag",
  never: "Nicht, wenn etwas kommt",
  hour: "Um welche Zeit",
  warnings: "Auch bevor etwas gelöscht wird, das ich nicht geöffnet habe",
  quiet: "Stille Stunden",
  quietHint: "In ihnen wird nichts gesendet. Zweimal dieselbe Stunde heißt: keine.",
  from: "Von",
  until: "Bis",
  clock: (hour) => `${String(hour).padStart(2, "0")}:00`,
  save: "Speichern",
  saved: "Gespeichert.",
  code: "Der Code",
  codeHint: "Acht Ziffern, wie sie in der Mail stehen.",
  codeWrong: "Dieser Code hat nicht gepasst. Sehen Sie in die neueste Mail.",
  confirm: "Bestätigen",
  confirmedNow: "Bestätigt. Ab jetzt bekommen Sie dort Bescheid.",
  test: "Jetzt eine schicken",
  tested: "Ist unterwegs.",
  tooMany: "Die letzte ging gerade erst ab. Bitte warten Sie ein wenig.",
  end: "Nicht mehr Bescheid geben",
  ended: "Es wird nichts mehr gesendet. Die Adresse und Ihre Worte sind vergessen.",
};
