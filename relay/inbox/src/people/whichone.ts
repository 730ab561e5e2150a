/** Which one: the engagement that opens with an account. Owns this choice: pure. */

import type { AccountFacts } from "../api.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import type { EngagementHead } from "../crypto/vault.ts";

/**
 * The chosen engagement, else the first; null where there is none. Of a coach's those alone that still have a mailbox: the
 * vault remembers an engagement for a while after everything in it has gone. A client has one, and is told what became of it.
 */
export function engagementToOpen(
  engagements: readonly EngagementHead[],
  { coach, mailboxes }: AccountFacts,
  chosen: Bytes | null,
): Bytes | null {
  const here = ({ myMailboxId }: EngagementHead) =>
    !coach || mailboxes.some(({ mailboxId }) => same(mailboxId, myMailboxId));
  const open = engagements.filter((one) => one.active && here(one));
  const wanted = open.find((one) => chosen !== null && same(one.engagementId, chosen));
  return (wanted ?? open[0])?.engagementId ?? null;
}
