/** Frames, answers, problems and wake-ups: what the contract allows reads, everything else is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, counted, textBytes, u8, u16, u32, u64 } from "./crypto/encoding.ts";
import { Malformed } from "./crypto/errors.ts";
import { EventReader, encodeDeposit, Fields, parseRows, readProblem } from "./wire.ts";

const row = (kind: number, order: number, content: Bytes) =>
  concat(u8(kind), u64(order), u32(20_000), counted(content, 4));
const tombstone = (reason = 1) => concat(new Uint8Array(16).fill(7), u8(reason), u32(20_001));

test("a deposit of one group is laid out as the contract says", () => {
  const [one, other] = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const blobIds = [new Uint8Array(32).fill(9)];
  const body = encodeDeposit([
    { envelope: one, blobIds },
    { envelope: other, blobIds: [] },
  ]);
  const wanted = [u16(1), u16(2), counted(one, 4), u16(1), ...blobIds, counted(other, 4), u16(0)];
  assert.deepEqual(body, concat(...wanted));
});

test("a deposit has something in it, and at most 8 MiB and 32 blobs an envelope", () => {
  const large = { envelope: new Uint8Array(8 * 1024 * 1024), blobIds: [] };
  const many = { envelope: new Uint8Array(1), blobIds: Array<Bytes>(33).fill(new Uint8Array(32)) };
  for (const group of [[], [large], [many]]) {
    assert.throws(() => encodeDeposit(group), Malformed);
  }
});

test("rows read either way", () => {
  const body = concat(row(1, 5, textBytes("x")), row(2, 6, tombstone()));
  const rows = parseRows(body, "ascending");
  assert.deepEqual(
    rows.map(({ kind, order }) => [kind, order]),
    [
      ["envelope", 5],
      ["tombstone", 6],
    ],
  );
  const turned = concat(row(2, 6, tombstone()), row(1, 5, textBytes("x")));
  assert.equal(parseRows(turned, "descending").length, 2);
});

test("rows out of order, twice, of an unknown kind or cut are refused", () => {
  const bad = [
    concat(row(1, 6, textBytes("x")), row(1, 5, textBytes("x"))),
    concat(row(1, 5, textBytes("x")), row(1, 5, textBytes("x"))),
    row(3, 5, textBytes("x")),
    row(2, 5, tombstone(9)),
    row(2, 5, concat(tombstone(), u8(0))),
    row(1, 5, textBytes("x")).slice(0, -1),
    concat(...Array.from({ length: 201 }, (_, order) => row(2, order + 1, tombstone()))),
  ];
  for (const body of bad) {
    assert.throws(() => parseRows(body, "ascending"), Malformed);
  }
});

test("fields of another type or size are refused, and none is made up", () => {
  const fields = Fields.of(textBytes('{"text":"a","number":1.5,"bytes":"AAA","list":[1]}'));
  assert.equal(fields.text("text"), "a");
  const refused = [
    () => fields.text("number"),
    () => fields.text("missing"),
    () => fields.whole("number"),
    () => fields.bytes("bytes", 3),
    () => fields.bytes("text"),
    () => fields.objects("list"),
    () => Fields.of(textBytes("[]")),
  ];
  for (const read of refused) {
    assert.throws(read, Malformed);
  }
});

test("a problem becomes the failure that the page has words for", () => {
  const problem = (status: number, fields: string) =>
    readProblem(status, "application/problem+json", textBytes(fields)).failure;
  assert.deepEqual(problem(403, '{"code":"login-refused"}'), { code: "wrong-password" });
  assert.deepEqual(problem(429, '{"code":"too-many-requests","retry_after":30}'), {
    code: "too-many-requests",
    retryAfter: 30,
  });
  assert.deepEqual(problem(410, '{"code":"invitation-used"}'), { code: "invitation-used" });
  assert.deepEqual(problem(400, '{"code":"malformed"}'), { code: "unknown", detail: "malformed" });
  assert.equal(readProblem(502, "text/html", textBytes("<p>")).failure.code, "server");
  assert.equal(readProblem(413, "text/html", textBytes("<p>")).failure.code, "too-large");
  const offset = textBytes('{"code":"blob-offset","stored":77}');
  assert.equal(readProblem(409, "application/problem+json", offset).stored, 77);
});

test("events come whole, however the line is cut, and comments give nothing", () => {
  const line = ':\n\nevent: wake\ndata: {"mailbox_id":"AA","cursor":3}\n\nevent: x\n\n';
  const reader = new EventReader();
  const events = [...line].flatMap((sign) => reader.push(sign));
  assert.deepEqual(
    events.map((event) => [event.name, event.fields.whole("cursor")]),
    [["wake", 3]],
  );
});

test("an endless line is refused, and so is an event that is no object", () => {
  assert.throws(() => new EventReader().push("x".repeat(5000)), Malformed);
  assert.throws(() => new EventReader().push("event: wake\ndata: 3\n\n"), Malformed);
});
