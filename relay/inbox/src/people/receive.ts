/**
 * Receive: from a row of a mailbox to a content that may be shown, or a local code that says why not.
 *
 * Owns the receiving steps of docs/protocol.md, part 14, in their order, over one row: `examine` before the keepers are
 * asked, `finish` with their answers. Pure but for the platform's AES. A refusal is `Unreadable`: the person gets one
 * neutral sentence and the relay nothing. Must never give out a byte of a content that failed any step.
 */

import { type Bytes, isZero, same, toHex } from "../crypto/encoding.ts";
import { type Envelope, EnvelopeClass, keeperLocks } from "../crypto/envelope.ts";
import { BadSignature, KeysError, NotOpened, Refused } from "../crypto/errors.ts";
import type { Ask, Grant } from "../crypto/keeper_wire.ts";
import type { Lock } from "../crypto/locks.ts";
import { openResealed } from "../crypto/resealing.ts";
import { type Opened, openEnvelope, openReaderShare } from "../crypto/sealing.ts";
import { myAccessHash, otherAccessHash, type Place } from "./party.ts";
import type { Terms } from "./terms.ts";

const { MESSAGE, DOOR, NOTICE, RESEALED, OWN } = EnvelopeClass;
const READABLE: readonly EnvelopeClass[] = [MESSAGE, DOOR, NOTICE, RESEALED, OWN];

/** A row that is not shown. `code` says at which step; it stays on this device. */
export class Unreadable extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A row whose time has come: it is gone, whatever the relay still shows. */
export class Due extends Error {}

/** A row that may be opened once each keeper has answered. `locks` is by keeper id, in the order of the locks. */
export interface Examined {
  readonly envelope: Envelope;
  readonly readerShare: Bytes;
  readonly locks: ReadonlyMap<string, Lock>;
  readonly revokerHash: Bytes;
}

/** What to ask one keeper. */
export function askOf(examined: Examined, keeperId: Bytes): Ask {
  const lock = examined.locks.get(toHex(keeperId)) as Lock;
  return { headerHash: examined.envelope.headerHash, lock };
}

/**
 * Check everything of a row that needs no keeper. `dayKeyIds` gives the owner of each keeper's key of the row's day, by
 * key id; with one keeper it is null, because nothing can be confused.
 */
export function examine(
  envelope: Envelope,
  place: Place,
  terms: Terms,
  now: number,
  dayKeyIds: ReadonlyMap<string, string> | null,
): Examined {
  const { header } = envelope;
  if (!same(header.mailboxId, place.myMailbox)) {
    throw new Unreadable("mailbox");
  }
  if (!READABLE.includes(header.envelopeClass)) {
    throw new Unreadable("class");
  }
  const extended = terms.extensionOf(header.envelopeId) !== null || terms.clients?.givesBack;
  if (header.envelopeClass === RESEALED && !extended) {
    throw new Unreadable("extension");
  }
  const locks = locksByKeeper(envelope, place, dayKeyIds);
  if (now >= terms.dateOf(header.envelopeId, header.expiresAt)) {
    throw new Due();
  }
  const readerShare = shareOf(envelope, place);
  return { envelope, readerShare, locks, revokerHash: revokerOf(envelope, place, terms) };
}

/** Find the lock of each required keeper: none too few and none too many. */
function locksByKeeper(
  envelope: Envelope,
  place: Place,
  dayKeyIds: ReadonlyMap<string, string> | null,
): ReadonlyMap<string, Lock> {
  const required = place.pins.keepers.map((keeper) => toHex(keeper.keeperId));
  const locks = keeperLocks(envelope);
  const owners = dayKeyIds ? locks.map((lock) => dayKeyIds.get(toHex(lock.keyId))) : required;
  const found = new Map(locks.map((lock, at) => [owners[at] ?? "", lock]));
  if (locks.length !== required.length || !required.every((one) => found.has(one))) {
    throw new Unreadable("keepers");
  }
  return found;
}

function shareOf(envelope: Envelope, place: Place): Bytes {
  const readingKey = place.me.reading.get(toHex(envelope.locks[0]?.keyId ?? new Uint8Array(0)));
  if (!readingKey) {
    throw new Unreadable("reader-key");
  }
  try {
    return openReaderShare(envelope, readingKey);
  } catch {
    throw new Unreadable("reader-lock");
  }
}

