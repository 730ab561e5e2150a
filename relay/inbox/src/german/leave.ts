/** German for *Verlassen*. */

import type { leaveWords as english } from "../words.leave.ts";

export const leave: typeof english = {
  lead: (name, date) =>
    `Damit löschen Sie jetzt Ihr Postfach: jede Nachricht und Datei darin, Ihre Wege hinein, Ihre Adressen. ${name} behält die anderen Kopien bis ${date}, wie vereinbart.`,
  ends: (name) => `Damit endet hier auch Ihre Arbeit mit ${name}. Keine Seite kann mehr schreiben.`,
  stays:
    "Was Sie beide unterschrieben haben, bleibt bis zu diesem Tag auf dem Server, weil die anderen Kopien daran hängen. Dann geht es auch.",
  receipt:
    "Am Ende bekommen Sie den Beleg des Servers als Datei. Nichts davon lässt sich rückgängig machen.",
  copy: "Nehmen Sie vorher eine Kopie mit, wenn Sie eine möchten.",
  copyDo: "Kopie mitnehmen",
  label: "Tippen Sie: mein postfach löschen",
  typed: "mein postfach löschen",
  hint: "Damit es nicht aus Versehen geschieht.",
  missing: "Bitte tippen Sie es so ein, wie es oben steht.",
  act: "Mein Postfach jetzt löschen",
  ending: "Die Arbeit wird beendet",
  deleting: "Wird gelöscht",
  waiting: "Der Beleg des Servers wird erwartet. Das kann ein bis zwei Minuten dauern.",
  closing: "Wird geschlossen",
  noReceipt: "Der Beleg ist noch nicht gekommen. Alles, was hier war, ist gelöscht.",
  wait: "Darauf warten",
  without: "Ohne ihn gehen",
  coach:
    "Die Seite eines Coachs schließt, wer diesen Server betreibt, weil andere Menschen davon abhängen.",
  fileName: "belege-meines-postfachs.json",
};
