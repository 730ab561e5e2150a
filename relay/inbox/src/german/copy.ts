/** German for copies that leave the inbox. */

import type { copyWords as english } from "../words.copy.ts";

export const copy: typeof english = {
  lead: (date) => `Eine Kopie gehört Ihnen. Sie wird am ${date} nicht für Sie gelöscht.`,
  plain:
    "Sie ist nicht verschlossen. Legen Sie sie dorthin, wo nur Sie sie lesen können, oder verschließen Sie sie mit einem eigenen Programm.",
  done: "Außerhalb dieses Postfachs gespeichert. Dort wird sie nicht für Sie gelöscht.",
  stopped: "Angehalten. Es wurde nichts gespeichert.",
  filesHead: "Dateien",
  destroy: (date) => `Bitte vernichten Sie diese Datei bis ${date}.`,
  files: (names) => `Dateien: ${names.join(", ")}`,

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
