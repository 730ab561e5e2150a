/** German for a coach's *Begleitungen*. */

import type { clientWords as english } from "../words.clients.ts";

export const clients: typeof english = {
  heading: "Begleitungen",
  lead: "Wer auf Sie wartet, steht oben.",
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
  lost: "Hat jemand Telefon, Passwort und Wiederherstellungsblatt verloren? Öffnen Sie diese Begleitung; unter „Unsere Arbeit“ lassen Sie die Person wieder herein.",
  filter: "Einen Namen finden",
  none: "Noch niemand.",
  alone: {
    lead: "Zurzeit arbeitet hier niemand mit Ihnen. Sobald jemand dazugekommen ist, stehen hier Ihre Nachrichten.",
    clients: "Begleitungen ansehen",
  },
  opening: "Wird geöffnet",
  onItsWay: `Etwas ist unterwegs. Sobald es abgegangen ist oder Sie es angehalten haben, können Sie eine andere Begleitung öffnen.`,
};
