/** What the operations of the sealed index mean here. Mirrors `tests/vectors/run_index.py` name for name. */

import assert from "node:assert/strict";
import {
  encodeList,
  encodeRow,
  type IndexRow,
  indexKey,
  openSegment,
  parseList,
  parseRows,
} from "./index.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";

export const INDEX_OPERATIONS: Record<string, (given: Inputs) => Outputs> = {
  "index.index_key": (given) => {
    const shares = given.bytesList("day_shares");
    return { key: indexKey(given.bytes("index_base"), shares, given.number("day")) };
  },

  "index.parse_rows": (given) => {
    const place = { day: given.number("day"), number: given.number("number") };
    return { rows: parseRows(place, given.bytes("plain")).map(told) };
  },

  "index.open_segment": (given) => {
    const day = given.number("day");
    const key = indexKey(given.bytes("index_base"), given.bytesList("day_shares"), day);
    const place = {
      accountId: given.bytes("account_id"),
      mailboxId: given.bytes("mailbox_id"),
      day,
      number: given.number("number"),
      version: given.number("version"),
    };
    return { rows: openSegment(key, place, given.bytes("sealed_box")).map(told) };
  },

  "index.parse_list": (given) => {
    const plain = given.bytes("plain");
    const found = parseList(plain);
    assert.deepEqual(encodeList(found), plain);
    const segments = found.segments.map((one) => [one.day, one.number, one.version, one.boxHash]);
    return { below: found.below, up_to: found.upTo, segments };
  },
};

function told(row: IndexRow): Outputs {
  return {
    order: row.order,
    envelope_id: row.envelopeId,
    envelope_class: row.envelopeClass,
    created_at: row.createdAt,
    sealed_until: row.sealedUntil,
    origin: row.origin,
    kind: row.kind,
    by: row.by,
    grade: row.grade,
    files: row.files,
    writer: row.writer,
    count: row.count,
    file_bytes: row.fileBytes,
    content_id: row.contentId,
    thread_id: row.threadId,
    author: row.author,
    subject: row.subject,
    first_words: row.firstWords,
    names: row.names,
    raw: encodeRow(row),
  };
}
