/** German for mail that came from outside. */

import type { mailWords as english } from "../words.mail.ts";
import { counted, upper } from "./figures.ts";

const ORDINARY = "Bis hierher reiste es als gewöhnliche E-Mail";

export const mail: typeof english = {
  came: (from, grade) => {
    switch (grade) {
      case "signed":
        return `Hereingeschickt von ${from}. ${ORDINARY}.`;
      case "server":
        return `Hereingeschickt von ${from}. ${ORDINARY}, und für die Adresse spricht nur der Server, von dem es kam.`;
      case "rule":
        return `Kam über Ihre Weiterleitung, nach eigener Angabe von ${from}. ${ORDINARY}; wer es schrieb, haben wir nicht geprüft.`;
      case "rule-signed":
        return `Kam über Ihre Weiterleitung, von ${from}. ${ORDINARY}; der Mailanbieter der schreibenden Person steht für die Adresse ein.`;
      case "code":
        return `Ihr Mailanbieter schrieb das, während Sie die Weiterleitung einrichteten. ${ORDINARY} und wird innerhalb einer Stunde gelöscht.`;
      case "unchecked":
        return `Hereingeschickt von ${from}. ${ORDINARY}; wir konnten nicht prüfen, wer es geschickt hat.`;
    }
  },
  nobody: "einer Adresse, die nicht zu lesen war",
  open: "Auf dem letzten Stück des Weges hätten andere es mitlesen können.",
  copied:
    "In der Firmenmail gibt es eine Kopie: Das ging auch an Menschen unter einer Firmenadresse, und was dort liegt, gehört deren Arbeitgeber.",

  confirm: {
    question: "Haben Sie das geschickt?",
    why: "Wir können es nicht mit Gewissheit sagen. Wenn Sie es nicht waren, wird es gelöscht, und niemand erfährt davon.",
    mine: "Das war ich",
    notMine: "Das war ich nicht",
    thanks: "Danke. Es bleibt, bis zu seinem Datum.",
    gone: "Gelöscht. Kommt solche Mail wieder, ändern Sie das Passwort Ihrer E-Mail-Adresse.",
    said: "Sie haben gesagt, dass Sie das geschickt haben.",
  },

  original: {
    hand: "Das Original liegt noch in Ihrem Ordner „Gesendet“, und Ihr Mailanbieter behält es, bis Sie es dort löschen.",
    rule: "Das Original liegt noch in Ihrem Postfach beim Mailanbieter, bis Sie es dort löschen.",
    understood: "Verstanden",
  },

  file: "Diese Mail konnte hier nicht zerlegt werden. Sie können sie als Datei speichern und in einem Mailprogramm öffnen.",
  cut: "Diese Mail ist sehr lang. Nicht alles davon wird gezeigt; in der Datei ist alles.",
  noText: "Diese Mail hat keinen eigenen Text.",

  layout: {
    show: "Gestaltung zeigen",
    hide: "Nur die Worte zeigen",
    name: "Die Mail, wie sie gestaltet wurde",
    loading: "Die Gestaltung wird geöffnet",
    note: "Gezeigt ohne irgendetwas von außen: Bilder, die nicht mitgeschickt wurden, fehlen, und Links fragen erst nach.",
    noPicture: "Bild ausgelassen",
    none: "Die Gestaltung konnte hier nicht gezeigt werden.",
  },

  refused: {
    lead: (n) =>
      `${upper(counted(n, "Mail an dieses Postfach wurde", "Mails an dieses Postfach wurden"))} abgewiesen. Wer ${n === 1 ? "sie" : "eine davon"} schickte, erfuhr sofort, warum.`,
    line: (who, when) => (who ? `Von ${who}, ${when}.` : `Am ${when}.`),
    masked: "Adressen sind gekürzt, weil der Rest davon nicht gespeichert wird.",
    why: (reason) => {
      switch (reason) {
        case "sender-unknown":
          return "Die Adresse ist keine von Ihren eigenen, die Sie hier bestätigt haben. Ist es Ihre, fügen Sie sie in den Einstellungen unter „Mail hereinschicken“ hinzu.";
        case "sender-unproven":
          return "Wir konnten nicht feststellen, dass die Mail wirklich von dieser Adresse kam. Schicken Sie sie noch einmal, von der Seite oder App Ihres Mailanbieters selbst.";
        case "work-address-refused":
          return "Sie kam von einer Firmenadresse oder über eine. Schicken Sie sie von einer eigenen Adresse.";
        case "automatic":
          return "Eine Maschine hat damit auf etwas geantwortet, wie bei einer Abwesenheitsnotiz. Es ist nichts zu tun.";
        case "list-mail":
          return "Sie ging an eine Mailingliste. Tragen Sie diese Adresse dort aus oder leiten Sie einzelne Mails von Hand weiter.";
        case "too-large":
          return "Sie war größer, als dieses Postfach annimmt. Senden Sie große Dateien stattdessen von dieser Seite.";
        case "inbox-full":
          return "Dieses Postfach war voll. Platz entsteht, wenn Sie etwas löschen oder das nächste Datum abwarten. Die Mail wird inzwischen noch einmal geschickt.";
        case "rule-waiting":
          return "Sie kam über eine Weiterleitung, die noch nicht gilt. Richten Sie sie unter Einstellungen fertig ein.";
        case "rule-bearer":
          return "Sie kam an eine Weiterleitung, aber nicht von dem Mailanbieter, mit dem sie eingerichtet wurde. Haben Sie den Anbieter gewechselt, richten Sie die Weiterleitung neu ein.";
        default:
          return "Sie erfüllte nicht, was dieses Postfach verlangt. Die Antwort, die zurückging, sagt mehr.";
      }
    },
  },
};
