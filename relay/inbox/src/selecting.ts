/** Choosing messages of the list: what is chosen, and what can be done with all of it at once. Pure. */

import type { ListRow } from "./session.ts";

/** More at a time would be a long wait, and a mistake with more of them a large one. */
export const MOST_CHOSEN = 100;

/** What is chosen once `id` was pressed; null where no more can be. */
export function toggled(chosen: readonly string[], id: string): readonly string[] | null {
  if (chosen.includes(id)) {
    return chosen.filter((one) => one !== id);
  }
  return chosen.length < MOST_CHOSEN ? [...chosen, id] : null;
}

/** Whether these are to be marked read, or unread again; null where there is nothing to mark: what I wrote is neither. */
export function markFor(rows: readonly ListRow[]): "read" | "unread" | null {
  const theirs = rows.filter(({ mine }) => !mine);
  if (theirs.length === 0) {
    return null;
  }
  return theirs.some(({ unread }) => unread) ? "read" : "unread";
}

/** What somebody has to know before deleting these. */
export interface Deleting {
  readonly count: number;
  readonly unread: number;
  /** The other person has a copy of so many; the last of those is kept until then, 0 where there is none. */
  readonly shared: number;
  readonly theirsUntil: number;
  readonly mine: number;
}

export function deletingOf(rows: readonly ListRow[]): Deleting {
  const shared = rows.filter(({ byMail }) => !byMail);
  return {
    count: rows.length,
    unread: rows.filter(({ unread }) => unread).length,
    shared: shared.length,
    theirsUntil: Math.max(0, ...shared.map(({ expiresAt }) => expiresAt)),
    mine: rows.filter(({ mine }) => mine).length,
  };
}
