/** German for the page that checks a file of receipts. That page is one file, so these words stand in it and are fetched by nobody. */

import type { receiptFileWords as english } from "../words.receiptfile.ts";
import { number } from "./figures.ts";

export const receiptfile: typeof english = {
  title: "Löschbelege",
  heading: "Eine Datei mit Belegen prüfen",
  lead: "Belege sagen, was ein Server wann gelöscht hat. Ein Postfach brauchen Sie hier nicht.",
  alone:
    "Die Datei wird nur auf diesem Gerät gelesen. Ist diese Seite einmal offen, dann sendet sie nichts und holt nichts.",
  asking: "Der Server wird nach seiner eigenen Unterschrift gefragt. Mehr fragt diese Seite nicht.",
  choose: "Die gespeicherte Datei wählen",
  drop: "Sie können sie auch irgendwo auf diese Seite ziehen.",
  reading: "Die Datei wird gelesen",
  progress: (done, all) => `${number(done)} von ${number(all)} Belegen geprüft`,
  stop: "Anhalten",
  stopped: "Angehalten. Diese Datei wurde nicht zu Ende geprüft.",
  another: "Eine andere Datei prüfen",

  refused: {
    heading: "Diese Datei lässt sich nicht prüfen",
    large: (most) =>
      `Sie ist größer, als eine Datei mit Belegen sein kann. Das sind höchstens ${most}.`,
    several: "Bitte geben Sie nur eine einzige Datei.",
    empty:
      "Sie ist leer. Vielleicht wurde sie nicht zu Ende gespeichert. Speichern Sie sie noch einmal.",
    unread:
      "Dieses Gerät konnte sie nicht lesen. Vielleicht liegt sie nicht mehr dort. Bitte wählen Sie sie noch einmal.",
    copy: "Das sieht nach der Kopie eines Postfachs aus. Öffnen Sie zuerst diese: Die Datei mit den Belegen liegt darin im Ordner „receipts“.",
    other: "Das ist keine Datei mit Belegen. Ein Postfach speichert sie als „loeschbelege.json“.",
    damaged:
      "Es ist eine Datei mit Belegen, aber ihr Ende fehlt, oder ein Teil wurde so verändert, dass ihn niemand lesen kann. Speichern Sie sie noch einmal, oder lassen Sie sie sich noch einmal geben.",
    none: "Es ist eine Datei mit Belegen, aber es steht keiner darin. Vielleicht war noch nichts gelöscht, als sie gespeichert wurde.",
  },

  verdict: {
    sure: (host) => `${host} hat das unterschrieben, und nichts wurde seitdem verändert`,
    sureLead: (host) =>
      `Nach jedem Löschen hat ${host} noch einmal nachgesehen und unterschrieben, was dort zu finden war. Was sich in dieser Datei prüfen lässt, stimmt.`,
    bad: "In dieser Datei stimmt etwas nicht",
    badLead: (host, wrong, all) =>
      `Auf ${wrong === 1 ? "einen" : number(wrong)} von ${number(all)} Belegen ist kein Verlass. Behalten Sie die Datei und fragen Sie die Leute, die ${host} betreiben.`,
    badBeside: (host) =>
      `Die Belege halten stand, aber nicht, was neben ihnen steht. Behalten Sie die Datei und fragen Sie die Leute, die ${host} betreiben.`,
    unsigned: (host) => `${host} hat diese Datei nicht unterschrieben`,
    unsignedLead: (host) =>
      `In der Datei heißt es, ${host} sei es gewesen, aber die Unterschriften sind von jemand anderem. Behalten Sie sie und fragen Sie, wer sie Ihnen gegeben hat, oder die Leute, die ${host} betreiben.`,
    foreign: (host) => `Die Unterschrift von ${host} kennt hier niemand`,
    foreignLead: (host, here) =>
      `Diese Seite gehört zu ${here}. Die Belege sind in sich richtig, aber jeder könnte sie unterschrieben haben. Gewissheit bekommen Sie auf ${host}/check/. Wählen Sie die Datei dort.`,
    unasked: (host) => `Ob ${host} das unterschrieben hat, ließ sich nicht prüfen`,
    unaskedLead: (host) =>
      `${host} hat nicht geantwortet, als diese Seite geöffnet wurde. Die Belege sind in sich richtig. Gewissheit bekommen Sie, wenn Sie diese Seite neu laden und die Datei noch einmal wählen.`,
  },

  gone: "Was gelöscht ist",
  goneNothing: "Kein Beleg in dieser Datei spricht von einer Löschung.",
  goneOn: (what, day) => `${what}, am ${day}.`,
  goneBetween: (what, first, last) => `${what}, vom ${first} bis ${last}.`,
  taken: (what) => `${what}, nach den Belegen über das, was kam.`,
  one: (when, what) => `${when}: ${what}`,
  further: (n) => `${number(n)} weitere zeigen`,

  wrong: {
    heading: "Was nicht stimmt",
    numbered: (n) => `Beleg ${n}`,
    placed: (place) => `Beleg an Stelle ${number(place)} dieser Datei`,
    signature:
      "Er wurde nach der Unterschrift verändert, oder jemand anderes hat ihn unterschrieben.",
    chain:
      "Er folgt nicht auf den Beleg davor. Einer wurde verändert, herausgenommen oder dazwischengelegt.",
    leaves: "Was mit ihm aufgeführt ist, ist nicht das, was unterschrieben wurde.",
    logged:
      "Was zeigen soll, dass er im öffentlichen Verzeichnis des Servers steht, zeigt es nicht.",
    record: "Das öffentliche Verzeichnis in dieser Datei hat der Server nicht unterschrieben.",
    copies: "Was jemand von seinem eigenen Computer sagt, hat er nicht unterschrieben.",
  },

  checked: {
    heading: "Was geprüft wurde",
    record: "Die Unterschrift des Servers unter seinem öffentlichen Verzeichnis",
    logged: "Jeder steht im öffentlichen Verzeichnis des Servers",
    signature: "Die Unterschrift des Servers unter jedem Beleg",
    chain: "Jeder folgt auf den davor",
    leaves: "Jeder nennt genau das, was mit ihm aufgeführt ist",
    tally: (right, wrong, open) =>
      [
        ...(right ? [`${number(right)} richtig`] : []),
        ...(wrong ? [`${number(wrong)} falsch`] : []),
        ...(open ? [`${number(open)} nicht zu prüfen`] : []),
      ].join(", "),
    why: {
      record: "Es liegt dieser Datei nicht bei.",
      logged:
        "Das öffentliche Verzeichnis eines Tages wird am Tag danach abgeschlossen. Wurde eine Datei vorher gespeichert, oder nur für einen Beleg, dann fehlt der Rest davon.",
      chain: "Der Beleg davor ist nicht in dieser Datei.",
      leaves: "Eine Abschlussbescheinigung führt nichts auf. Sie zählt, was die anderen aufführen.",
    },
  },

  computers: {
    heading: "Was Menschen von ihren eigenen Computern sagen",
    gone: (due, when) => `Was bis ${due} zu löschen war, war auf einem Computer weg am ${when}.`,
    nothing: "Auf einem Computer wurde noch nichts gelöscht.",
    whose:
      "Das sagt ein Programm und hat es unterschrieben. Wessen Programm es ist, kann keine Datei zeigen.",
  },

  limits: {
    heading: "Was kein Beleg zeigt",
    copies:
      "Kopien, die jemand gespeichert oder gedruckt hat, und was auf den eigenen Computern der Menschen liegt.",
    backups: (date) =>
      `Die Sicherungskopien des Servers. Die letzte mit etwas davon ist weg bis ${date}.`,
    people: "Wessen Postfach es war. Ein Beleg nennt niemanden.",
    lie: "Ob der Server etwas beiseitegelegt hat. Er hat unterschrieben, dass er nichts fand, und kann das nicht zurücknehmen.",
    word: (host) =>
      `Dass es die richtige Unterschrift ist: Das hat ${host} selbst gesagt, als diese Seite geöffnet wurde. Ein Postfach kennt sie seit seinem ersten Tag.`,
  },

  numbers: {
    heading: "Zum Vergleichen: die Nummern der Unterschriften",
    lead: (host) =>
      `Auch „mailbox receipts check“ zeigt sie für diese Datei. Der Server nennt seine eigenen unter ${host}/v1/relay.`,
    server: "Belege",
    record: "Öffentliches Verzeichnis",
    computer: "Das Programm eines Menschen",
  },
};
