/** German for a typed code, and for a browser that comes in beside another. */

import type { comingWords as english } from "../words.coming.ts";

export const coming: typeof english = {
  code: {
    heading: "Code eingeben",
    lead: "Vier Ziffern und einige Wörter, wie sie Ihnen vorgelesen wurden. Großschreibung, Leerzeichen und Bindestriche spielen keine Rolle.",
    label: "Code",
    hint: "Zum Beispiel 4417 hazel-orbit-linen-crow",
    words: "Wörter, die so beginnen",
    go: "Weiter",
    looking: "Wird gesucht. Etwa drei Sekunden.",
    missing: "Bitte geben Sie den Code ein.",
    number: "Ein Code hat vier Ziffern, dann vier oder sechs Wörter. Bitte vergleichen Sie.",
    word: (place) => `Wort ${place} steht nicht auf unserer Liste. Bitte vergleichen Sie es.`,
    refused:
      "Dieser Code öffnet hier nichts. Bitte vergleichen Sie die Ziffern und jedes Wort. Wenn sie stimmen, wurde er schon benutzt oder ist zu alt: Bitten Sie um einen neuen.",
    slow: (minutes) =>
      `Zu viele Versuche. Bitte warten Sie ${minutes === 1 ? "eine Minute" : `${minutes} Minuten`}, oder nehmen Sie den Link.`,
    link: "Wenn Sie über einen Link gekommen sind, öffnen Sie ihn noch einmal aus der Nachricht: Diese Seite vergisst ihn, wenn sie neu geladen wird. Es ist nichts verbraucht.",
  },
  add: {
    heading: "Ihr Postfach auch hier öffnen",
    lead: "Ein anderer Browser von Ihnen hat den Weg gezeigt. Hier bekommt Ihr Postfach einen eigenen Weg hinein.",
    device: "Nur auf einem Telefon oder Computer, der Ihnen gehört, nicht auf einem der Arbeit.",
    go: "Weiter",
    looking: "Ihr Postfach wird gesucht",
    inbox: "Ihr Postfachname",
    inboxHint: "Sie geben ihn zusammen mit einem Passwort ein.",
    which: "Wie dieser Browser es von nun an öffnet",
    known: "Mit dem Passwort, das ich habe",
    knownHint:
      "Sie geben es auf der nächsten Seite ein. Was der andere Browser zeigt, bleibt unbenutzt.",
    password: "Mit einem neuen Passwort",
    passwordHint: "Es tritt überall an die Stelle des Passworts, das Sie jetzt haben.",
    passwordWords:
      "Fünf Wörter, gerade eben gemacht und unten eingetragen. Schreiben Sie sie auf oder lassen Sie sie Ihren Browser behalten; oder tippen Sie ein eigenes Passwort darüber.",
    newPassword: "Neues Passwort",
    knownDo: "Weiter",
    passwordDo: "Setzen und öffnen",
    opening: "Ihr Postfach wird geöffnet. Etwa fünf Sekunden.",
    usedHeading: "Das wurde schon benutzt",
    used: "Ein Browser ist darüber hereingekommen, und kein weiterer kann es. Wenn Sie das nicht waren, öffnen Sie Ihr Postfach, entfernen Sie den Browser, den Sie nicht kennen, und ändern Sie Ihr Passwort.",
    oldHeading: "Das ist zu alt",
    old: "Es galt fünf Minuten. Zeigen Sie auf dem offenen Browser ein neues Quadrat, und nehmen Sie dieses.",
    again: "Stattdessen einen Code eingeben",
  },
};
