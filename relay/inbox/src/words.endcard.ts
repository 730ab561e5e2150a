/** The words of the card before everything goes. */

import { said } from "./language.ts";
import { counted } from "./words.ts";

export const endWords = said("endcard", {
  goes: (stage: 30 | 7 | 1, date: string) =>
    `Everything here is deleted ${stage === 1 ? "within a day" : `on ${date}`}.`,
  unread: (n: number) => `${counted(n, "message is", "messages are")} unread.`,
  never: "You have not taken a copy.",
  copied: (date: string) => `You took a copy on ${date}.`,
  copy: "Take a copy",
});

export type EndWords = typeof endWords;
