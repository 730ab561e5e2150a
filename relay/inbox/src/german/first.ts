/** German for the first page of an invitation, and nothing besides: it is loaded before *Weiter*. */

import type { first as english } from "../words.first.ts";

export const first: typeof english = {
  skip: "Zur Seite springen",
  title: "Einladung",
  back: "Zurück",
  stepOf: (step) => `Schritt ${step} von 4`,
  start: {
    heading: "Sie sind in ein privates Postfach eingeladen",
    lead: "Eine Person, mit der Sie arbeiten, hat es für Sie beide geöffnet. Nur Sie beide können lesen, was dort geschrieben wird. Ihr Arbeitgeber kann es nicht, und wer diesen Server betreibt, auch nicht.",
    dates: "Alles darin wird an Tagen gelöscht, denen Sie vorher zustimmen.",
    question: "Sind Sie an Ihrem eigenen Gerät?",
    own: "Ja, mein eigenes Telefon oder mein eigener Computer",
    work: "Es gehört zu meiner Arbeit",
    unsure: "Ich weiß es nicht genau",
    choose: "Bitte wählen Sie eine der drei Antworten.",
    unsureHelp:
      "Es gehört zu Ihrer Arbeit, wenn Ihre Firma es Ihnen gegeben hat. Oder wenn Sie etwas darauf installieren sollten, um Firmenmails zu bekommen. Trifft beides nicht zu, ist es Ihr eigenes.",
    go: "Weiter",
    minutes: "Dauert etwa drei Minuten. Bis zur letzten Seite wird nichts verbraucht.",
    how: "So funktioniert es",
    notExpecting: "Unerwartet?",
  },
  notLoaded: {
    heading: "Keine Verbindung",
    why: "Der Rest dieser Seite konnte nicht geholt werden. Es ist nichts verloren.",
    again: "Jetzt versuchen",
  },
};
