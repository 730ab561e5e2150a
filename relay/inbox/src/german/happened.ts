/** German for what was done to this inbox from another browser. */

import type { happenedWords as english } from "../words.happened.ts";

export const happened: typeof english = {
  what: {
    way: (date) => `Am ${date} kam ein neuer Browser oder ein neues Gerät hinzu. Waren Sie das?`,
    password: (date) => `Am ${date} wurde das Passwort geändert. Waren Sie das?`,
    sheetUsed: (date) =>
      `Am ${date} wurde dieses Postfach mit dem Notfallblatt geöffnet. Waren Sie das?`,
    sheet: (date) => `Am ${date} wurde ein neues Notfallblatt gemacht. Waren Sie das?`,
    reopening: (date, name) =>
      `${name} hat am ${date} begonnen, jemanden wieder in dieses Postfach zu lassen, in der Annahme, dass Sie es sind.`,
    reopened: (date, name) =>
      `${name} hat dieses Postfach am ${date} für jemanden wieder geöffnet, in der Annahme, dass Sie es sind.`,
  },
  look: "Ansehen und entfernen",
  ring: (name) =>
    `Sind Sie das nicht? Dann rufen Sie ${name} jetzt an, unter einer Nummer, die Sie schon haben.`,
  end: "Beenden",
  mine: "Das war ich",
};
