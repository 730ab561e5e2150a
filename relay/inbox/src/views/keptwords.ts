/** Until when a message is kept, in words: the line under its text. Owns which sentence says it; never reads the clock. */

import type { Message } from "../session.ts";
import { fullDay, keeping } from "../time.ts";
import { readWords } from "../words.read.ts";
import { firstName, words } from "../words.ts";

export interface KeptWords {
  readonly tone: "kept" | "kept soon";
  readonly line: string;
  /** To the reader, where the date shows its writer on which day it was opened. */
  readonly shows: string | null;
}

export function keptWords(
  message: Message,
  otherName: string,
  now: number,
  zone: string,
): KeptWords {
  const { afterOpening, expiresAt, mine } = message;
  const kept = keeping(expiresAt, now, zone);
  const [date, name, far] = [fullDay(expiresAt, zone), firstName(otherName), kept.kind === "kept"];
  const tone = far ? "kept" : "kept soon";
  if (!afterOpening) {
    // Mail and the server's own notices are sealed to one of us alone.
    const alone = message.byMail || message.refused !== undefined;
    const { read } = readWords;
    return {
      tone,
      line: far ? read.kept(date, alone) : read.soon(words.keeping(kept), alone),
      shows: null,
    };
  }
  const { days, counted } = afterOpening;
  const { orRead, sinceRead, soonSinceRead, readShows } = readWords.read;
  const reader = mine ? name : null;
  const since = () =>
    far ? sinceRead(date, days, reader) : soonSinceRead(words.keeping(kept), days, reader);
  return {
    tone,
    line: counted ? since() : orRead(date, days, reader),
    shows: mine ? null : readShows(name),
  };
}
