/**
 * Which receipt *Leave* waits for, when it may have been begun before. Pure.
 *
 * Receipts are counted upwards. What was deleted before an interruption is told by a receipt that may have come meanwhile, so
 * the count from before the first deletion is kept until the inbox is closed.
 */

import type { ReceiptRow } from "./session.work.ts";

/** The highest count of some receipts; 0 without any. */
export function highest(receipts: readonly Pick<ReceiptRow, "id">[]): number {
  return Math.max(0, ...receipts.map(({ id }) => Number.parseInt(id, 16)));
}

/** The count that was kept; null where there is none or where it is no number. */
export function keptCount(kept: string | null): number | null {
  return kept && /^\d{1,15}$/.test(kept) ? Number(kept) : null;
}

interface Begun {
  /** How many messages this run has deleted. */
  readonly deleted: number;
  /** The count before this run, and before the first one where that was interrupted. */
  readonly before: number;
  readonly first: number | null;
}

/** Above which count the receipt of a deletion is waited for; null where nothing was deleted, and none is to come. */
export function waitsAbove({ deleted, before, first }: Begun): number | null {
  if (deleted > 0) {
    return before;
  }
  return first;
}

/** Whether a receipt of a deletion is there that was counted above. */
export function hasCome(receipts: readonly ReceiptRow[], above: number): boolean {
  return highest(receipts.filter(({ kind }) => kind === "deletion")) > above;
}
