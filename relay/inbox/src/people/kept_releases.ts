/**
 * Kept releases: what the client's software keeps so that it can end a release which the relay will not hand back.
 *
 * Owns the vault item `releases/HEX` and the rule which of its entries are over. Pure. Must never name a release over that
 * is still on its way: its number is not taken yet. (docs/protocol.md, part 23.)
 */

import { type ActCore, ActKind } from "../crypto/acts.ts";
import { type Bytes, concat, exact, Reader, same, u8, u64 } from "../crypto/encoding.ts";
import { type Envelope, keeperLocks, MOST_KEEPERS } from "../crypto/envelope.ts";
import { KEEPER_LOCK_BYTES } from "../crypto/locks.ts";
import { ID_BYTES } from "../crypto/names.ts";
import { ticketSubject } from "../crypto/release.ts";

export const MOST_KEPT = 32;
const VERSION: Bytes = new Uint8Array([1]);

export interface KeptRelease {
  readonly actNumber: number;
  readonly subject: Bytes;
  readonly mailboxId: Bytes;
  readonly endsAt: number;
  readonly headerHash: Bytes;
  readonly records: readonly Bytes[];
}

/** What there is to keep of an envelope before it is posted under an act's number. */
export function keptOf(envelope: Envelope, actNumber: number): KeptRelease {
  return {
    actNumber,
    subject: ticketSubject(envelope.raw),
    mailboxId: envelope.header.mailboxId,
    endsAt: envelope.header.expiresAt,
    headerHash: envelope.headerHash,
    records: keeperLocks(envelope).map((lock) => lock.record),
  };
}

/** The item's bytes, the newest entries where there are too many. */
export function encodeKept(all: readonly KeptRelease[]): Bytes {
  const entries = all.slice(-MOST_KEPT);
  return concat(
    VERSION,
    u8(entries.length),
    ...entries.map((one) =>
      concat(
        u64(one.actNumber),
        exact(one.subject, 32, "subject"),
        exact(one.mailboxId, ID_BYTES, "mailbox id"),
        u64(one.endsAt),
        exact(one.headerHash, 32, "header hash"),
        u8(one.records.length),
        ...one.records.map((record) => exact(record, KEEPER_LOCK_BYTES, "keeper lock")),
      ),
    ),
  );
}

/** Parse an item `releases/...` strictly. */
export function parseKept(plain: Bytes): KeptRelease[] {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const count = reader.between(reader.u8(), 0, MOST_KEPT, "releases");
  const entries = Array.from({ length: count }, () => ({
    actNumber: reader.u64(),
    subject: reader.take(32),
    mailboxId: reader.take(ID_BYTES),
    endsAt: reader.u64(),
    headerHash: reader.take(32),
    records: Array.from({ length: reader.between(reader.u8(), 1, MOST_KEEPERS, "keepers") }, () =>
      reader.take(KEEPER_LOCK_BYTES),
    ),
  }));
  reader.finish();
  return entries;
}

/** The acts of kind 6 that let something out still, at `now`: not taken back, and none that a later one has replaced. */
export function livingTickets(acts: readonly ActCore[], now: number): ActCore[] {
  const lastBack = acts.filter(({ kind }) => kind === ActKind.WITHDRAW).at(-1)?.number ?? 0;
  const out = acts.filter(({ kind, number }) => kind === ActKind.RELEASE && number > lastBack);
  const current = out.filter(({ date }) => date <= now).at(-1)?.number ?? 0;
  return out.filter(({ number, secondDate }) => number >= current && secondDate > now);
}

/** Of what the relay holds, the ticket whose release can be read while a newer one waits; null where there is none. */
export function openMeanwhile(
  acts: readonly ActCore[],
  listed: readonly number[],
  now: number,
): ActCore | null {
  const living = livingTickets(acts, now);
  const newest = living.at(-1);
  const begun = living.find(({ date, number }) => date <= now && listed.includes(number));
  return begun && begun !== newest ? begun : null;
}

/**
 * Which entries are to be revoked now. `openMailbox` is the sponsor's mailbox whose way in is open, null where none is,
 * undefined where that is not known. `listed` are the act numbers of what the relay says that it holds, asked for after
 * `acts`; undefined where that is not known. What it says is gone has to be: its word alone closes nothing.
 */
export function overNow(
  kept: readonly KeptRelease[],
  acts: readonly ActCore[],
  openMailbox: Bytes | null | undefined,
  now: number,
  listed?: readonly number[],
): KeptRelease[] {
  const living = livingTickets(acts, now);
  return kept.filter(({ actNumber, subject, mailboxId }) => {
    const elsewhere = openMailbox !== undefined && !(openMailbox && same(openMailbox, mailboxId));
    const taken = acts[actNumber - 1];
    if (!taken) {
      return false;
    }
    const unlisted = listed !== undefined && !listed.includes(actNumber);
    return elsewhere || unlisted || !living.some((act) => same(act.subject, subject));
  });
}
