/**
 * After opening: messages that are to go so many days after their reader has opened them.
 *
 * Owns for which messages that is so, and what has come of it. Pure. Must never find it where both have not signed read
 * marks, since the date tells the writer on which day a message was opened, nor where one alone cannot bring a date forward
 * for both; and never for a copy that both keep longer, or that was given back. (docs/protocol.md, part 6.)
 */

import { ActKind } from "../crypto/acts.ts";
import { dateAfterOpening } from "../crypto/content.ts";
import { same } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import type { AfterOpening } from "../session.ts";
import { type Entry, formerOf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { Terms } from "./terms.ts";

/** Whether this can be asked for, and is done, under what is in force. */
export function mayCountFromOpening({ inForce: { policy } }: Terms): boolean {
  return policy.readMarks && policy.authorMayRecall;
}

/** How many days after its opening a message is to go; null where nobody asked for that, or it does not count. */
function daysOf({ content, envelopeClass }: Entry, terms: Terms): number | null {
  const counts = envelopeClass === EnvelopeClass.MESSAGE && content?.shared;
  return counts && mayCountFromOpening(terms) ? content.daysAfterOpening : null;
}

/**
 * What the page is told of it; null where it changes nothing. It is counted where the reader's own act set the date that the
 * message has, and waits while the message would stay longer if it were opened now.
 */
export function afterOpening(entry: Entry, standing: Standing, now: number): AfterOpening | null {
  const { terms } = standing;
  const days = daysOf(entry, terms);
  if (days === null) {
    return null;
  }
  const reader = entry.row.mine ? "other" : "me";
  const counted = terms.acts.some(
    ({ core, by }) =>
      core.kind === ActKind.SHORTEN &&
      core.issuedAt % DAY_SECONDS === 0 &&
      core.date === dateAfterOpening(core.issuedAt, days) &&
      core.date === dateOf(entry, terms) &&
      standing.sideOf(by) === reader &&
      core.envelopeIds.some((id) => same(id, entry.envelopeId)),
  );
  const waits = dateAfterOpening(now, days) < dateOf(entry, terms);
  return counted || waits ? { days, counted } : null;
}

/** What has to be signed of a message of the other person's that is open at this instant; null where nothing has. */
export function forOpened(
  entry: Entry,
  terms: Terms,
  now: number,
): { readonly date: number; readonly issuedAt: number } | null {
  const days = entry.row.mine ? null : daysOf(entry, terms);
  if (days === null) {
    return null;
  }
  const date = dateAfterOpening(now, days);
  // The day is told, and not the second.
  const issuedAt = Math.floor(now / DAY_SECONDS) * DAY_SECONDS;
  return date < dateOf(entry, terms) ? { date, issuedAt } : null;
}

/** When a message goes by what is known to be signed now; its row may be older than that. */
function dateOf(entry: Entry, terms: Terms): number {
  const { envelopeId, sealedUntil, row } = entry;
  return terms.dateOf(envelopeId, sealedUntil, row.createdAt, formerOf(entry));
}
