/**
 * Sealing: the one function that seals content into an envelope, and the one way back.
 *
 * Owns what joins the parts: content key, inner text, signatures, and the checks of docs/protocol.md, part 14, that need
 * no state. Must never give a byte of content before locks, commitment, chunks, padding and signature have all passed,
 * and never seal without a keeper. (docs/protocol.md, part 5.)
 */

import {
  type Content,
  ContentKind,
  contentId,
  KINDS_OF_CLASS,
  parseContent,
  senderFp,
} from "./content.ts";
import {
  type Bytes,
  compare,
  concat,
  counted,
  isZero,
  label,
  type Random,
  Reader,
  same,
  u8,
} from "./encoding.ts";
import {
  bodyLength,
  type Envelope,
  EnvelopeClass,
  encodeHeader,
  envelopeBody,
  keeperLocks,
  transcript,
} from "./envelope.ts";
import { Malformed, NotOpened, Refused } from "./errors.ts";
import { type Grant, Status } from "./keeper_wire.ts";
import * as locks from "./locks.ts";
import { accessHash, envelopeId, fingerprint, keyId, TAG_BYTES } from "./names.ts";
import { checkPadding, pad } from "./padding.ts";
import * as stream from "./stream.ts";
import {
  H,
  hmac,
  type OpenKey,
  type SealKey,
  SIGNATURE_BYTES,
  type SignKey,
  verify,
} from "./suite.ts";

export const MOST_PARTS = 4;

/** A content frame and its signature. */
export interface Part {
  readonly content: Bytes;
  readonly signature: Bytes;
}

/** Sign a content frame for a class of origin. */
export function signContent(content: Bytes, classOfOrigin: EnvelopeClass, signer: SignKey): Part {
  return { content, signature: signer.sign(label("content"), u8(classOfOrigin), content) };
}

/** Verify a part by the key that its class demands; `BadSignature` otherwise. */
export function verifyPart(part: Part, classOfOrigin: EnvelopeClass, signerPublic: Bytes): void {
  verify(signerPublic, part.signature, label("content"), u8(classOfOrigin), part.content);
}

// --- sealing ---

/** A reading key to seal to, and its epoch. */
export interface ReaderTarget {
  readonly sealKey: SealKey;
  readonly epoch: number;
}

/** The secret of a release link, instead of a reading key. */
export interface LinkTarget {
  readonly linkSecret: Bytes;
}

/**
 * Where an envelope goes and who may open and revoke it. `recipientFp` is the reader's fp; the access keys are Ed25519
 * public keys; `notBefore` 0 means at once.
 */
export interface Addressing {
  readonly envelopeClass: EnvelopeClass;
  readonly mailboxId: Bytes;
  readonly policyTag: Bytes;
  readonly expiresAt: number;
  readonly recipientFp: Bytes;
  readonly target: ReaderTarget | LinkTarget;
  readonly readerAccess: Bytes;
  readonly revokerAccess: Bytes;
  readonly notBefore: number;
}

/**
 * Seal signed parts into an envelope for one mailbox.
 *
 * `dayKeys` holds one verified key of each required keeper for the day of `to.expiresAt`, in any order. Gives the
 * envelope's bytes; sealing again gives other bytes, so a retry sends these. `Malformed` for what no envelope can be.
 */
export async function sealEnvelope(
  to: Addressing,
  parts: readonly Part[],
  dayKeys: readonly SealKey[],
  random: Random,
): Promise<Bytes> {
  const inner = encodeInner(to.envelopeClass, parts);
  const ordered = [...dayKeys].sort((one, other) => compare(keyId(one.raw), keyId(other.raw)));
  const header = encodeHeader({
    ...to,
    lockCount: 1 + ordered.length,
    envelopeId: envelopeId(
      to.envelopeClass,
      firstContentId(to, parts),
      to.recipientFp,
      to.expiresAt,
    ),
    bodyBytes: bodyLength(inner.length),
  });
  const { shares, records } = sealLocks(to, ordered, H(header), random);
  const clear = concat(header, ...records);
  const clearHash = H(clear);
  const salt = random(stream.SALT_BYTES);
  const key = contentKey(clearHash, shares);
  return concat(clear, await stream.sealStream(key, clearHash, pad(inner), salt));
}

function firstContentId(to: Addressing, parts: readonly Part[]): Bytes {
  const { content } = parts[0] as Part;
  return contentId(classOfOrigin(to.envelopeClass, content), content);
}

