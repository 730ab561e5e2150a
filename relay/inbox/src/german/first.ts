/** German for the first page of an invitation, and nothing besides: it is loaded before *Weiter*. */

import type { first as english } from "../words.first.ts";

export const first: typeof english = {
  skip: "Zur Seite springen",
  titles: {
    invitation: "Einladung",
    add: "Browser hinzufügen",
    list: "Postfach",
    search: "Suche",
    message: "Nachricht",
    write: "Schreiben",
    reply: "Antworten",
    work: "Unsere Arbeit",
    receipts: "Löschbelege",
    receipt: "Löschbeleg",
    settings: "Einstellungen",
    clients: "Begleitungen",
    how: "So funktioniert es",
    locked: "Gesperrt",
    help: "Sie kommen nicht hinein?",
    nowhere: "Nicht gefunden",
  },
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
  stop: {
    heading: "Dann hören Sie bitte hier auf",
    why: "Wer Firmengeräte betreut, kann sehen, was auf ihnen ist. Wir können das nicht verhindern.",
    nothing: "Es wurde nichts geöffnet. Die Einladung gilt weiter.",
    next: "Schicken Sie den Link an Ihr eigenes Telefon oder Ihren eigenen Computer und öffnen Sie ihn dort. Oder rufen Sie die Person an, die Sie eingeladen hat, und lassen Sie ihn dorthin schicken.",
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
  notLoaded: {
    heading: "Keine Verbindung",
    why: "Der Rest dieser Seite konnte nicht geholt werden. Es ist nichts verloren.",
    again: "Jetzt versuchen",
  },
};

export const german: Readonly<Record<string, object>> = { first };
