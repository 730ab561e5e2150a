/**
 * Receipt facts: what a receipt says, in the terms in which a page shows it. Owns no check: a receipt comes here once its signature is verified.
 */

import { DAY_SECONDS } from "../crypto/names.ts";
import type { Closing, Deletion, Receipt } from "../crypto/receipts.ts";
import type { ReceiptRow, Removal } from "../session.work.ts";

/** The line of a list, but for what names it there. */
export function rowFacts(receipt: Receipt): Omit<ReceiptRow, "id"> {
  const about = { kind: receipt.kind, number: receipt.number };
  if (receipt.kind === "acceptance") {
    const nothing = { asked: 0, removed: 0, left: 0, files: 0 };
    return { ...about, ...nothing, at: receipt.day * DAY_SECONDS, envelopes: receipt.count };
  }
  const { doneAt, asked, removed, left, envelopes, files } = receipt;
  return { ...about, at: doneAt, asked, removed, left, envelopes, files };
}

/** One of what is gone, whole. */
export function removalFacts(receipt: Deletion | Closing): Removal {
  const closing = receipt.kind === "closing";
  return {
    ...rowFacts(receipt),
    promisedFirst: closing ? receipt.holdEndedAt : receipt.dueFirst,
    promisedLast: closing ? receipt.holdEndedAt : receipt.dueLast,
    backupsUntil: receipt.backupsUntil,
    keysUntil: receipt.keysUntil,
    journal: receipt.journal,
    ...(closing && {
      closing: {
        began: receipt.beganAt,
        workEnded: receipt.workEndedAt,
        holdEnded: receipt.holdEndedAt,
        notes: receipt.notes,
        acts: receipt.acts,
        chain: receipt.chain,
      },
    }),
  };
}
