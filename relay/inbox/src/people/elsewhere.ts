/**
 * Elsewhere: what the wake-up line tells of the other inboxes of a coach.
 *
 * Owns whose inbox a mailbox is. Asks for nothing: the page decides what it wants to know of it.
 */

import { type Bytes, same, toBase64url } from "../crypto/encoding.ts";
import type { Event } from "../session.ts";
import type { Account } from "./account.ts";

/** Something came into a mailbox that is not open: the page is told which client it belongs to, where it is a client's. */
export function tellElsewhere(
  { records }: Account,
  tell: (event: Event) => void,
  mailboxId: Bytes,
  cursor: number,
): void {
  const { engagements } = records.vault;
  const item = engagements.find((one) => one.active && same(one.myMailboxId, mailboxId));
  if (item) {
    tell({ kind: "client", id: toBase64url(item.engagementId), cursor });
  }
}