/** The class under which a content was signed: in class 5 the door's for a mail, else 1. */
export function classOfOrigin(envelopeClass: EnvelopeClass, content: Bytes): EnvelopeClass {
  if (envelopeClass !== EnvelopeClass.RESEALED) {
    return envelopeClass;
  }
  return content[1] === ContentKind.MAIL ? EnvelopeClass.DOOR : EnvelopeClass.MESSAGE;
}

function sealLocks(
  to: Addressing,
  dayKeys: readonly SealKey[],
  headerHash: Bytes,
  random: Random,
): { shares: Bytes[]; records: Bytes[] } {
  const first = sealFirstLock(to.target, headerHash, random);
  const shares = [first.share];
  const records = [first.record];
  for (const dayKey of dayKeys) {
    const payload = {
      share: random(locks.SHARE_BYTES),
      readerHash: accessHash(to.readerAccess),
      revokerHash: accessHash(to.revokerAccess),
      notBefore: to.notBefore,
      expiresAt: to.expiresAt,
    };
    shares.push(payload.share);
    records.push(locks.sealKeeperLock(payload, dayKey, headerHash, random));
  }
  return { shares, records };
}

function sealFirstLock(
  target: ReaderTarget | LinkTarget,
  headerHash: Bytes,
  random: Random,
): { share: Bytes; record: Bytes } {
  if ("linkSecret" in target) {
    const share = locks.deriveLinkShare(target.linkSecret, headerHash);
    return { share, record: locks.linkLock(target.linkSecret) };
  }
  const share = random(locks.SHARE_BYTES);
  const { sealKey, epoch } = target;
  return { share, record: locks.sealReaderLock(share, sealKey, epoch, headerHash, random) };
}

// --- opening ---

/** Open the reader's lock; gives the 32-byte share. `NotOpened` whatever is wrong. */
export function openReaderShare(envelope: Envelope, readingKey: OpenKey): Bytes {
  return locks.openReaderLock(envelope.locks[0] as locks.Lock, readingKey, envelope.headerHash);
}

/**
 * Open the body with the reader's share and all keepers' shares, in the order of the locks.
 * Checks commitment, chunks, padding and the number of parts of the class; signatures are still to be verified.
 */
export async function openParts(
  envelope: Envelope,
  readerShare: Bytes,
  keeperShares: readonly Bytes[],
): Promise<Part[]> {
  if (keeperShares.length !== keeperLocks(envelope).length) {
    throw new NotOpened();
  }
  const clearHash = transcript(envelope);
  const key = contentKey(clearHash, [readerShare, ...keeperShares]);
  const inner = await stream.openStream(key, clearHash, envelopeBody(envelope));
  return readInner(envelope.header.envelopeClass, inner);
}

/**
 * Check the keepers' answers, in the order of the locks, against what the reader demands; gives their shares.
 *
 * Throws `Refused`: "due" at or after expiresAt or where a keeper says gone, "not-yet" before notBefore, "keeper"
 * without a granted share of each lock, "expiry" and "revoker" where a sender told a keeper something else.
 */
export function checkGrants(
  envelope: Envelope,
  grants: readonly Grant[],
  revokerAccessHash: Bytes,
  now: number,
): Bytes[] {
  const { expiresAt } = envelope.header;
  if (now >= expiresAt) {
    throw new Refused("due");
  }
  if (grants.length !== keeperLocks(envelope).length) {
    throw new Refused("keeper");
  }
  return grants.map((grant) => {
    checkGrant(grant, expiresAt, revokerAccessHash, now);
    return grant.share;
  });
}

function checkGrant(grant: Grant, expiresAt: number, revokerHash: Bytes, now: number): void {
  if (grant.status !== Status.HERE) {
    const { GONE, NOT_YET } = Status;
    throw new Refused(
      grant.status === GONE ? "due" : grant.status === NOT_YET ? "not-yet" : "keeper",
    );
  }
  if (grant.expiresAt !== expiresAt) {
    throw new Refused("expiry");
  }
  if (!same(grant.revokerHash, revokerHash)) {
    throw new Refused("revoker");
  }
  if (now < grant.notBefore) {
    throw new Refused("not-yet");
  }
}

/** A content that passed every check that needs no state. `contentId` is the same for all recipients. */
export interface Opened {
  readonly content: Content;
  readonly contentId: Bytes;
  readonly classOfOrigin: EnvelopeClass;
}

/**
 * Who may have signed and who is reading. `signers` are the public keys of everyone who may sign this class: in class 1
 * the engagement's parties, in 2 the door, in 3 the notice key, in 6 myself. `formerFps` are earlier fps that count as
 * mine. In class 5 `promisedAt` is the date that the acts in force give to this content (absent: its own).
 */
