/**
 * Content: what a person, door or relay signs: the frame inside an envelope.
 *
 * Owns the frame, what each kind carries in fixed form, and the display fields. Security never rests on the JSON;
 * everything that decides is in fixed fields. Must never hand out a frame that parsed only in part.
 * (docs/protocol.md, part 6.)
 */

import { ActKind, parseAct } from "./acts.ts";
import { type Attachment, encodeAttachment, MAIL_FLAG, readAttachment } from "./blob.ts";
import { parseCall } from "./call.ts";
import {
  ascending,
  type Bytes,
  concat,
  counted,
  countedText,
  exact,
  label,
  Reader,
  u8,
  u16,
  u48,
  u64,
} from "./encoding.ts";
import { EnvelopeClass } from "./envelope.ts";
import { Malformed } from "./errors.ts";
import { dumpJson, type Json, type JsonObject, loadJson, textField } from "./json.ts";
import { DAY_SECONDS, ID_BYTES } from "./names.ts";
import { checkProposalShown } from "./proposal.ts";
import * as spoken from "./spoken.ts";
import { parseStatement, type Statement } from "./statement.ts";
import { H } from "./suite.ts";

export const MOST_RECIPIENTS = 16;
export const MOST_ATTACHMENTS = 32;
export const MOST_SUBJECT_CHARACTERS = 300;
export const MOST_TEXT_BYTES = 900_000;
export const MOST_NAME_BYTES = 255;
export const MOST_TYPE_BYTES = 127;
export const MOST_HEAD_BYTES = 16 * 1024;
export const MOST_DAYS_AFTER_OPENING = 365;

const VERSION: Bytes = new Uint8Array([1]);
const FRAME_HEAD_BYTES = 228;
const SENDER_AT = 124;

/** What a content is. */
export const ContentKind = {
  MESSAGE: 1,
  STATEMENT: 2,
  DATE: 3,
  AGREEMENT: 4,
  RELEASE: 5,
  WITHDRAWAL: 6,
  SPOKEN: 7,
  OWN_GONE: 8,
  MAIL: 9,
  NOTICE: 10,
  OWN: 11,
  CALL: 12,
  REPORT: 13,
} as const;
export type ContentKind = (typeof ContentKind)[keyof typeof ContentKind];

/** Which kinds a class of origin may carry; class 5 carries what its class of origin did. */
export const KINDS_OF_CLASS: Record<number, readonly ContentKind[]> = {
  [EnvelopeClass.MESSAGE]: [1, 2, 3, 4, 6, 7, 8, 12, 13],
  [EnvelopeClass.DOOR]: [ContentKind.MAIL],
  [EnvelopeClass.NOTICE]: [ContentKind.NOTICE],
  [EnvelopeClass.RELEASE]: [ContentKind.RELEASE],
  [EnvelopeClass.OWN]: [ContentKind.OWN],
};

/** Which acts the fixed part of a kind may hold. */
const ACTS_OF_KIND: Partial<Record<ContentKind, readonly ActKind[]>> = {
  [ContentKind.DATE]: [ActKind.SHORTEN, ActKind.EXTEND],
  [ContentKind.AGREEMENT]: [ActKind.POLICY],
  [ContentKind.WITHDRAWAL]: [ActKind.WITHDRAW],
};

/** Someone who gets an envelope of this content, and the statement it was sealed to. */
export interface Recipient {
  readonly fp: Bytes;
  readonly statementHash: Bytes;
}

/** What the door saw of a mail. `peer` is a packed IPv4 or IPv6 address. */
export interface DoorFacts {
  readonly grade: number;
  readonly tls: boolean;
  readonly receivedAt: number;
  readonly peer: Bytes;
  readonly greeting: string;
  readonly reversePath: string;
  readonly recipient: string;
  readonly head: Bytes;
}

/**
 * The fields of a frame. `shown` is the JSON object; `fixed` depends on the kind.
 *
 * `writer` and `count` number what this writer sent here; `previousId` is the content id before it. Instants are Unix
 * seconds; `expiresAt` is the first second at which it is gone.
 */
export interface Content {
  readonly kind: ContentKind;
  readonly nonce: Bytes;
  readonly threadId: Bytes;
  readonly writer: number;
  readonly count: number;
  readonly previousId: Bytes;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly policyHash: Bytes;
  readonly senderFp: Bytes;
  readonly checkpointHash: Bytes;
  readonly vaultCounter: number;
  readonly senderStatementHash: Bytes;
  readonly recipients: readonly Recipient[];
  readonly attachments: readonly Attachment[];
  readonly fixed: Bytes;
  readonly shown: JsonObject;
}

/** The subject line, perhaps empty. */
export function subject(content: Content): string {
  return String(content.shown.subject ?? "");
}

