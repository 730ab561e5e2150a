/**
 * Index rows: what the sealed index keeps of an entry of the shelf.
 *
 * Owns which of an entry's facts go into a row, and how long texts are cut. Pure. Must never put more of a message into a
 * row than the list shows. (docs/protocol.md, part 19.)
 */

import { ContentKind } from "../crypto/content.ts";
import type { Bytes } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import {
  By,
  bareRow,
  type IndexRow,
  MOST_AUTHOR_BYTES,
  MOST_NAMES_BYTES,
  MOST_SUBJECT_BYTES,
  MOST_WORDS_BYTES,
  utf8Bytes,
} from "../crypto/index.ts";
import type { Entry, EntryContent } from "./shelf.ts";

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
    grade: content.mail?.grade ?? 0,
    files: content.files.length,
    fileBytes: content.files.reduce((sum, { record }) => sum + record.plainBytes, 0),
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