export interface Expectation {
  readonly signers: readonly Bytes[];
  readonly myFp: Bytes;
  readonly formerFps?: readonly Bytes[];
  readonly promisedAt?: number;
}

/**
 * Verify the first or only part of an envelope that was opened with my keys. Throws `BadSignature`, `Malformed`, or
 * `Refused` with reason "signer", "class", "recipient", "envelope-id", "expiry" or "policy".
 */
export function checkContent(envelope: Envelope, part: Part, expected: Expectation): Opened {
  const { header } = envelope;
  const origin = classOfOrigin(header.envelopeClass, part.content);
  const named = senderFp(part.content);
  const signer = expected.signers.find((key) => same(fingerprint(key), named));
  if (!signer) {
    throw new Refused("signer");
  }
  verifyPart(part, origin, signer);
  const content = parseContent(part.content);
  const opened = { content, contentId: contentId(origin, part.content), classOfOrigin: origin };
  if (!KINDS_OF_CLASS[origin]?.includes(content.kind)) {
    throw new Refused("class");
  }
  checkPlace(envelope, opened, expected);
  return opened;
}

/** Check that the content belongs to me, to this envelope, date and policy. */
function checkPlace(envelope: Envelope, opened: Opened, expected: Expectation): void {
  const { header } = envelope;
  const { content } = opened;
  const mine = [expected.myFp, ...(expected.formerFps ?? [])];
  const named = [content.senderFp, ...content.recipients.map((recipient) => recipient.fp)];
  if (!named.some((fp) => mine.some((own) => same(own, fp)))) {
    throw new Refused("recipient");
  }
  const { envelopeClass, expiresAt } = header;
  const id = envelopeId(envelopeClass, opened.contentId, expected.myFp, expiresAt);
  if (!same(header.envelopeId, id)) {
    throw new Refused("envelope-id");
  }
  const promised = envelopeClass === EnvelopeClass.RESEALED ? expected.promisedAt : undefined;
  if (expiresAt !== (promised ?? content.expiresAt)) {
    throw new Refused("expiry");
  }
  const tagged = same(header.policyTag, content.policyHash.slice(0, TAG_BYTES));
  if (!tagged || (isZero(header.policyTag) && !isZero(content.policyHash))) {
    throw new Refused("policy");
  }
}

/**
 * Open an envelope of one part (classes 1, 2, 3 and 6) with the share of `openReaderShare` and the keepers' answers, in
 * the order of docs/protocol.md, part 14.
 *
 * Before, the caller has compared mailbox and required keepers; afterwards it checks what needs state: policy in force,
 * chain of statements, content id new, count and previous content id.
 */
export async function openEnvelope(
  envelope: Envelope,
  readerShare: Bytes,
  grants: readonly Grant[],
  expected: Expectation & { readonly revokerAccessHash: Bytes; readonly now: number },
): Promise<Opened> {
  const shares = checkGrants(envelope, grants, expected.revokerAccessHash, expected.now);
  const [part, ...others] = await openParts(envelope, readerShare, shares);
  if (!part || others.length > 0) {
    throw new Refused("class");
  }
  return checkContent(envelope, part, expected);
}

// --- inner text ---

function contentKey(clearHash: Bytes, shares: readonly Bytes[]): Bytes {
  return hmac(clearHash, label("ck"), ...shares);
}

/** How many parts a class has, at least and at most. */
function partsOf(envelopeClass: EnvelopeClass): [number, number] {
  const { RELEASE, RESEALED } = EnvelopeClass;
  return envelopeClass === RELEASE ? [2, 2] : [1, envelopeClass === RESEALED ? MOST_PARTS : 1];
}

function encodeInner(envelopeClass: EnvelopeClass, parts: readonly Part[]): Bytes {
  const [fewest, most] = partsOf(envelopeClass);
  if (parts.length < fewest || parts.length > most) {
    throw new Malformed("wrong number of parts for this class");
  }
  const encoded = parts.map((part) => concat(counted(part.content, 4), part.signature));
  return concat(u8(parts.length), ...encoded);
}

function readInner(envelopeClass: EnvelopeClass, inner: Bytes): Part[] {
  const reader = new Reader(inner);
  const parts = readParts(reader, ...partsOf(envelopeClass));
  checkPadding(inner, reader.position);
  return parts;
}

function readParts(reader: Reader, fewest: number, most: number): Part[] {
  try {
    const count = reader.between(reader.u8(), fewest, most, "number of parts");
    return Array.from({ length: count }, () => ({
      content: reader.counted(4),
      signature: reader.take(SIGNATURE_BYTES),
    }));
  } catch {
    throw new NotOpened();
  }
}