/** Whom each keeper must name as the one who may revoke (docs/protocol.md, part 5). */
function revokerOf({ header }: Envelope, place: Place, terms: Terms): Bytes {
  if (header.envelopeClass === OWN) {
    return myAccessHash(place);
  }
  const policy = terms.byTag(header.policyTag);
  if (!policy && !isZero(header.policyTag)) {
    throw new Unreadable("policy");
  }
  return policy && !policy.authorMayRecall ? myAccessHash(place) : otherAccessHash(place);
}

/** Open a row with the keepers' answers, by keeper id, and check what it says of itself. */
export async function finish(
  examined: Examined,
  grants: ReadonlyMap<string, Grant>,
  place: Place,
  terms: Terms,
  now: number,
): Promise<Opened> {
  const { envelope, readerShare } = examined;
  const { clients } = terms;
  const inOrder = [...examined.locks.keys()].flatMap((one) => grants.get(one) ?? []);
  const revokerHash = clients?.revokerIn(inOrder, examined.revokerHash) ?? examined.revokerHash;
  const extension = terms.extensionOf(envelope.header.envelopeId);
  const givenBack = extension === null && clients?.givesBack;
  const promisedAt = givenBack ? envelope.header.expiresAt : extension;
  if (envelope.header.envelopeClass === RESEALED && promisedAt !== null) {
    const resealed = {
      parties: signersOf(MESSAGE, place, terms),
      door: signersOf(DOOR, place, terms),
      myFp: place.me.fp,
      formerFps: clients?.givesBack ? clients.formerFps : [],
      revokerAccessHash: revokerHash,
      promisedAt,
      now,
    };
    const opened = await opening(openResealed(envelope, readerShare, inOrder, resealed), terms);
    if (givenBack && !clients.fits(opened, promisedAt, terms)) {
      throw new Unreadable("expiry");
    }
    return opened;
  }
  const expected = {
    signers: signersOf(envelope.header.envelopeClass, place, terms),
    myFp: place.me.fp,
    revokerAccessHash: revokerHash,
    now,
  };
  return await opening(openEnvelope(envelope, readerShare, inOrder, expected), terms);
}

async function opening(attempt: Promise<Opened>, terms: Terms): Promise<Opened> {
  try {
    const opened = await attempt;
    checkPolicy(opened, terms);
    return opened;
  } catch (reason) {
    throw refusal(reason);
  }
}

function refusal(reason: unknown): unknown {
  if (reason instanceof Refused) {
    return reason.reason === "due" ? new Due() : new Unreadable(reason.reason);
  }
  if (!(reason instanceof KeysError)) {
    return reason;
  }
  const opened = !(reason instanceof NotOpened);
  return new Unreadable(
    reason instanceof BadSignature ? "signature" : opened ? "content" : "not-opened",
  );
}

/** Who alone may sign a class: never coach and client interchanged with the door or the relay. */
function signersOf(envelopeClass: EnvelopeClass, place: Place, { clients }: Terms): Bytes[] {
  switch (envelopeClass) {
    case MESSAGE:
      return [
        place.me.identity.public,
        place.other.card.identityPublic,
        ...(clients?.formerKeys ?? []),
      ];
    case DOOR:
      return [place.pins.doorPublic];
    case NOTICE:
      return [place.pins.noticePublic];
    default:
      return [place.me.identity.public];
  }
}

/** Refuse a content under anything but a policy that both signed; a notice or own record may have none. */
function checkPolicy({ content, classOfOrigin }: Opened, terms: Terms): void {
  const bound = classOfOrigin === MESSAGE || classOfOrigin === DOOR;
  if ((bound || !isZero(content.policyHash)) && !terms.byHash(content.policyHash)) {
    throw new Unreadable("policy");
  }
}

/** The hashes of all statements that the chains at hand hold. */
export interface Chains {
  readonly mine: ReadonlySet<string>;
  readonly theirs: ReadonlySet<string>;
}

/** Whether the chains hold every statement that a content names; a door and a notice name none of a sender. */
export function statementsKnown({ content }: Opened, place: Place, chains: Chains): boolean {
  const named = [
    { fp: content.senderFp, statementHash: content.senderStatementHash },
    ...content.recipients,
  ];
  return named.every(({ fp, statementHash }) => {
    const hash = toHex(statementHash);
    if (same(fp, place.me.fp)) {
      return chains.mine.has(hash);
    }
    return !same(fp, place.otherFp) || chains.theirs.has(hash);
  });
}
