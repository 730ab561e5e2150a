/** German for letting a client back in who has lost every way. */

import type { reopenWords as english } from "../words.reopen.ts";

export const reopen: typeof english = {
  heading: (name) => `${name} wieder hereinlassen`,
  lead: (name) =>
    `Wenn ${name} Telefon, Passwort und Notfallblatt verloren hat. Was Sie beide hier geschrieben haben, kommt aus Ihren Kopien zurück, mit den Dateien und denselben Tagen.`,
  stays: (name) =>
    `Was gelöscht wurde, bleibt gelöscht. Was nur ${name} hatte, kommt nicht zurück: hereingeschickte Mail und Löschbelege.`,
  stop: (name) =>
    `Das bisherige Postfach erfährt davon. 48 Stunden lang kann man es dort aufhalten, dann wird es geschlossen. Seien Sie also sicher, wer am Telefon ist: Wer den Link hat und die Ziffern sagt, ist von da an ${name}.`,
  rung: (name) =>
    `Ich habe ${name} unter einer Nummer angerufen, die ich schon hatte, und es ist ${name}.`,
  ringFirst: (name) =>
    `Bitte rufen Sie ${name} zuerst an. Verlassen Sie sich nicht auf eine Nachricht: Sie kann von jemand anderem sein.`,
  welcome: "Ein paar Worte zu Beginn",
  welcomeHint: "Sie stehen auf der ersten Seite.",
  make: (name) => `Den Rückweg für ${name} anlegen`,
  making: "Wird angelegt",
  open: (name) => `Warten auf ${name}`,
  openLead: (name, date) =>
    `Geben Sie ${name} den Link oder den Code am Telefon. Beides gilt bis ${date}. Bleiben Sie am Apparat: Als Nächstes kommt die Prüfung am Telefon.`,
  elsewhere: (name) =>
    `Ein Rückweg für ${name} wurde angelegt, und der Link ist hier nicht zur Hand. Beenden Sie ihn, und legen Sie einen neuen an.`,
  joined: (name) => `${name} ist da`,
  joinedLead: (name) =>
    `Noch hat niemand etwas bekommen. Während Sie mit ${name} telefonieren: Drücken Sie beide auf „Beginnen“, und lesen Sie sich sechs Ziffern vor.`,
  claimed: (name) =>
    `${name} hat es schon gesagt und wartet. Haben Sie diese Seite zwischendurch geschlossen, bitten Sie ${name}, auf „Anhalten“ zu drücken, und beginnen Sie beide von vorn.`,
  start: "Beginnen",
  agreeing: (name) => `Warten, bis auch ${name} es gesagt hat; dann wird zurückgegeben`,
  giving: (done, total) => `${done} von ${total} durchgesehen`,
  taken: (name) => `${name} ist wieder da`,
  takenLead: (day, time) =>
    `Sie beide haben gesagt, dass die Ziffern dieselben waren, und Sie haben es unterschrieben. Bis ${day}, ${time}, kann das bisherige Postfach es aufhalten.`,
  given: (n) =>
    n === 1
      ? "Eines wurde zurückgegeben, mit demselben Tag."
      : `${n} wurden zurückgegeben, mit denselben Tagen.`,
  already: (n) => (n === 1 ? "Eines war schon da." : `${n} waren schon da.`),
  left: (n) =>
    n === 1
      ? "Eines konnte nicht zurückgegeben werden. Versuchen Sie es später noch einmal."
      : `${n} konnten nicht zurückgegeben werden. Versuchen Sie es später noch einmal.`,
  again: "Zurückgeben, was fehlt",
  againHint: "Falls die Verbindung dazwischen abriss. Was schon da ist, bleibt, wie es ist.",
  end: "Beenden",
  endAsk: "Beenden?",
  endText: (name) =>
    `Link und Code öffnen dann nichts mehr, und wer mit ihnen kam, ist hier niemand. Sie können für ${name} einen neuen Rückweg anlegen.`,
  ended: "Beendet. Niemand wurde hereingelassen.",
  cancel: "Abbrechen",
};
