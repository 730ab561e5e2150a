/** German for the settings. */

import type { settingWords as english } from "../words.settings.ts";
import { figure } from "./figures.ts";

export const settings: typeof english = {
  heading: "Einstellungen",
  build: (name) => `Diese Seite ist Fassung ${name}.`,
  buildHow: "Ist es die veröffentlichte?",
  loading: "Wird nachgesehen",
  keyboard: {
    heading: "Tastatur",
    hint: "Kurze Wege mit einzelnen Buchstaben",
    lead: "Hier geht alles mit Tabulator und Eingabetaste. In der Liste bewegen Pfeile, die Eingabetaste öffnet und Escape geht zurück.",
    single: "Auch einzelne Buchstaben benutzen",
    singleHint: "Während Sie tippen, bewirken sie nichts.",
    letters: [
      { letter: "j", does: "Nächste Nachricht der Liste" },
      { letter: "k", does: "Die davor" },
      { letter: "n", does: "Nächste Nachricht einer offenen Unterhaltung" },
      { letter: "p", does: "Die davor" },
      { letter: "r", does: "Antworten" },
      { letter: "c", does: "Schreiben" },
      { letter: "/", does: "Suchen" },
      { letter: "l", does: "Sperren" },
      { letter: "?", does: "Diese Seite" },
    ],
    always: "Immer",
    whole: [
      { letter: "Strg + Eingabe", does: "Senden" },
      { letter: "Strg + P", does: "Drucken" },
    ],
  },
  copy: {
    heading: "Kopie mitnehmen",
    hint: "Nachrichten und Dateien, auf Ihr Gerät",
  },
  leave: {
    heading: "Verlassen",
    hint: "Dieses Postfach jetzt löschen",
  },
  server: {
    heading: "Was dieser Server sehen kann",
    hint: "Alles, was er über Sie gespeichert hat",
  },
  told: {
    heading: "Bescheid bekommen",
    hint: "Eine kurze E-Mail, wenn etwas wartet",
  },
  locking: {
    heading: "Sperren",
    lead: "Wenn eine Weile niemand diese Seite berührt hat, sperrt sie sich. Was Sie gerade schreiben, bleibt.",
    legend: "Sperren nach",
    minutes: (n) => figure(n, "Minute", "Minuten"),
    long: "Nach zwölf Stunden sperrt sie sich auf jeden Fall.",
    hidden: "Sperren, wenn ich diese Seite verlasse",
    hiddenHint:
      "Auch wenn Sie ein Foto aufnehmen oder eine andere App öffnen, um eine Datei zu wählen.",
    saved: "Auf diesem Gerät gespeichert.",
    hint: "Wann diese Seite sich von selbst sperrt",
  },
  browsers: {
    heading: "Browser und Öffnen",
    hint: "Was offen ist, und wie Sie hineinkommen",
    on: "auf",
    unnamed: "Ein Browser",
    reload: "Diese Seite war offen",
  },
  display: {
    heading: "Darstellung",
    legend: "Farben",
    system: "Wie auf dem Gerät eingestellt",
    light: "Hell",
    dark: "Dunkel",
    lead: "Beides wird auf diesem Gerät gespeichert. Die Buchstaben folgen auch der Einstellung Ihres Browsers.",
    size: "Buchstaben",
    usual: "Wie im Browser eingestellt",
    large: "Größer",
    larger: "Viel größer",
    hint: "Farben und Größe der Buchstaben",
  },
  language: {
    heading: "Sprache",
    hint: "Deutsch, Englisch oder wie im Browser eingestellt",
    browser: "Wie im Browser eingestellt",
    lead: "Was Sie und andere schreiben, bleibt, wie es geschrieben wurde. Ihre anderen Browser zeigen diese Sprache auch, sobald Ihr Postfach dort geöffnet ist.",
  },
  mail: {
    heading: "Mail hereinschicken",
    hint: "Von Ihrer eigenen E-Mail-Adresse in dieses Postfach",
    lead: "Mail, die Sie von Ihrer eigenen Adresse an die Adresse unten senden oder weiterleiten, kommt hier an. Bis hierher reist sie als gewöhnliche E-Mail, und eine Kopie bleibt in Ihrem Ordner „Gesendet“.",
    address: "Adresse dieses Postfachs",
    noAddress: "Dieses Postfach hat keine Adresse für Mail.",
    own: "Ihre eigenen Adressen",
    none: "Sie haben noch keine Adresse hinzugefügt. Bis dahin wird Mail an dieses Postfach abgewiesen.",
    added: (date) => `Hinzugefügt am ${date}`,
    confirmed: "Mail von dort wird angenommen",
    unconfirmed: "Wartet auf den Code",
    hidden:
      "Die Adressen selbst sind nirgends lesbar gespeichert. Deshalb können sie nicht gezeigt werden.",
    vouches:
      "Wie weit Ihr Mailanbieter für Ihre Adresse einsteht, zeigt die erste Mail, die Sie hierher schicken. Steht nur sein Server dafür ein, fragt jede Mail, ob sie von Ihnen ist.",
    add: "Eine Adresse hinzufügen",
    remove: "Entfernen",
    forward: "Meinen Anbieter weiterleiten lassen",
    ruleActive: "Ihr Anbieter leitet Mail an diese Adresse weiter, und sie kommt hier an.",
    ruleWaits:
      "Geht noch nicht. Diese Adresse ist für die Weiterleitung Ihres Anbieters und für nichts sonst:",
    ruleSteps: [
      "Lassen Sie in den Einstellungen Ihres Mailanbieters Mail an die Adresse oben weiterleiten.",
      "Manche Anbieter schicken zuerst einen Code oder eine Frage dorthin. Sie kommt binnen Minuten in diesem Postfach an.",
      "Tippen Sie dann unten Ihre eigene Adresse ein. Eine Zeile wird dorthin geschickt; kommt sie hierher zurück, gilt die Weiterleitung.",
    ],
    ruleAddress: "Ihre eigene Adresse, noch einmal",
    ruleAddressHint: "Sie ist nirgends lesbar gespeichert, deshalb muss sie getippt werden.",
    ruleTest: "Ausprobieren",
    ruleTested:
      "Eine Zeile ist unterwegs zu Ihnen. Bis sie zurückkommt, kann es ein paar Minuten dauern.",
    ruleLook: "Noch einmal nachsehen",
    ruleOther:
      "Das ist nicht die Adresse, die Sie bestätigt haben, oder sie wurde zu oft ausprobiert. Bitte sehen Sie noch einmal hin.",
    ruleEnd: "Diese Weiterleitung beenden",
    label: "Ihre eigene E-Mail-Adresse",
    labelHint: "Nie eine, die zu Ihrer Arbeit gehört.",
    missing: "Bitte tippen Sie eine Adresse ein, etwa name@home.example.",
    who: "Wer betreibt diese Adresse?",
    mine: "Meine Familie oder ich, oder ein öffentlicher Mailanbieter",
    employer: "Mein Arbeitgeber oder ein Kunde",
    unsure: "Ich weiß es nicht genau",
    notWork:
      "Dann nehmen Sie sie bitte nicht. Mail dort gehört denen, deshalb senden wir nichts dorthin und nehmen nichts von dort an.",
    whoMissing: "Bitte sagen Sie, wer sie betreibt.",
    send: "Einen Code schicken",
    codeSent: "Ein Code ist unterwegs zu dieser Adresse. Das kann eine Minute dauern.",
    code: "Der Code",
    codeHint: "So, wie er in der Mail steht.",
    codeMissing: "Bitte tippen Sie den Code ein.",
    confirm: "Bestätigen",
    done: "Bestätigt. Ab jetzt wird Mail von dieser Adresse angenommen.",
    codeWrong: "Dieser Code hat nicht gepasst. Sehen Sie in die neueste Mail.",
    refused: (name) =>
      name
        ? `Das sieht nach einer Adresse von ${name} aus. Mail dort gehört ${name}, deshalb geht sie hier nicht.`
        : "Das sieht nach einer Firmenadresse aus. Mail dort gehört Ihrem Arbeitgeber, deshalb geht sie hier nicht.",
  },
};
