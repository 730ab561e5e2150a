/**
 * Index: what a list shows of a mailbox, in boxes that die with their day.
 *
 * Owns the key of a day, the place of a row, the bytes of segments and of the list that names them. Must never open a
 * segment without the shares of every keeper, nor hand out a row whose place is another's. Ten thousand rows are read in
 * one go, so a row is read by offsets, from views and without copies. (docs/protocol.md, part 19.)
 */

import { openBox, sealBox } from "./box.ts";
import {
  ascending,
  type Bytes,
  compare,
  concat,
  countedText,
  exact,
  isZero,
  label,
  Reader,
  toHex,
  u8,
  u16,
  u32,
  u48,
  u64,
} from "./encoding.ts";
import { EnvelopeClass } from "./envelope.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { dayOf, ID_BYTES, ZERO_HASH, ZERO_ID } from "./names.ts";
import { checkPadding, pad } from "./padding.ts";
import { hkdf } from "./suite.ts";

/** Orders of one segment: with the longest rows it stays below 64 KiB. */
export const RUN = 64;
export const MOST_BOX_BYTES = 65_536;
export const MOST_SEGMENTS = 8_192;
const MOST_FILES = 32;
export const MOST_AUTHOR_BYTES = 120;
export const MOST_SUBJECT_BYTES = 300;
export const MOST_WORDS_BYTES = 200;
export const MOST_NAMES_BYTES = 200;
const MAIL = 9;
const REPORT = 13;
const MOST_KIND = 13;
const MOST_GRADE = 6;
/** Which step of a report a row is of, where it is of one (docs/protocol.md, part 23). */
export const StepNumber = { VERSION: 1, SIGNED: 2, ANSWER: 3 } as const;
export const MOST_STEP = StepNumber.ANSWER;
const FIXED_BYTES = 110;
const CLASSES: readonly number[] = [1, 2, 3, 5, 6];
const VERSION: Bytes = new Uint8Array([1]);

/** Who wrote what a row shows. */
export const By = { ME: 1, OTHER: 2, RELAY: 3 } as const;
export type By = (typeof By)[keyof typeof By];

/** Where a segment belongs; all of it is bound into the box. */
export interface Place {
  readonly accountId: Bytes;
  readonly mailboxId: Bytes;
  readonly day: number;
  readonly number: number;
  readonly version: number;
}

/**
 * A row of a list. `envelopeClass` 0 is the place of something that went unread, `kind` 0 what was not opened; then
 * nothing else is known of it.
 */
export interface IndexRow {
  readonly order: number;
  readonly envelopeId: Bytes;
  readonly envelopeClass: number;
  readonly createdAt: number;
  readonly sealedUntil: number;
  readonly origin: number;
  readonly kind: number;
  readonly by: number;
  readonly grade: number;
  readonly files: number;
  readonly writer: number;
  readonly count: number;
  readonly fileBytes: number;
  readonly contentId: Bytes;
  readonly threadId: Bytes;
  readonly author: string;
  readonly subject: string;
  readonly firstWords: string;
  readonly names: readonly string[];
}

/** A row of which nothing is known but where it is. */
export function bareRow(
  row: Pick<IndexRow, "order" | "envelopeId" | "envelopeClass" | "createdAt" | "sealedUntil">,
): IndexRow {
  const { order, envelopeId, envelopeClass, createdAt, sealedUntil } = row;
  return {
    ...{ order, envelopeId, envelopeClass, createdAt, sealedUntil },
    ...{ origin: 0, kind: 0, by: 0, grade: 0, files: 0, writer: 0, count: 0, fileBytes: 0 },
    ...{ contentId: ZERO_HASH, threadId: ZERO_ID, author: "", subject: "", firstWords: "" },
    names: [],
  };
}

/** A segment as the list names it. */
export interface Listed {
  readonly day: number;
  readonly number: number;
  readonly version: number;
  readonly boxHash: Bytes;
}

/** Everything of an order above `below` and not above `upTo` is in these segments. */
export interface SegmentList {
  readonly below: number;
  readonly upTo: number;
  readonly segments: readonly Listed[];
}

/** The 32-byte key of a day's segments; the shares are those of all keepers, ascending by keeper id. */
export function indexKey(indexBase: Bytes, dayShares: readonly Bytes[], day: number): Bytes {
  return dayBoxKey("index-day", indexBase, dayShares, day);
}

/** The 32-byte key of an owner's boxes of that name that die with a day; shares as above. */
export function dayBoxKey(
  name: string,
  indexBase: Bytes,
  dayShares: readonly Bytes[],
  day: number,
): Bytes {
  if (dayShares.length < 1 || dayShares.length > 3) {
    throw new Malformed("a day has the shares of one to three keepers");
  }
  const salt = concat(...dayShares.map((share) => exact(share, 32, "day share")));
  return hkdf(exact(indexBase, 32, "index base"), concat(label(name), u32(day)), 32, salt);
}