/** The text, perhaps empty. */
export function text(content: Content): string {
  return String(content.shown.text ?? "");
}

/** How many days after the reader has opened a message its writer wants it to go; null: no such wish. */
export function daysAfterOpening({ kind, shown }: Content): number | null {
  const days = kind === ContentKind.MESSAGE ? shown.days_after_opening : undefined;
  return days === undefined ? null : Number(days);
}

/**
 * When a message goes that is to be kept so many days after it was opened: the end of the last of these days in UTC, the
 * day of opening not counted.
 */
export function dateAfterOpening(openedAt: number, days: number): number {
  return (Math.floor(openedAt / DAY_SECONDS) + days + 1) * DAY_SECONDS;
}

/** The display name and media type that the sender gave for an attachment. */
export function file(content: Content, attachment: Attachment): { name: string; type: string } {
  const files = content.shown.files as { name: string; type: string }[];
  const { name, type } = files[attachment.nameIndex] as { name: string; type: string };
  return { name, type };
}

/** The frame; `Malformed` for a field that the format forbids. */
export function encodeContent(content: Content): Bytes {
  check(content);
  return concat(
    VERSION,
    u8(content.kind),
    u8(content.recipients.length),
    u8(content.attachments.length),
    exact(content.nonce, ID_BYTES, "nonce"),
    exact(content.threadId, ID_BYTES, "thread id"),
    u16(content.writer),
    u48(content.count),
    exact(content.previousId, 32, "previous content id"),
    u64(content.createdAt),
    u64(content.expiresAt),
    exact(content.policyHash, 32, "hash"),
    exact(content.senderFp, 32, "fp"),
    exact(content.checkpointHash, 32, "hash"),
    u64(content.vaultCounter),
    exact(content.senderStatementHash, 32, "statement hash"),
    ...content.recipients.flatMap(({ fp, statementHash }) => [
      exact(fp, 32, "fp"),
      exact(statementHash, 32, "hash"),
    ]),
    ...content.attachments.map(encodeAttachment),
    counted(content.fixed, 4),
    counted(dumpJson(content.shown), 4),
  );
}

/** The 32-byte id of a content: the same for every recipient, computed and never carried. */
export function contentId(classOfOrigin: number, frame: Bytes): Bytes {
  return H(label("content-id"), u8(classOfOrigin), frame);
}

/** The sender's fp of a frame whose signature is not yet verified, to find the key that must verify it. */
export function senderFp(frame: Bytes): Bytes {
  if (frame.length < FRAME_HEAD_BYTES) {
    throw new Malformed("content is too short");
  }
  return frame.slice(SENDER_AT, SENDER_AT + 32);
}

/** Parse a content frame strictly, the fixed part of its kind and its display fields included. */
export function parseContent(frame: Bytes): Content {
  const reader = new Reader(frame);
  reader.expect(VERSION, "version");
  const kind = reader.between(reader.u8(), 1, 13, "kind") as ContentKind;
  const recipientCount = reader.u8();
  const attachmentCount = reader.u8();
  const content = {
    kind,
    nonce: reader.take(ID_BYTES),
    threadId: reader.take(ID_BYTES),
    writer: reader.u16(),
    count: reader.u48(),
    previousId: reader.take(32),
    createdAt: reader.u64(),
    expiresAt: reader.u64(),
    policyHash: reader.take(32),
    senderFp: reader.take(32),
    checkpointHash: reader.take(32),
    vaultCounter: reader.u64(),
    senderStatementHash: reader.take(32),
    recipients: Array.from({ length: recipientCount }, () => ({
      fp: reader.take(32),
      statementHash: reader.take(32),
    })),
    attachments: Array.from({ length: attachmentCount }, () => readAttachment(reader)),
    fixed: reader.counted(4),
    shown: loadJson(reader.counted(4)),
  };
  reader.finish();
  check(content);
  return content;
}

/** The fixed part of a content of kind 9. */
export function encodeDoorFacts(facts: DoorFacts): Bytes {
  checkDoor(facts);
  return concat(
    VERSION,
    u8(facts.grade),
    u8(facts.tls ? 1 : 0),
    u8(0),
    u64(facts.receivedAt),
    counted(facts.peer, 1),
    countedText(facts.greeting, 2),
    countedText(facts.reversePath, 2),
    countedText(facts.recipient, 2),
    counted(facts.head, 4),
  );
}

/** Parse the fixed part of a content of kind 9. */
export function parseDoorFacts(fixed: Bytes): DoorFacts {
  const reader = new Reader(fixed);
  reader.expect(VERSION, "version");
  const grade = reader.u8();
  const tls = reader.between(reader.u8(), 0, 1, "TLS") === 1;
  reader.reserved(1);
  const facts = {
    grade,
    tls,
    receivedAt: reader.u64(),
    peer: reader.counted(1),
    greeting: reader.text(2),
    reversePath: reader.text(2),
    recipient: reader.text(2),
    head: reader.counted(4),
  };
  reader.finish();
  checkDoor(facts);
  return facts;
}

