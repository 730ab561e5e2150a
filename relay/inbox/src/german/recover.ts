/** German for *Sie kommen nicht hinein?*. */

import type { recoverWords as english } from "../words.recover.ts";

export const recover: typeof english = {
  heading: "Sie kommen nicht hinein?",
  withSheet: "Mit Ihrem Notfallblatt",
  withSheetHint: "Tippen Sie die Ziffern ein, oder fügen Sie alle sechs Gruppen in ein Feld ein.",
  camera: "Das Quadrat mit der Kamera lesen",
  cameraOff: "Kamera ausschalten",
  read: "Die Ziffern sind gelesen.",
  group: (n) => `Gruppe ${n}`,
  groups: "Ziffern für den Notfall",
  wrongGroup: (n) => `Gruppe ${n} passt nicht. Sehen Sie diese noch einmal an.`,
  missing: (n) => `Gruppe ${n} braucht fünf Ziffern.`,
  wrong: "Diese Ziffern haben das Postfach nicht geöffnet. Prüfen Sie auch den Postfachnamen.",
  open: "Mit dem Blatt öffnen",
  other: "Mit einem anderen Browser, der offen ist",
  otherHow:
    "Gehen Sie dort zu den Einstellungen, dann zu „Browser und Öffnen“, und wählen Sie „Einen weiteren Browser hinzufügen“. Es erscheint ein Quadrat zum Scannen und ein Code zum Eingeben.",
  otherGo: "Diesen Code hier eingeben",
  noSheet: "Ihr Coach kann es wieder öffnen",
  noSheetHow:
    "Rufen Sie Ihren Coach an. Sie bekommen eine neue Einladung und Ihre Nachrichten zurück, soweit die Vereinbarung sie noch aufbewahrt. Die Leute, die diesen Server betreiben, können das nicht.",
  question: "Ist das Ihr Postfach?",
  newest: (from, day) => `Die neueste Nachricht hier ist von ${from}, ${day}.`,
  mine: (day) => `Die neueste Nachricht hier ist von Ihnen, ${day}.`,
  empty: (other) => `Es ist für Sie und ${other}. Zurzeit ist nichts darin.`,
  looking: "Die neueste Nachricht wird geöffnet",
  yes: "Ja, es ist meines",
  no: "Nein, sperren",
  notMine:
    "Wieder gesperrt. Sehen Sie sich den Namen des Postfachs an: Er steht auf dem Blatt, über den Ziffern.",
  back: "Zurück zum Passwort",
};
