/** German for the card before everything goes. */

import type { EndWords } from "../words.endcard.ts";
import { counted, upper } from "./figures.ts";

export const endcard: EndWords = {
  goes: (stage, date) =>
    `Alles hier wird ${stage === 1 ? "innerhalb eines Tages" : `am ${date}`} gelöscht.`,
  unread: (n) => `${upper(counted(n, "Nachricht ist", "Nachrichten sind"))} ungelesen.`,
  never: "Sie haben noch keine Kopie mitgenommen.",
  copied: (date) => `Am ${date} haben Sie eine Kopie mitgenommen.`,
  copy: "Kopie mitnehmen",
};