/** The fixed part of a content of kind 2. */
export function statementNotice(blind: Bytes, signedStatement: Bytes): Bytes {
  return concat(exact(blind, 32, "blind"), signedStatement);
}

/** Parse the fixed part of a content of kind 2 (the statement's signatures are not verified here). */
export function parseStatementNotice(fixed: Bytes): { blind: Bytes; statement: Statement } {
  const reader = new Reader(fixed);
  return { blind: reader.take(32), statement: parseStatement(reader.rest()) };
}

function check(content: Content): void {
  const { recipients, attachments } = content;
  if (recipients.length < 1 || recipients.length > MOST_RECIPIENTS) {
    throw new Malformed("a content has 1 to 16 recipients");
  }
  ascending(
    recipients.map((recipient) => recipient.fp),
    "recipients",
  );
  if (attachments.length > MOST_ATTACHMENTS) {
    throw new Malformed("a content has at most 32 attachments");
  }
  if (content.count < 1 || content.expiresAt < 1) {
    throw new Malformed("count and expires_at are at least 1");
  }
  checkFixed(content);
  const named = checkShown(content.shown);
  checkKind(content);
  if (attachments.some((attachment) => attachment.nameIndex >= named)) {
    throw new Malformed("an attachment without a name");
  }
}

/**
 * Check the fixed part; its own format is the business of the module that owns it. A report's steps and a release are
 * read by `report_steps.ts` and `release_terms.ts`, which are fetched when one is first met.
 */
function checkFixed({ kind, fixed, attachments }: Content): void {
  const { RELEASE, STATEMENT, SPOKEN, MAIL, CALL, REPORT } = ContentKind;
  const acts = ACTS_OF_KIND[kind];
  if (kind === STATEMENT) {
    parseStatementNotice(fixed);
  } else if (acts) {
    if (!acts.includes(parseAct(fixed).core.kind)) {
      throw new Malformed("not an act of this kind of content");
    }
  } else if (kind === SPOKEN) {
    spoken.parseResult(fixed);
  } else if (kind === CALL) {
    parseCall(fixed);
  } else if (kind === MAIL) {
    parseDoorFacts(fixed);
    if (attachments.length !== 1 || attachments[0]?.flags !== MAIL_FLAG) {
      throw new Malformed("a mail taken in is the only attachment");
    }
  } else if (fixed.length > 0 && kind !== RELEASE && kind !== REPORT) {
    throw new Malformed("this kind has no fixed part");
  }
}

/** Check the display fields that only some kinds have. */
function checkKind({ kind, shown }: Content): void {
  const { note = "" } = shown;
  const { MESSAGE, DATE, AGREEMENT, CALL, REPORT } = ContentKind;
  if (kind === MESSAGE) {
    checkAfterOpening(shown.days_after_opening);
  }
  if (kind === AGREEMENT) {
    checkProposalShown(shown);
  }
  if (kind === DATE || kind === AGREEMENT || kind === CALL || kind === REPORT) {
    textField(note, MOST_TEXT_BYTES);
  }
}

/** A whole number of days, however it is written: `7.0` is 7 in every JSON. */
function checkAfterOpening(days: Json | undefined): void {
  if (days === undefined) {
    return;
  }
  if (typeof days !== "number" || !Number.isInteger(days)) {
    throw new Malformed("days after opening are a whole number");
  }
  if (days < 1 || days > MOST_DAYS_AFTER_OPENING) {
    throw new Malformed("1 to 365 days after opening");
  }
}

/** Check the display fields that have limits, and count the files; unknown names are ignored. */
function checkShown(shown: JsonObject): number {
  const { subject: line = "", text: body = "", files: named = [] } = shown;
  if (typeof line !== "string" || Array.from(line).length > MOST_SUBJECT_CHARACTERS) {
    throw new Malformed("the subject is text of at most 300 characters");
  }
  textField(body, MOST_TEXT_BYTES);
  if (!Array.isArray(named)) {
    throw new Malformed("files is a list");
  }
  for (const entry of named) {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      throw new Malformed("an entry of files is an object");
    }
    textField(entry.name, MOST_NAME_BYTES);
    textField(entry.type, MOST_TYPE_BYTES);
  }
  return named.length;
}

function checkDoor(facts: DoorFacts): void {
  const { grade, peer } = facts;
  if (grade < 1 || grade > 6 || (peer.length !== 4 && peer.length !== 16)) {
    throw new Malformed("wrong grade or peer address");
  }
  if (facts.head.length > MOST_HEAD_BYTES) {
    throw new Malformed("the head is cut at 16 KiB");
  }
}
