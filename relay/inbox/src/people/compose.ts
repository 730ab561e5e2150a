/**
 * Compose: from a draft to the sealed bytes that are deposited.
 *
 * Owns the sending steps of docs/protocol.md, part 14, that need no network: policy and date, the content frame, both
 * envelopes in one group. Time, randomness, count and day keys are arguments. Must never seal to a stale key, to another
 * set of keepers than the pinned one, or past the date that both signed.
 */

import type { Attachment } from "../crypto/blob.ts";
import * as content from "../crypto/content.ts";
import { type Bytes, type Random, same, textBytes } from "../crypto/encoding.ts";
import { EnvelopeClass, keeperLocks, MOST_INNER_BYTES, parseEnvelope } from "../crypto/envelope.ts";
import { Refused } from "../crypto/errors.ts";
import type { JsonObject } from "../crypto/json.ts";
import { TAG_BYTES } from "../crypto/names.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import { type Addressing, type Part, sealEnvelope, signContent } from "../crypto/sealing.ts";
import { chooseReadingKey, type Statement, statementHash } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import { encodeDeposit } from "../wire.ts";
import { fault, notTrusted } from "./fault.ts";
import type { RevocableLocks } from "./keepers.ts";
import type { Step } from "./memory.ts";
import type { Place } from "./party.ts";
import type { Terms } from "./terms.ts";

const FRAME_SLACK_BYTES = 16 * 1024;

/** What a person wrote. `records` are the sealed files, in the order of `files`. */
export interface Draft {
  readonly subject: string;
  readonly text: string;
  readonly threadId: Bytes;
  readonly files: readonly { readonly name: string; readonly type: string }[];
  readonly records: readonly Attachment[];
  /** The reader's software is asked to let it go so many days after it was opened. */
  readonly daysAfterOpening?: number | null;
  /** What is not a message: its kind, fixed part and display fields. */
  readonly special?: {
    readonly kind: content.ContentKind;
    readonly fixed: Bytes;
    readonly shown: JsonObject;
  };
}

/** A sealed message: one group for the relay, and what its own recall needs. */
export interface Composed {
  readonly contentId: Bytes;
  readonly deposit: Bytes;
  readonly ownEnvelopeId: Bytes;
  readonly theirEnvelopeId: Bytes;
  readonly theirLocks: RevocableLocks;
  readonly expiresAt: number;
}

/** Refuse what no content may hold, before anything is uploaded. */
export function checkDraft({ subject, text, files }: Omit<Draft, "records" | "threadId">): void {
  const tooLong =
    Array.from(subject).length > content.MOST_SUBJECT_CHARACTERS ||
    textBytes(text.toWellFormed()).length > content.MOST_TEXT_BYTES ||
    files.length > content.MOST_ATTACHMENTS;
  if (tooLong) {
    throw fault("too-large");
  }
}

/** When a new message goes: the wanted instant, or the agreement's default. */
export function chooseDate(terms: Terms, wantedAt: number | null, now: number): number {
  if (now >= terms.workEndsAt || terms.latest(now) <= now) {
    throw fault("closed");
  }
  const date = wantedAt ?? terms.defaultExpiresAt(now);
  if (date <= now || date > terms.latest(now)) {
    throw fault("refused");
  }
  return date;
}

/** What sealing needs beside the draft. `dayKeys` holds one verified key of each pinned keeper for the day of `expiresAt`. */
export interface Sealing {
  readonly place: Place;
  readonly terms: Terms;
  readonly step: Step;
  readonly vaultCounter: number;
  /** The newest checkpoint that was verified here; zeros before the first. */
  readonly checkpointHash: Bytes;
  readonly expiresAt: number;
  readonly now: number;
  readonly dayKeys: readonly SealKey[];
  readonly random: Random;
}

