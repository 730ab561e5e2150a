/** German for a coach's *Begleitungen*. */

import type { clientWords as english } from "../words.clients.ts";

export const clients: typeof english = {
  heading: "Begleitungen",
  lead: "Wer auf Sie wartet, steht oben.",
  open: "Öffnen",
  current: "Hier offen",
  asked: (n) => (n === 1 ? "Bittet um eine Änderung" : `Bittet um ${n} Änderungen`),
  invited: (date) => `Eingeladen; die Einladung gilt bis ${date}`,
  joined:
    "Hat unterschrieben. Das Programm auf Ihrem Computer muss die Antwort noch entgegennehmen",
  until: (date) => `Aufbewahrt bis ${date}`,
  held: (date) => `Die Arbeit ist beendet. Ruht bis ${date}`,
  gone: "Gelöscht",
  filter: "Einen Namen finden",
  none: "Noch niemand. Sie laden Menschen mit dem Programm auf Ihrem Computer ein: mailbox client invite.",
  opening: "Wird geöffnet",
  onItsWay: `Etwas ist unterwegs. Sobald es abgegangen ist oder Sie es angehalten haben, können Sie eine andere Begleitung öffnen.`,
};
