/**
 * Remains: what is in this inbox now: messages and their files, calls; by kind and number, and by name.
 *
 * Owns the counting for *Our work*, for closing and for the report. Pure over the shelf. Must never count the place where
 * something was, nor a message that is due.
 */

import { parseCall } from "../crypto/call.ts";
import { ContentKind } from "../crypto/content.ts";
import type { Call, GoingThing, Remains } from "../session.work.ts";
import { bytesIn, type Entry, isShown, type Shelf } from "./shelf.ts";

/** As many as a page lists by name before it is signed that they go. */
const MOST_THINGS = 1_000;

/** Everything in my mailbox but the places where something was. */
export function living(shelf: Shelf): Entry[] {
  return shelf.all().filter(({ row }) => !row.wentUnread);
}

export function remains(shelf: Shelf, now: number): Remains {
  const shown = shownAt(shelf, now);
  const files = shown.map(filesOf);
  return {
    messages: shown.length,
    unread: shown.filter(({ row }) => row.unread).length,
    files: files.reduce((sum, { count }) => sum + count, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    calls: calls(shelf).length,
  };
}

/** Messages by their names, oldest first. */
export function things(shelf: Shelf, now: number): GoingThing[] {
  const shown = shownAt(shelf, now).sort((one, other) => one.row.order - other.row.order);
  return shown.slice(0, MOST_THINGS).map((entry) => {
    const { id, subject, mine, senderName, createdAt } = entry.row;
    const from = mine ? null : senderName;
    return { id, subject, from, createdAt, files: filesOf(entry).count };
  });
}

/** Calls that either noted, the newest first. */
export function calls(shelf: Shelf): Call[] {
  const noted = living(shelf).flatMap(({ row, content }): Call[] => {
    const special = content?.special;
    if (special?.kind !== ContentKind.CALL) {
      return [];
    }
    const { minutes, heldAt } = parseCall(special.fixed);
    const note = String(special.shown.note ?? "");
    return [{ id: row.id, mine: row.mine, heldAt, minutes, note, expiresAt: row.expiresAt }];
  });
  return noted.sort((one, other) => other.heldAt - one.heldAt);
}

function shownAt(shelf: Shelf, now: number): Entry[] {
  return living(shelf).filter((entry) => entry.row.expiresAt > now && isShown(entry));
}

/** How many files a message has, and their bytes together. */
function filesOf({ content, known }: Entry): { count: number; bytes: number } {
  const files = content?.files ?? [];
  return known
    ? { count: known.row.files, bytes: known.row.fileBytes }
    : { count: files.length, bytes: bytesIn(files) };
}
