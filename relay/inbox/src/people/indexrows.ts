/**
 * Index rows: what the sealed index keeps of an entry of the shelf, and the entry that comes of it at the next visit.
 *
 * Owns which of an entry's facts go into a row, how long texts are cut, and what a row says in the list. Pure. Must never
 * put more of a message into a row than the list shows, nor make of a row an entry with a content. (docs/protocol.md, part
 * 19.)
 */

import { ContentKind } from "../crypto/content.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import {
  By,
  bareRow,
  type IndexRow,
  MOST_AUTHOR_BYTES,
  MOST_NAMES_BYTES,
  MOST_STEP,
  MOST_SUBJECT_BYTES,
  MOST_WORDS_BYTES,
  utf8Bytes,
} from "../crypto/index.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { ListRow } from "../session.ts";
import type { Memory } from "./memory.ts";
import { bytesIn, type Entry, type EntryContent, type KnownRow } from "./shelf.ts";
import type { Standing } from "./standing.ts";

/** The row of an entry; null for what has no header that could be read. */
export function rowOf(entry: Entry): IndexRow | null {
  const { known, content, row, envelopeId, envelopeClass, sealedUntil } = entry;
  if (known) {
    return known.row;
  }
  if (envelopeClass === null) {
    return null;
  }
  const { order } = row;
  if (!content) {
    const createdAt = envelopeClass === 0 ? row.createdAt : 0;
    return bareRow({ order, envelopeId, envelopeClass, createdAt, sealedUntil });
  }
  const mail = content.kind === ContentKind.MAIL;
  const { writer, count } = content.step;
  return {
    ...{ order, envelopeId, envelopeClass, sealedUntil, writer, count },
    createdAt: row.createdAt,
    origin: content.origin,
    kind: content.kind,
    by: byOf(entry, content),
    grade: content.mail?.grade ?? stepOf(content),
    files: content.files.length,
    fileBytes: bytesIn(content.files),
    contentId: content.contentId,
    threadId: bytesOf(row.threadId),
    author: mail ? cut(row.senderName, MOST_AUTHOR_BYTES) : "",
    subject: cut(row.subject, MOST_SUBJECT_BYTES),
    firstWords: mail ? "" : cut(row.firstWords, MOST_WORDS_BYTES),
    names: mail ? [] : namesOf(content),
  };
}

function byOf({ row }: Entry, { origin }: EntryContent): By {
  if (row.mine) {
    return By.ME;
  }
  return origin === EnvelopeClass.MESSAGE ? By.OTHER : By.RELAY;
}

/** Which step of a report it is (docs/protocol.md, part 23); 0 where it is none. */
function stepOf({ special }: EntryContent): number {
  const step = special?.kind === ContentKind.REPORT ? (special.fixed[1] ?? 0) : 0;
  return step <= MOST_STEP ? step : 0;
}

/** The names of files, as many as fit. */
function namesOf({ files }: EntryContent): string[] {
  const names: string[] = [];
  let left = MOST_NAMES_BYTES;
  for (const { name } of files) {
    const fitting = cut(name, left - 1);
    left -= utf8Bytes(fitting) + 1;
    if (left < 0 || fitting === "") {
      break;
    }
    names.push(fitting);
  }
  return names;
}

/** The beginning of a text that has at most so many bytes, cut at a character. */
export function cut(text: string, mostBytes: number): string {
  let left = mostBytes;
  let end = 0;
  for (const sign of text.toWellFormed()) {
    left -= utf8Bytes(sign);
    if (left < 0) {
      break;
    }
    end += sign.length;
  }
  return text.toWellFormed().slice(0, end);
}

function bytesOf(hex: string): Bytes {
  const pairs = hex.match(/../g) ?? [];
  return new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16)));
}

/** What is known around a row. */
interface Around {
  readonly standing: Standing;
  readonly memory: Memory;
  readonly relayName: string;
}

/** A row as an entry that is shown and never read, under this id; `former` are the ids that its content had before. */
export function entryOf(
  id: string,
  row: IndexRow,
  { expiresAt, former }: { readonly expiresAt: number; readonly former: readonly Bytes[] },
  around: Around,
): Entry {
  const { envelopeId, sealedUntil, envelopeClass } = row;
  const entry = {
    row: listRow(id, row, expiresAt, around),
    envelopeId,
    sealedUntil,
    locks: null,
    content: null,
    envelopeClass,
  };
  return envelopeClass === 0
    ? entry
    : { ...entry, known: { row, mark: markOf(row, around.standing), former } };
}

function markOf(
  { by, writer, count, contentId }: IndexRow,
  { place: { me, otherFp } }: Standing,
): KnownRow["mark"] {
  return by === By.RELAY ? null : { fp: by === By.ME ? me.fp : otherFp, writer, count, contentId };
}

function listRow(
  id: string,
  row: IndexRow,
  expiresAt: number,
  { standing, memory, relayName }: Around,
): ListRow {
  const { terms } = standing;
  const { order, envelopeClass, createdAt, subject, firstWords } = row;
  const mine = row.by === By.ME || envelopeClass === 0;
  const byMail = row.kind === ContentKind.MAIL;
  return {
    ...{ id, order, mine, subject, firstWords, createdAt, expiresAt, byMail },
    threadId: envelopeClass === 0 ? id : toHex(row.threadId),
    senderName: nameOf(row, mine, standing.item, relayName),
    files: byMail ? 0 : row.files,
    ...(row.files > 0 && { fileBytes: row.fileBytes }),
    ...(row.names.length > 0 && { fileNames: row.names }),
    unread: !mine && !memory.marks.has(order),
    ...(envelopeClass === 5 && { keptLonger: true as const }),
    ...(terms.clients?.gaveBack(row, terms) && { givenBack: true as const }),
    ...(envelopeClass === 0 && { wentUnread: true as const }),
  };
}

function nameOf(
  { by, author, kind }: IndexRow,
  mine: boolean,
  { myName, theirName }: EngagementItem,
  relayName: string,
): string {
  if (mine) {
    return myName;
  }
  const others = kind === ContentKind.MAIL ? author : relayName;
  return by === By.OTHER ? theirName : others;
}