/** Sign a message and seal it into both mailboxes. */
export async function compose(draft: Draft, sealing: Sealing): Promise<Composed> {
  const { place, dayKeys, random, expiresAt } = sealing;
  checkKeepers(place, dayKeys);
  const frame = content.encodeContent(frameOf(draft, sealing));
  if (frame.length > MOST_INNER_BYTES - FRAME_SLACK_BYTES) {
    throw fault("too-large");
  }
  const part: Part = signContent(frame, EnvelopeClass.MESSAGE, place.me.identity);
  const theirs = await sealEnvelope(toOther(sealing), [part], dayKeys, random);
  const own = await sealEnvelope(toMyself(sealing), [part], dayKeys, random);
  const blobIds = draft.records.map((record) => record.blobId);
  const envelope = parseEnvelope(theirs);
  return {
    contentId: content.contentId(EnvelopeClass.MESSAGE, frame),
    deposit: encodeDeposit([theirs, own].map((one) => ({ envelope: one, blobIds }))),
    ownEnvelopeId: parseEnvelope(own).header.envelopeId,
    theirEnvelopeId: envelope.header.envelopeId,
    theirLocks: {
      headerHash: envelope.headerHash,
      records: keeperLocks(envelope).map((lock) => lock.record),
    },
    expiresAt,
  };
}

/** Refuse to seal unless both people require exactly the pinned keepers, and each has given its key. */
function checkKeepers({ me, other, pins }: Place, dayKeys: readonly SealKey[]): void {
  const pinned = pinnedKeeperSet(pins);
  const agreed = [other.card.keeperSet, me.statement.card.keeperSet].every((set) =>
    same(set, pinned),
  );
  if (!agreed || dayKeys.length !== pins.keepers.length) {
    throw notTrusted("keeper-set");
  }
}

function frameOf(
  draft: Draft,
  { place, terms, step, vaultCounter, checkpointHash, expiresAt, now, random }: Sealing,
): content.Content {
  const { records, threadId, special } = draft;
  return {
    kind: special?.kind ?? content.ContentKind.MESSAGE,
    nonce: random(16),
    threadId,
    writer: step.writer,
    count: step.count,
    previousId: step.previousId,
    createdAt: now,
    expiresAt,
    policyHash: terms.inForce.hash,
    senderFp: place.me.fp,
    checkpointHash,
    vaultCounter,
    senderStatementHash: statementHash(place.me.statement.raw),
    recipients: [{ fp: place.otherFp, statementHash: statementHash(place.other.raw) }],
    attachments: records,
    fixed: special?.fixed ?? new Uint8Array(0),
    shown: special?.shown ?? messageShown(draft),
  };
}

function messageShown({ subject, text, files, daysAfterOpening = null }: Draft): JsonObject {
  return {
    subject: subject.toWellFormed(),
    text: text.toWellFormed(),
    ...(files.length > 0 && { files: files.map(({ name, type }) => ({ name, type })) }),
    ...(daysAfterOpening !== null && { days_after_opening: daysAfterOpening }),
  };
}

/** The other person's envelope: I may revoke it, unless the policy denies recall. */
function toOther(sealing: Sealing): Addressing {
  const { place } = sealing;
  const readerAccess = place.other.card.accessPublic;
  const addressed = { mailboxId: place.theirMailbox, recipientFp: place.otherFp, readerAccess };
  return { ...addressed, ...shared(sealing, place.other, readerAccess, place.me.access.public) };
}

/** My own copy: the other person may revoke it, unless the policy denies recall. */
function toMyself(sealing: Sealing): Addressing {
  const { place } = sealing;
  const readerAccess = place.me.access.public;
  const addressed = { mailboxId: place.myMailbox, recipientFp: place.me.fp, readerAccess };
  return {
    ...addressed,
    ...shared(sealing, place.me.statement, readerAccess, place.other.card.accessPublic),
  };
}

function shared(
  { terms, expiresAt, now }: Sealing,
  reader: Statement,
  readerAccess: Bytes,
  author: Bytes,
): Omit<Addressing, "mailboxId" | "recipientFp" | "readerAccess"> {
  const { policy, hash } = terms.inForce;
  const key = readingKey(reader, now);
  return {
    envelopeClass: EnvelopeClass.MESSAGE,
    policyTag: hash.slice(0, TAG_BYTES),
    expiresAt,
    target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
    revokerAccess: policy.authorMayRecall ? author : readerAccess,
    notBefore: 0,
  };
}

function readingKey(reader: Statement, now: number) {
  try {
    return chooseReadingKey(reader.card, now);
  } catch (reason) {
    throw reason instanceof Refused ? notTrusted("stale") : reason;
  }
}