/** The number of the segment in which the row of an order stands. */
export function numberOf(order: number): number {
  return Math.floor(order / RUN);
}

/** Seal the rows of a place; `nonce` is 24 fresh random bytes. `Malformed` for a row of another place. */
export function sealSegment(
  key: Bytes,
  place: Place,
  rows: readonly IndexRow[],
  nonce: Bytes,
): Bytes {
  checkRows(place, rows);
  const plain = concat(VERSION, u8(0), u16(rows.length), ...rows.map(encodeRow));
  return sealBox(key, "index", aadOf(place), pad(plain), nonce);
}

/** Open a segment; `NotOpened` for any other key or place, `Malformed` for rows that are none. */
export function openSegment(key: Bytes, place: Place, box: Bytes): IndexRow[] {
  if (box.length > MOST_BOX_BYTES) {
    throw new NotOpened();
  }
  return parseRows(place, openBox(key, "index", aadOf(place), box));
}

/** Parse the rows of a segment. */
export function parseRows(place: Pick<Place, "day" | "number">, plain: Bytes): IndexRow[] {
  const reader = new Reader(plain.subarray(0, 4) as Bytes);
  reader.expect(VERSION, "version");
  reader.reserved(1);
  const count = reader.between(reader.u16(), 1, RUN, "number of rows");
  const rows: IndexRow[] = [];
  let at = 4;
  while (rows.length < count) {
    const { row, end } = readRow(plain, at);
    rows.push(row);
    at = end;
  }
  try {
    checkPadding(plain, at);
  } catch {
    throw new Malformed("zeros up to the padded length follow the rows");
  }
  checkRows(place, rows);
  return rows;
}

/** The bytes of a row. */
export function encodeRow(row: IndexRow): Bytes {
  checkRow(row);
  return concat(
    u64(row.order),
    exact(row.envelopeId, ID_BYTES, "envelope id"),
    u8(row.envelopeClass),
    u8(row.origin),
    u8(row.kind),
    u8(row.by),
    u8(row.grade),
    u8(row.files),
    u16(row.writer),
    u48(row.count),
    u64(row.createdAt),
    u64(row.sealedUntil),
    u64(row.fileBytes),
    exact(row.contentId, 32, "content id"),
    exact(row.threadId, ID_BYTES, "thread id"),
    countedText(row.author, 2),
    countedText(row.subject, 2),
    countedText(row.firstWords, 2),
    u8(row.names.length),
    ...row.names.map((name) => countedText(name, 1)),
  );
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readRow(plain: Bytes, start: number): { row: IndexRow; end: number } {
  if (start + FIXED_BYTES > plain.length) {
    throw new Malformed("frame is too short");
  }
  const view = new DataView(plain.buffer, plain.byteOffset + start, FIXED_BYTES);
  const texts = new Texts(plain, start + FIXED_BYTES);
  const row = {
    order: wide(view, 0),
    envelopeId: plain.slice(start + 8, start + 24),
    envelopeClass: view.getUint8(24),
    origin: view.getUint8(25),
    kind: view.getUint8(26),
    by: view.getUint8(27),
    grade: view.getUint8(28),
    files: view.getUint8(29),
    writer: view.getUint16(30),
    count: view.getUint16(32) * 2 ** 32 + view.getUint32(34),
    createdAt: wide(view, 38),
    sealedUntil: wide(view, 46),
    fileBytes: wide(view, 54),
    contentId: plain.slice(start + 62, start + 94),
    threadId: plain.slice(start + 94, start + 110),
    author: texts.next(2),
    subject: texts.next(2),
    firstWords: texts.next(2),
    names: texts.all(),
  };
  checkRow(row);
  return { row, end: texts.at };
}

/** Eight bytes as a safe integer. */
function wide(view: DataView, at: number): number {
  const number = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (number > Number.MAX_SAFE_INTEGER) {
    throw new Malformed("integer out of range");
  }
  return number;
}

/** Texts with their lengths before them, one after the other. */
class Texts {
  at: number;
  readonly #plain: Bytes;

  constructor(plain: Bytes, at: number) {
    this.#plain = plain;
    this.at = at;
  }

  next(prefixBytes: 1 | 2): string {
    const high = prefixBytes === 2 ? this.#byte() * 256 : 0;
    const end = high + this.#byte() + this.at;
    if (end > this.#plain.length) {
      throw new Malformed("frame is too short");
    }
    const field = this.#plain.subarray(this.at, end);
    this.at = end;
    try {
      return decoder.decode(field);
    } catch {
      throw new Malformed("text is not UTF-8");
    }
  }

  all(): string[] {
    const names: string[] = [];
    for (let left = this.#byte(); left > 0; left--) {
      names.push(this.next(1));
    }
    return names;
  }

  #byte(): number {
    const byte = this.#plain[this.at++];
    if (byte === undefined) {
      throw new Malformed("frame is too short");
    }
    return byte;
  }
}

