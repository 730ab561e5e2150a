/** German for the pages beside an invitation's first one. */

import type { beside as english } from "../words.beside.ts";

export const beside: typeof english = {
  stop: {
    heading: "Dann hören Sie bitte hier auf",
    why: "Wer Firmengeräte betreut, kann sehen, was auf ihnen ist. Wir können das nicht verhindern.",
    nothing: "Es wurde nichts geöffnet. Die Einladung gilt weiter.",
    next: "Öffnen Sie den Link stattdessen auf Ihrem eigenen Telefon oder Computer. Oder bitten Sie um einen neuen dorthin; dieser ist dann beendet.",
    tell: "Um einen neuen Link bitten",
    back: "Neu wählen",
  },
  unexpected: {
    heading: "Kommt das unerwartet?",
    ring: "Rufen Sie die Person an, die Sie eingeladen haben soll, unter einer Nummer, die Sie schon haben. Antworten Sie nicht auf die Nachricht, die Sie hierher geführt hat.",
    nothing:
      "Diese Seite anzusehen, hat nichts verändert. Wenn Sie sie schließen, bleibt nichts zurück.",
    back: "Zurück zur Einladung",
  },
  inApp: {
    heading: "Öffnen Sie das in Ihrem eigenen Browser",
    why: "Sie sind im kleinen Browser einer anderen App. Er wird Sie vergessen. Öffnen Sie das in Safari, Chrome oder Firefox.",
    copy: "Link kopieren",
    copied: "Der Link ist kopiert. Fügen Sie ihn in die Adresszeile Ihres Browsers ein.",
    notCopied:
      "Der Link konnte hier nicht kopiert werden. Halten Sie den Link in der Nachricht eine Weile gedrückt und kopieren Sie ihn dort.",
    stay: "Trotzdem hier weitermachen",
  },
  coach: {
    heading: "Dieser Link ist für den Computer eines Coachs",
    how: "Er richtet Ihre Seite dieses Servers ein, und das geschieht auf der Befehlszeile. Öffnen Sie auf Ihrem eigenen Computer ein Terminal und tippen Sie:",
    command: "mailbox setup",
    paste: "Fügen Sie den Link ein, wenn Sie danach gefragt werden. Hier wurde nichts verbraucht.",
  },
  noLink: {
    heading: "Bitte öffnen Sie den Link noch einmal",
    why: "Diese Seite vergisst die Einladung beim Neuladen, damit niemand nach Ihnen sie benutzen kann. Öffnen Sie den Link in der Nachricht noch einmal; es wurde nichts verbraucht.",
  },
  mistyped: {
    heading: "Dieser Link ist nicht vollständig",
    why: "Ein Teil fehlt oder ist verändert. Das geschieht, wenn ein Link von Hand kopiert wird oder über zwei Zeilen bricht. Öffnen Sie ihn direkt aus der Nachricht oder lassen Sie ihn sich noch einmal schicken.",
  },
};
