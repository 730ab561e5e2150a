/** German for the report's pages. */

import type { reportWords as english } from "../words.report.ts";
import { number, of } from "./figures.ts";

export const report: typeof english = {
  heading: (sponsor) => `Bericht für ${sponsor}`,
  loading: "Der Bericht wird geöffnet",
  lead: (sponsor) =>
    `Sie schreiben ihn beide. ${sponsor} sieht ihn erst, wenn Sie beide unterschrieben haben und er freigegeben ist.`,
  none: "Es ist noch nichts geschrieben.",
  begin: "Bericht schreiben",
  edit: "Bericht ändern",
  up: "Bericht",

  version: (n, mine, name, date) =>
    mine
      ? `Fassung ${n}, von Ihnen am ${date} geschrieben.`
      : `Fassung ${n}, von ${name} am ${date} geschrieben.`,
  changed: "Was sich geändert hat",
  changedBy: (mine, name, date) =>
    mine ? `Von Ihnen am ${date} geändert` : `Von ${name} am ${date} geändert`,
  first: (mine, name, date) =>
    mine
      ? `Sie haben die erste Fassung am ${date} geschrieben.`
      : `${name} hat die erste Fassung am ${date} geschrieben.`,
  before: "Vorher",
  now: "Jetzt",
  removed: "Herausgenommen",
  fields: {
    period: "Zeitraum",
    person: "Wer ihn dort liest",
    goal: (n) => `Ziel ${n}`,
    how: (n) => `Ziel ${n}, woran Sie es erkennen`,
    where: (n) => `Ziel ${n}, wo es steht`,
    own: (name) => `In den Worten von ${name}`,
    next: "Wie es weitergeht",
    calls: "Gespräche",
  },
  beside: (mine, name) =>
    mine
      ? "Sie haben im selben Augenblick eine andere Fassung geschrieben. Nichts daraus wurde übernommen."
      : `${name} hat im selben Augenblick eine andere Fassung geschrieben. Nichts daraus wurde übernommen.`,
  besideLook: "Unterschiede anzeigen",

  signed: {
    none: "Diese Fassung hat noch niemand unterschrieben.",
    coachWaits: (name) =>
      `${name} hat diese Fassung noch nicht unterschrieben. Vor beiden Unterschriften geht nichts hinaus.`,
    coachMine: (date) => `Sie haben diese Fassung am ${date} unterschrieben.`,
    coach: (name, date) => `${name} hat diese Fassung am ${date} unterschrieben.`,
    window: (until) => `Freigegeben werden darf die Fassung längstens bis ${until}.`,
    windowFrom: (from, until) => `Freigegeben werden darf die Fassung von ${from} bis ${until}.`,
    clientWaits: (name) => `Als Nächstes liest ${name} sie und entscheidet.`,
    client: (mine, name, date) =>
      mine
        ? `Sie haben sie am ${date} unterschrieben.`
        : `${name} hat sie am ${date} unterschrieben.`,
    dropped: {
      me: "Sie hatten die Fassung davor unterschrieben. Durch die Änderung gilt das nicht mehr.",
      other: (name) =>
        `${name} hatte die Fassung davor unterschrieben. Durch die Änderung gilt das nicht mehr.`,
      both: "Sie beide hatten die Fassung davor unterschrieben. Durch die Änderung gilt das nicht mehr.",
    },
  },
  answered: {
    declined: (mine, name, date) =>
      mine
        ? `Sie haben am ${date} entschieden, diese Fassung nicht freizugeben.`
        : `${name} hat am ${date} entschieden, diese Fassung nicht freizugeben.`,
    change: (mine, name, date) =>
      mine
        ? `Sie haben am ${date} um eine Änderung gebeten.`
        : `${name} hat am ${date} um eine Änderung gebeten.`,
  },
  released: {
    waiting: (sponsor, when) => `${sponsor} bekommt den Bericht ${when}.`,
    earlier: (sponsor) =>
      `Bis dahin kann ${sponsor} den Bericht lesen, der vorher freigegeben wurde.`,
    open: (sponsor, until) => `${sponsor} kann den Bericht bis ${until} lesen.`,
    ended: (sponsor, until) =>
      `${sponsor} konnte den Bericht bis ${until} lesen. Dort ist er jetzt fort.`,
    closed: (sponsor) =>
      `Der Zugang wurde geschlossen oder jemand anderem gegeben. ${sponsor} sieht nichts.`,
    withdrawn: (mine, name, date) =>
      mine
        ? `Sie haben den Bericht am ${date} zurückgezogen.`
        : `${name} hat den Bericht am ${date} zurückgezogen.`,
    newer: "Was freigegeben ist, bleibt, wie es war, bis Sie wieder unterschreiben.",
    newerCoach: (name) =>
      `Was freigegeben ist, bleibt, wie es war, bis ${name} wieder unterschreibt.`,
    unconfirmed:
      "Noch nicht bestätigt: Einer der Orte, die die Tage hüten, hat nicht geantwortet. Er wird gefragt, bis er es tut.",
    at: (day, hour) => `am ${day} um ${hour} Uhr`,
    cancel: "Absagen",
    cancelled: "Abgesagt. Es wird nichts freigegeben.",
    withdraw: "Zurückziehen",
    withdrawHeading: (sponsor) => `Den Bericht für ${sponsor} zurückziehen`,
    withdrawText: (sponsor) =>
      `Die Seite für ${sponsor} sagt dann, dass dort zurzeit kein Bericht liegt. Wer ihn gedruckt hat, behält den Ausdruck.`,
    withdrawing: "Wird zurückgezogen",
    done: "Zurückgezogen.",
    see: (sponsor) => `Ansehen, was ${sponsor} sieht`,
  },

  form: {
    heading: "Bericht ändern",
    headingFirst: "Bericht schreiben",
    lead: (name) => `${name} sieht, was Sie ändern. Von hier geht nichts hinaus.`,
    ends: (who, name) =>
      who === "both"
        ? "Sie haben beide unterschrieben. Eine Änderung hebt beide Unterschriften auf."
        : who === "me"
          ? "Sie haben unterschrieben. Eine Änderung hebt Ihre Unterschrift auf."
          : `${name} hat unterschrieben. Eine Änderung hebt diese Unterschrift auf.`,
    from: "Von",
    until: "Bis, dieser Tag eingeschlossen",
    person: "Wer ihn dort liest",
    personHint: (sponsor) =>
      `Ein Mensch bei ${sponsor}. Wird ein anderer genannt, braucht es neue Unterschriften.`,
    goal: (n) => `Ziel ${n}`,
    how: "Woran Sie es erkennen",
    where: "Wo es steht",
    add: "Ziel hinzufügen",
    remove: (n) => `Ziel ${n} herausnehmen`,
    next: "Wie es weitergeht",
    calls: (n) =>
      n === 1
        ? "Das eine Gespräch und seinen Tag nennen"
        : `Alle ${n} Gespräche und ihre Tage nennen`,
    callsHint: "Die Vereinbarung erlaubt es. Es sind die, die Sie beide hier notiert haben.",
    save: (name) => `${name} geben`,
    saving: "Wird gespeichert",
    saved: "Gespeichert. Sie haben ihn beide.",
    leave: "Lassen, wie er war",
    faults: {
      period: "Bitte wählen Sie zwei Tage, den ersten vor dem letzten.",
      goal: "Bitte sagen Sie, was das Ziel ist, oder nehmen Sie es heraus.",
      long: "Das ist für einen Bericht zu lang.",
      sign: "Darin ist ein Zeichen, das man nicht sieht oder das die Schreibrichtung dreht. Bitte tippen Sie es neu.",
    },
    changed: (name) =>
      `${name} hat inzwischen eine Fassung geschrieben. Was Sie getippt haben, bleibt hier. Sehen Sie sie an und schreiben Sie Ihre dann darauf.`,
    take: (name) => `Meine auf ${of(name)} Fassung schreiben`,
  },

  review: {
    bar: (sponsor) => `Genau das wird ${sponsor} sehen. Sonst nichts.`,
    open: (sponsor) => `So lesen, wie ${sponsor} ihn lesen wird`,
    heading: "Lesen und entscheiden",
    words: (n) => (n === 1 ? "Ein Wort" : `${number(n)} Wörter`),
    without: (count, calls) =>
      calls
        ? `${count}, keine Nachrichten, keine Notizen. Die Gespräche sind genannt.`
        : `${count}, keine Nachrichten, keine Notizen, keine Liste der Gespräche.`,
    who: "Wer",
    nobody: (sponsor) => `Wem bei ${sponsor} der Link gegeben wird`,
    person: (person, sponsor) => `${person}, ${sponsor}`,
    until: "Bis",
    change: "Ändern",
    name: "Tippen Sie Ihren Namen ein, um zu unterschreiben",
    nameWrong: (name) => `Bitte tippen Sie Ihren Namen, wie er im Bericht steht: ${name}.`,
    tomorrow: "Morgen um 09:00 Uhr freigeben",
    onDay: (day) => `Am ${day} um 09:00 Uhr freigeben`,
    now: "Doch jetzt freigeben",
    nowOnly: "Jetzt freigeben",
    releasing: "Wird unterschrieben und freigegeben",
    ask: (name) => `${name} um eine Änderung bitten`,
    askLabel: (name) => `Was soll ${name} ändern?`,
    send: "Bitten",
    asked: (name) => `${name} wurde gebeten.`,
    decline: "Nicht freigeben",
    declineHeading: "Diese Fassung nicht freigeben",
    declineText: (name, sponsor) =>
      `${name} erfährt es, sonst niemand. ${sponsor} sieht keinen Unterschied zu einem Bericht, der nie geschrieben wurde.`,
    declined: (name) => `${name} weiß es. Es geht nichts hinaus.`,
    dates: "Bitte wählen Sie einen Tag, der noch kommt und in den unterschriebenen Tagen liegt.",
    stale:
      "Die Vereinbarung oder die Namen haben sich seither geändert. Bitte schreiben Sie zuerst eine neue Fassung.",
  },

  sign: {
    heading: "Unterschreiben",
    lead: (name) =>
      `${name} unterschreibt nach Ihnen und entscheidet, ob und wann er zwischen diesen Tagen hinausgeht.`,
    from: "Nicht vor",
    until: "Fort am",
    person:
      "Bitte nennen Sie vor dem Unterschreiben, wer ihn dort liest: Die Unterschrift gilt für diesen Menschen.",
    go: "Unterschreiben",
    signing: "Wird unterschrieben",
    dates: (latest) => `Bitte wählen Sie Tage, die noch kommen, längstens bis ${latest}.`,
    wayHeading: (person) => `Der Zugang für ${person}`,
    wayLead: (person) =>
      `Geben Sie ${person} den Link und die Ziffern auf zwei verschiedenen Wegen, etwa mit einem Brief und in einem Anruf. Bis zur Freigabe öffnen sie nichts.`,
    once: "Die Ziffern werden nur dieses eine Mal gezeigt. Neue gibt es jederzeit.",
    link: "Link",
    digits: "Sechs Ziffern",
    copyLink: "Link kopieren",
    copyDigits: "Ziffern kopieren",
    again: "Den Link mit neuen Ziffern zeigen",
    againText: "Die Ziffern, die vorher gegeben wurden, gelten dann nicht mehr.",
    making: "Neue Ziffern werden gemacht",
  },

  seen: {
    heading: (sponsor) => `Was ${sponsor} sieht`,
    looking: "Wird nachgesehen",
    nothing: "Nichts. Sie haben nichts freigegeben.",
    nothingCoach: (name) => `Nichts. ${name} hat nichts freigegeben.`,
    withdrawn: "Nichts. Der Bericht wurde zurückgezogen.",
    ended: "Nichts. Der Bericht ist zu Ende.",
    closed: "Nichts. Der Zugang wurde geschlossen oder jemand anderem gegeben.",
    waiting: (when) => `Nichts. Der Bericht geht ${when} hinaus.`,
    live: (sponsor) =>
      `Das ist die Seite für ${sponsor} in diesem Augenblick, aus denselben Bytes, die der Server dort gibt. Ob sie geöffnet wurde, wird nirgends festgehalten.`,
    page: (sentence) => `Die Seite sagt: „${sentence}“`,
  },

  leaving: {
    card: (sponsor, when) => `${sponsor} bekommt Ihren Bericht ${when}.`,
    cardCoach: (sponsor, name, when) =>
      `${sponsor} bekommt den Bericht ${when}. Bis dahin kann ${name} absagen.`,
  },
};