function checkRow(row: IndexRow): void {
  const { order, envelopeClass, kind, by, grade, files, count, sealedUntil, names } = row;
  if (order < 1 || sealedUntil < 1 || names.length > files || files > MOST_FILES) {
    throw new Malformed("index row");
  }
  if (kind === 0) {
    checkBare(row);
    return;
  }
  if (!CLASSES.includes(envelopeClass) || !isOrigin(row) || kind > MOST_KIND) {
    throw new Malformed("class or kind of an index row");
  }
  if (by < By.ME || by > By.RELAY || count < 1) {
    throw new Malformed("writer of an index row");
  }
  if (!isGrade(kind, grade) || (row.author && kind !== MAIL)) {
    throw new Malformed("grade of an index row");
  }
  const named = names.reduce((sum, name) => sum + 1 + utf8Bytes(name), 0);
  const fits =
    named <= MOST_NAMES_BYTES &&
    utf8Bytes(row.author) <= MOST_AUTHOR_BYTES &&
    utf8Bytes(row.subject) <= MOST_SUBJECT_BYTES &&
    utf8Bytes(row.firstWords) <= MOST_WORDS_BYTES;
  if (!fits) {
    throw new Malformed("text of an index row is too long");
  }
}

function checkBare(row: IndexRow): void {
  const { envelopeClass, origin, by, grade, files, writer, count, fileBytes, createdAt } = row;
  const known = origin || by || grade || files || writer || count || fileBytes;
  const said = row.author || row.subject || row.firstWords || row.names.length;
  const empty = isZero(row.contentId) && isZero(row.threadId);
  const classed = envelopeClass === 0 || (CLASSES.includes(envelopeClass) && createdAt === 0);
  if (known || said || !empty || !classed) {
    throw new Malformed("nothing is known of a row without a kind");
  }
}

/** Whether it is the grade of a mail, or the step of a report, where its kind has one. */
function isGrade(kind: number, grade: number): boolean {
  if (kind === MAIL) {
    return grade > 0 && grade <= MOST_GRADE;
  }
  return grade <= (kind === REPORT ? MOST_STEP : 0);
}

/** Whether a class and a class of origin go together (docs/protocol.md, part 5). */
function isOrigin({ envelopeClass, origin }: IndexRow): boolean {
  if (envelopeClass === EnvelopeClass.RESEALED) {
    return origin === EnvelopeClass.MESSAGE || origin === EnvelopeClass.DOOR;
  }
  return origin === envelopeClass;
}

/** How many bytes a text has in UTF-8; a lone surrogate counts as what stands for it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) {
      // Each half of a pair has two of the four bytes.
      bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
  }
  return bytes;
}

function checkRows(
  { day, number }: Pick<Place, "day" | "number">,
  rows: readonly IndexRow[],
): void {
  const ids = new Set(rows.map((row) => toHex(row.envelopeId)));
  if (rows.length < 1 || rows.length > RUN || ids.size !== rows.length) {
    throw new Malformed("a segment has 1 to 64 rows, each envelope once");
  }
  let before = 0;
  for (const { order, sealedUntil } of rows) {
    if (order <= before || numberOf(order) !== number || dayOf(sealedUntil) !== day) {
      throw new Malformed("a row of another segment, or not in order");
    }
    before = order;
  }
}

function aadOf(place: Place): Bytes {
  return concat(
    label("index"),
    exact(place.accountId, ID_BYTES, "account id"),
    exact(place.mailboxId, ID_BYTES, "mailbox id"),
    u32(place.day),
    u64(place.number),
    u64(place.version),
  );
}

// --- the list ---

/** The bytes of an item `index/...`; the order of the segments does not matter. */
export function encodeList({ below, upTo, segments }: SegmentList): Bytes {
  const rows = segments.map(({ day, number, version, boxHash }) =>
    concat(u32(day), u64(number), u64(version), exact(boxHash, 32, "hash")),
  );
  rows.sort(compare);
  const plain = concat(VERSION, u8(0), u64(below), u64(upTo), u16(rows.length), ...rows);
  parseList(plain);
  return plain;
}

/** Parse an item `index/...`. */
export function parseList(plain: Bytes): SegmentList {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  reader.reserved(1);
  const [below, upTo] = [reader.u64(), reader.u64()];
  const count = reader.between(reader.u16(), 0, MOST_SEGMENTS, "number of segments");
  const segments = Array.from({ length: count }, () => ({
    day: reader.u32(),
    number: reader.u64(),
    version: reader.u64(),
    boxHash: reader.take(32),
  }));
  reader.finish();
  if (upTo < below || segments.some(({ version }) => version < 1)) {
    throw new Malformed("list of an index");
  }
  ascending(
    segments.map(({ day, number }) => concat(u32(day), u64(number))),
    "segments",
  );
  return { below, upTo, segments };
}
