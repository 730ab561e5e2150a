/**
 * Asking for a message again that cannot be opened: what is written to the other person. Pure. Nothing of such a message says when it was
 * written, so its day is told by what came before and after it, and must never be named more exactly than that.
 */

import { type Draft, NO_DRAFT, touched, worthKeeping } from "./drafts.ts";
import type { ListRow } from "./session.ts";

/** The instants of what came just before it and just after it; null where nothing here did. */
export interface Came {
  readonly after: number | null;
  readonly before: number | null;
}

/** What was made anew or given back came later than it was written. */
function tellsDay(row: ListRow): boolean {
  return !(row.failed || row.wentUnread || row.keptLonger || row.givenBack);
}

/** When `row` came, by the rows around it. */
export function came(row: ListRow, rows: readonly ListRow[]): Came {
  const told = rows.filter(tellsDay).sort((one, other) => one.order - other.order);
  const before = told.filter(({ order }) => order < row.order).at(-1);
  const after = told.find(({ order }) => order > row.order);
  return { after: before?.createdAt ?? null, before: after?.createdAt ?? null };
}

/** What is asked, as an unsent message. What was being written already stays, and the question follows it. */
export function askedIn(
  drafts: readonly Draft[],
  asked: { readonly subject: string; readonly text: string },
  now: number,
): Draft {
  const there = drafts.find(({ threadId }) => threadId === null);
  const before = there && worthKeeping(there) ? there : NO_DRAFT;
  const texts = before.text.includes(asked.text) ? [before.text] : [before.text, asked.text];
  const text = texts.filter((one) => one.trim()).join("\n\n");
  return touched({ ...before, subject: before.subject || asked.subject, text }, now);
}
