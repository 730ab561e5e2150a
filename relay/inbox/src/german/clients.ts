/** German for a coach's *Begleitungen*. */

import type { clientWords as english } from "../words.clients.ts";

export const clients: typeof english = {
  heading: "Begleitungen",
  lead: "Wer auf Sie wartet, steht oben.",
  reorder: "Wer auf Sie wartet, nach oben",
  open: "Öffnen",
  current: "Hier offen",
  notes: "Notizen",
  notesOn: (name) => `über ${name}`,
  asked: (n) => (n === 1 ? "Bittet um eine Änderung" : `Bittet um ${n} Änderungen`),
  invited: (date) => `Eingeladen; die Einladung gilt bis ${date}`,
  invite: "Eine Person einladen",
  show: "Einladung zeigen",
  again: "Neu einladen",
  over: "Die Einladung ist vorbei",
  replied: {
    change: "Bittet vor der Unterschrift um eine Änderung",
    no: "Hat die Einladung abgelehnt",
    work: "Bittet um einen neuen Link an das eigene Telefon",
  },
  read: "Antwort lesen",
  unfitting: "Es kam eine Antwort, die nicht zur Einladung passt. Rufen Sie die Person an",
  until: (date) => `Aufbewahrt bis ${date}`,
  held: (date) => `Die Arbeit ist beendet. Ruht bis ${date}`,
  gone: "Gelöscht",
  lost: "Hat jemand Telefon, Passwort und Notfallblatt verloren? Öffnen Sie diese Begleitung; unter „Unsere Arbeit“ lassen Sie die Person wieder herein.",
  glance: {
    mine: (date) => `Letztes Wort: Ihres, ${date}`,
    theirs: (name, date) => `Letztes Wort: von ${name}, ${date}`,
    next: (date) => `Nächste Löschung: ${date}`,
    report: "Bericht wartet auf Ihre Unterschrift",
    unread: (n) => `${n} ungelesen`,
    going: (n, all, date) =>
      n === all ? `wird gelöscht ab ${date}` : `${n} davon werden ab ${date} gelöscht`,
    since: (n) =>
      n > 50
        ? "Mehr als 50 kamen, seit Sie zuletzt hier waren"
        : `${n} ${n === 1 ? "kam" : "kamen"}, seit Sie zuletzt hier waren`,
  },
  replies: {
    change: (name) => `${name} bittet Sie, vor der Unterschrift etwas zu ändern.`,
    no: (name) => `${name} hat Ihre Einladung abgelehnt.`,
    work: (name) => `${name} bittet um einen neuen Link an das eigene Telefon.`,
    more: (n) =>
      n === 1 ? "Und noch jemand hat geantwortet." : `Und ${n} weitere haben geantwortet.`,
    look: "Unter Begleitungen lesen",
  },
  filter: "Einen Namen finden",
  none: "Noch niemand.",
  alone: {
    lead: "Zurzeit arbeitet hier niemand mit Ihnen. Sobald jemand dazugekommen ist, stehen hier Ihre Nachrichten.",
    clients: "Begleitungen ansehen",
  },
  opening: "Wird geöffnet",
  onItsWay: `Etwas ist unterwegs. Sobald es abgegangen ist oder Sie es angehalten haben, können Sie eine andere Begleitung öffnen.`,
};
