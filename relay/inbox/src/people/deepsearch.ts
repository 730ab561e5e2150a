/**
 * Deep search: words inside messages, which no index holds.
 *
 * Owns the way through all messages, newest first, some two hundred at a time: each is opened from its envelope, and what
 * has been found is told on the way. Stopped, it answers with what it has. Keeps nothing.
 */

import { fold, isFoundIn, wanted } from "../search.ts";
import type { FoundInside } from "../session.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Reading } from "./reading.ts";
import type { Run } from "./run.ts";
import type { Entry, Shelf } from "./shelf.ts";

const TOGETHER = 100;
/** A mail above this is not fetched for a search. */
const MOST_MAIL_BYTES = 2 * 1024 * 1024;

interface Parts {
  readonly shelf: Shelf;
  readonly mailbox: Mailbox;
  readonly reading: Reading;
}

/** Look into every message that stands in the list, and into those below it as they come. */
export async function searchInside(typed: string, parts: Parts, run: Run): Promise<FoundInside> {
  const { shelf, mailbox } = parts;
  const words = wanted(typed);
  const found: string[] = [];
  const looked = new Set<string>();
  let tooLarge = 0;
  for (;;) {
    const all = shelf.shown().filter(({ row }) => !row.wentUnread);
    const next = all.filter(({ row }) => !looked.has(row.id)).slice(0, TOGETHER);
    const told = { done: looked.size, total: all.length, found: [...found] };
    const done = { read: told.done, total: told.total, found, tooLarge };
    run.progress(told);
    if (run.signal.aborted || words.length === 0) {
      return done;
    }
    if (next.length === 0 && shelf.bottom === 0) {
      return done;
    }
    if (next.length === 0) {
      const above = shelf.bottom;
      await mailbox.further();
      if (shelf.bottom >= above) {
        return done;
      }
    }
    for (const { row } of next) {
      looked.add(row.id);
    }
    for (const entry of await mailbox.allOpened(next, true)) {
      tooLarge += isTooLarge(entry) ? 1 : 0;
      if (isFoundIn(await foldedOf(entry, parts), words)) {
        found.push(entry.row.id);
      }
    }
  }
}

function isTooLarge({ content }: Entry): boolean {
  return content?.mail ? (content.files[0]?.record.plainBytes ?? 0) > MOST_MAIL_BYTES : false;
}

async function foldedOf(entry: Entry, { shelf, reading }: Parts): Promise<string> {
  const { row, content } = entry;
  if (!content) {
    return "";
  }
  const text = content.mail
    ? isTooLarge(entry)
      ? ""
      : (await reading.read(row.id)).text
    : (shelf.text(row.id) ?? "");
  const names = content.mail ? [] : content.files.map(({ name }) => name);
  return fold([row.senderName, row.subject, text, ...names].join("\n"));
}
