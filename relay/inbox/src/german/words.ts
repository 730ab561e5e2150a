/** German for what the whole page says: the list, reading, unlocking, and what went wrong. */

import type { words as english } from "../words.ts";
import { counted, figure, upper } from "./figures.ts";

function seconds(n: number): string {
  return figure(n, "Sekunde", "Sekunden");
}

const draftSafe = (draft: boolean) =>
  draft ? " Ihre angefangene Nachricht ist gut verwahrt." : "";

export const words: typeof english = {
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

  close: "Schließen",
  show: "Anzeigen",
  copy: "Kopieren",
  copied: "Kopiert.",
  copyFailed: "Es konnte hier nicht kopiert werden. Markieren Sie es und kopieren Sie von Hand.",
  tryNow: "Jetzt versuchen",
  goBack: "Zurück",
  stop: "Anhalten",
  cancel: "Abbrechen",
  toInbox: "Zum Postfach",

  failure: (failure, name, writing = false) => {
    const safe = writing
      ? "Was Sie geschrieben haben, ist hier gut verwahrt."
      : "Es ist nichts verloren.";
    switch (failure.code) {
      case "invitation-used":
        return "Diese Einladung wurde schon benutzt.";
      case "invitation-expired":
        return "Diese Einladung ist zu alt, um sie zu benutzen.";
      case "invitation-withdrawn":
        return "Diese Einladung wurde zurückgenommen.";
      case "invitation-unknown":
        return "Dieser Server kennt keine solche Einladung.";
      case "invitation-mistyped":
        return "Dieser Link ist nicht vollständig.";
      case "wrong-password":
        return "Dieses Passwort hat das Postfach nicht geöffnet.";
      case "sheet-group":
        return failure.group
          ? `Gruppe ${failure.group} passt nicht.`
          : "Diese Ziffern haben das Postfach nicht geöffnet.";
      case "name-taken":
        return "Dieser Postfachname wurde gerade vergeben.";
      case "password-short":
        return "Bitte nehmen Sie 12 Zeichen oder mehr.";
      case "password-common":
        return "Dieses steht auf der Liste häufiger Passwörter. Bitte wählen Sie ein anderes.";
      case "too-many-requests":
        if (failure.retryAfter && writing) {
          return `Einen Moment. Neuer Versuch in ${seconds(failure.retryAfter)}.`;
        }
        return failure.retryAfter
          ? `Einen Moment. Bitte versuchen Sie es in ${seconds(failure.retryAfter)} noch einmal.`
          : "Einen Moment. Der Server bittet uns, etwas langsamer zu sein.";
      case "offline":
        return "Keine Verbindung. Es ist nichts verloren.";
      case "server":
        return `Der Server antwortet nicht. ${safe}`;
      case "gone":
        return "Das wird hier nicht mehr aufbewahrt.";
      case "locked":
        return "Das Postfach hat sich gesperrt. Was Sie geschrieben haben, ist gut verwahrt.";
      case "too-large":
        return "Das ist größer, als der Server annimmt.";
      case "refused":
        return "Der Server hat das nicht angenommen: Es geht über das hinaus, was Sie beide vereinbart haben.";
      case "closed":
        return "Ihre gemeinsame Arbeit ist beendet. Neue Nachrichten können nicht gesendet werden.";
      case "contact-changed":
        return `${name} hat das Postfach neu eingerichtet. Rufen Sie ${name} an, bevor Sie das senden.`;
      case "keeper-away":
        return "Ein Teil des Servers antwortet nicht. Deshalb kann das gerade nicht geöffnet oder gesendet werden. Es ist nichts verloren.";
      case "full":
        return "Dieses Postfach ist voll. Platz entsteht, wenn Sie etwas löschen oder das nächste Datum abwarten.";
      case "stopped":
        return "Angehalten. Es wurde nichts gesendet.";
      default:
        return failure.detail
          ? `Hier ist etwas schiefgegangen, das wir nicht vorhergesehen haben. ${safe} Nennen Sie bitte ${failure.detail}.`
          : `Hier ist etwas schiefgegangen, das wir nicht vorhergesehen haben. ${safe}`;
    }
  },

  keeping: (keeping) => {
    switch (keeping.kind) {
      case "kept":
        return `Aufbewahrt bis ${keeping.date}`;
      case "soon":
        return `Wird am ${keeping.weekday} gelöscht`;
      case "last":
        return keeping.when === "tonight"
          ? "Wird heute um Mitternacht gelöscht"
          : `Wird ${keeping.when === "today" ? "heute" : "morgen"} um ${keeping.at} Uhr gelöscht`;
      case "gone":
        return "Soeben gelöscht";
    }
  },
  files: (n) => figure(n, "Datei", "Dateien"),
  newRows: (n) => figure(n, "neue Nachricht", "neue Nachrichten"),

  unlock: {
    heading: "Ihr Postfach ist gesperrt",
    name: "Postfachname",
    nameHint: "Zwei Wörter und eine Zahl, wie auf Ihrem Notfallblatt.",
    nameMissing: "Bitte tippen Sie den Postfachnamen ein.",
    password: "Passwort",
    passwordMissing: "Bitte tippen Sie das Passwort ein.",
    remember: "Postfachnamen auf diesem Gerät merken",
    open: "Öffnen",
    opening: "Wird geöffnet. Etwa zwei Sekunden.",
    help: "Sie kommen nicht hinein?",
    wrong:
      "Dieses Passwort hat das Postfach nicht geöffnet. Prüfen Sie Groß- und Kleinschreibung und den Postfachnamen. Es geht nichts verloren, so oft Sie es auch versuchen.",
    slow: (n) => `Zu viele Versuche. Der nächste ist in ${seconds(n)} möglich.`,
    slowSaid: (n) => `Zu viele Versuche. Der nächste ist in ${seconds(n)} möglich.`,
    away: (n) => `Keine Verbindung. Neuer Versuch in ${seconds(n)}.`,
    awaySaid: "Keine Verbindung. Wir versuchen es weiter.",
    idle: (minutes, draft) =>
      `Nach ${figure(minutes, "Minute", "Minuten")} gesperrt.${draftSafe(draft)}`,
    idleLong: (draft) => `Nach zwölf Stunden gesperrt.${draftSafe(draft)}`,
    ended: (draft) =>
      `Das Postfach wurde von anderswo oder vom Server gesperrt.${draftSafe(draft)}`,
    safe: "Gesperrt. Ihre angefangene Nachricht ist gut verwahrt.",
    icon: "Ein Symbol auf dem Startbildschirm hat ein eigenes Gedächtnis und fragt deshalb einmal. Mit dem Haken unten kennt es den Postfachnamen von da an.",
    gone: (date) => `Dieses Postfach wurde am ${date} gelöscht, wie vereinbart.`,
    wasToGo: (date) =>
      `Soweit dieser Browser weiß, sollte dieses Postfach am ${date} gelöscht werden, wie vereinbart. Nach diesem Tag lässt es sich nicht mehr öffnen.`,
    receipt:
      "Haben Sie die Datei mit den Löschbelegen gespeichert? Sie lässt sich auch ohne Postfach prüfen.",
    receiptDo: "Die Datei prüfen",
  },

  frame: {
    nav: "Hauptmenü",
    loading: "Die Seite wird geöffnet",
    records: (name) =>
      `Dieser Server zeigt ${name} und Ihnen zwei verschiedene Aufzeichnungen dessen, was er getan hat, und hat es einen Tag lang nicht erklärt. Rufen Sie ${name} an.`,
    inbox: "Postfach",
    work: "Arbeit",
    report: "Bericht",
    settings: "Einstellungen",
    lock: "Sperren",
    how: "So funktioniert es",
    back: "Postfach",
    newer:
      "Es gibt eine neuere Fassung dieser Seite. Sie wird geladen, wenn Sie das nächste Mal sperren.",
    offline: "Keine Verbindung. Was offen ist, können Sie lesen; Antworten warten.",
    clock: (date) =>
      `Auf Ihrem Gerät ist heute ${date}. Die Tage hier richten sich nach der Uhr des Servers.`,
    links: "Sie verlassen dieses Postfach",
    linkGoes: (host) => `Das führt zu ${host}, außerhalb dieses Postfachs.`,
    linkOpen: (host) => `${host} öffnen`,
    paper: (date) => `Bitte vernichten Sie dieses Papier bis ${date}.`,
    pending: (name) => `Es wird nichts aufbewahrt, bis ${name} und Sie beide unterschrieben haben.`,
  },

  list: {
    heading: "Postfach",
    region: "Nachrichten",
    filters: "Anzeigen",
    all: "Alle",
    unread: "Ungelesen",
    withFiles: "Dateien",
    going: "Bald weg",
    write: "Schreiben",
    select: "Auswählen",
    you: "Sie",
    loading: "Ihre Nachrichten werden geöffnet",
    search: (n) => (n > 1 ? `${figure(n, "Nachricht", "Nachrichten")} durchsuchen` : "Suchen"),
    orders: { newest: "Neueste zuerst", deletion: "Nach Löschdatum", size: "Größte zuerst" },
    earlier: "Frühere Nachrichten zeigen",
    further: (n, order) =>
      ({
        newest: `Frühere Nachrichten zeigen (${n.toLocaleString("de")})`,
        deletion: `Spätere zeigen (${n.toLocaleString("de")})`,
        size: `Kleinere zeigen (${n.toLocaleString("de")})`,
      })[order],
    reading: (n) => `Ältere Nachrichten werden geholt: bisher ${n.toLocaleString("de")}`,
    earlierLoading: "Frühere Nachrichten werden geöffnet",
    look: "Ansehen",
    soonCard: (all, unread) =>
      all === unread
        ? `${upper(counted(all, "ungelesene Nachricht wird", "ungelesene Nachrichten werden"))} in den nächsten sieben Tagen gelöscht.`
        : `${upper(counted(all, "Nachricht wird", "Nachrichten werden"))} in den nächsten sieben Tagen gelöscht; davon ungelesen: ${unread}.`,
    soonWord: "Bald:",
    empty: (name) =>
      `Hier schreiben ${name} und Sie einander. Nichts davon erreicht Ihre Firmenmail.`,
    emptyWrite: (name) => `${name} schreiben`,
    none: {
      unread: "Sie haben hier alles gelesen.",
      files: "Keine Nachricht hier hat eine Datei.",
      going: "In den nächsten dreißig Tagen wird hier nichts gelöscht.",
    },
    noneMore: "Durchgesehen wurden nur die Nachrichten, die bisher gezeigt sind.",
    ended: (name, workEnded, until) =>
      `Ihre Arbeit mit ${name} endete am ${workEnded}. Alles hier ruht bis ${until} und wird dann gelöscht.`,
    allGone: "Hier wird nichts mehr aufbewahrt.",
    wentUnread: (date) => `Am ${date} ungelesen gelöscht`,
    wentUnreadLong: (name, date) =>
      `Sie haben ${name} etwas geschrieben, das am ${date} wie vereinbart gelöscht wurde, bevor es geöffnet war. Sonst ist davon nichts aufbewahrt.`,
    askedCard: (name) => `${name} bittet Sie, einer Änderung zuzustimmen.`,
    askedLook: "Ansehen",
    byMail: "Per E-Mail",
    givenBack: (name) => `Von ${name} zurückgegeben`,
    noSubject: "Ohne Betreff",
    failed: "Diese Nachricht konnte nicht geöffnet werden",
    choose: "Wählen Sie eine Nachricht, um sie hier zu lesen.",
    rowName: (row) =>
      [
        ...(row.unread ? ["Ungelesen"] : []),
        row.who,
        row.subject,
        row.when,
        ...(row.files ? [upper(counted(row.files, "Datei", "Dateien"))] : []),
        ...(row.large ? [row.large] : []),
        row.keeping,
      ].join(". "),
  },

  outgoing: {
    region: "Unterwegs",
    makeRoom: "Die größten ansehen",
    sendIn: (name, n) => `Ihre Nachricht an ${name} geht in ${seconds(n)} ab.`,
    sendSaid: (name) => `Ihre Nachricht an ${name} geht in zehn Sekunden ab. Sie können abbrechen.`,
    sending: (done, total) => `Wird gesendet: ${done} von ${total}`,
    sendingPlain: "Wird gesendet",
    sent: (date) => `Gesendet. Aufbewahrt bis ${date}.`,
    notSent: "Nicht gesendet.",
    edit: "Zurück zum Text",
    deleteIn: (n) => `Wird in ${seconds(n)} gelöscht.`,
    deleteSaid: "In zehn Sekunden wird gelöscht. Sie können abbrechen.",
    deleting: "Wird gelöscht",
    notDeleted: "Nicht gelöscht.",
    canceled: "Abgebrochen.",
  },

  idle: {
    heading: "Sind Sie noch da?",
    text: "Dieses Postfach sperrt sich in einer Minute. Was Sie gerade schreiben, bleibt.",
    stay: "Bleiben",
    lock: "Jetzt sperren",
    longHeading: "Zwölf Stunden sind um",
    longText:
      "Dieses Postfach sperrt sich in einer Minute und fragt wieder nach dem Passwort. Was Sie gerade schreiben, bleibt.",
    understood: "Bis dahin weitermachen",
  },

  nowhere: {
    heading: "Unter dieser Adresse ist nichts",
    why: "Vielleicht wurde es an seinem Tag gelöscht, oder die Adresse ist nicht vollständig.",
  },
};
