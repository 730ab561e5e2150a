/**
 * The words of the sponsor's page and of the document on it, in every language that it speaks: it is one file and fetches none.
 * The inbox takes the document's words from here too, so that both show the same sentence.
 */

export interface ReleaseWords {
  readonly title: string;
  readonly kind: string;
  readonly people: (client: string, coach: string) => string;
  readonly period: (from: string, until: string) => string;
  readonly reader: (person: string, sponsor: string) => string;
  readonly released: (client: string, date: string) => string;
  readonly until: (date: string) => string;
  readonly how: string;
  readonly where: string;
  readonly own: (client: string) => string;
  readonly next: string;
  readonly calls: (n: number) => string;
  readonly what: string;
  readonly whatText: (client: string, coach: string, sponsor: string) => string;
  readonly paper: (date: string) => string;
  readonly print: string;
  readonly heading: string;
  readonly lead: string;
  readonly digits: string;
  readonly open: string;
  readonly opening: string;
  readonly six: string;
  readonly wrong: string;
  readonly nothing: string;
  readonly tries: string;
  readonly offline: string;
  readonly later: string;
  readonly link: string;
}

const english: ReleaseWords = {
  title: "Report",
  kind: "Goals and progress",
  people: (client, coach) => `${client} with ${coach}`,
  period: (from, until) => `${from} to ${until}`,
  reader: (person, sponsor) => (person ? `For ${person}, ${sponsor}` : `For ${sponsor}`),
  released: (client, date) => `Released by ${client} on ${date}.`,
  until: (date) => `Available until ${date}.`,
  how: "How we will know",
  where: "Where it stands",
  own: (client) => `In the words of ${client}`,
  next: "What is next",
  calls: (n) => (n === 1 ? "One call" : `${n} calls`),
  what: "What this is",
  whatText: (client, coach, sponsor) =>
    `A report written by ${client} and ${coach}. It is the only thing ${sponsor} receives. Messages, notes and calls are private to them and are not stored anywhere ${sponsor} can reach.`,
  paper: (date) => `Available until ${date}. Please destroy paper copies then.`,
  print: "Print",
  heading: "A report for you",
  lead: "You were given this link, and six digits by another way.",
  digits: "Six digits",
  open: "Open",
  opening: "Opening",
  six: "Please type all six digits.",
  wrong: "Those digits do not open this page. Ask the person who gave you this link.",
  nothing: "There is no report here at present.",
  tries: "There were too many wrong tries. Please try again in an hour.",
  offline: "There is no connection. Please try again when there is one.",
  later: "Please try again in a few minutes.",
  link: "This page opens with the link that you were given. Open that link again, or ask the person who gave it to you.",
};

const german: ReleaseWords = {
  title: "Bericht",
  kind: "Ziele und Fortschritte",
  people: (client, coach) => `${client} mit ${coach}`,
  period: (from, until) => `${from} bis ${until}`,
  reader: (person, sponsor) => (person ? `Für ${person}, ${sponsor}` : `Für ${sponsor}`),
  released: (client, date) => `Freigegeben von ${client} am ${date}.`,
  until: (date) => `Verfügbar bis ${date}.`,
  how: "Woran wir es erkennen",
  where: "Wo es steht",
  own: (client) => `In den Worten von ${client}`,
  next: "Wie es weitergeht",
  calls: (n) => (n === 1 ? "Ein Gespräch" : `${n} Gespräche`),
  what: "Was das ist",
  whatText: (client, coach, sponsor) =>
    `Ein Bericht von ${client} und ${coach}. Er ist das Einzige, was ${sponsor} erhält. Nachrichten, Notizen und Gespräche bleiben zwischen den beiden und liegen nirgends, wo ${sponsor} hinkommt.`,
  paper: (date) => `Verfügbar bis ${date}. Bitte vernichten Sie dann auch Ausdrucke.`,
  print: "Drucken",
  heading: "Ein Bericht für Sie",
  lead: "Sie haben diesen Link bekommen und auf anderem Weg sechs Ziffern.",
  digits: "Sechs Ziffern",
  open: "Öffnen",
  opening: "Wird geöffnet",
  six: "Bitte geben Sie alle sechs Ziffern ein.",
  wrong: "Diese Ziffern öffnen die Seite nicht. Fragen Sie, wer Ihnen den Link gegeben hat.",
  nothing: "Hier liegt zurzeit kein Bericht.",
  tries: "Es gab zu viele falsche Versuche. Bitte versuchen Sie es in einer Stunde noch einmal.",
  offline: "Es gibt keine Verbindung. Bitte versuchen Sie es wieder, wenn es eine gibt.",
  later: "Bitte versuchen Sie es in einigen Minuten noch einmal.",
  link: "Diese Seite öffnet sich mit dem Link, den Sie bekommen haben. Öffnen Sie ihn noch einmal, oder fragen Sie, wer ihn Ihnen gegeben hat.",
};

/** The words for a language tag, English where there are none. */
export function releaseWords(tag: string): ReleaseWords {
  return tag.startsWith("de") ? german : english;
}
