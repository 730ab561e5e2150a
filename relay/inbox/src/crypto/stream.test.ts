/** What streams must be: whole or refused, at every length around a chunk, in one piece or many. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, textBytes } from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { counting } from "./sources.testing.ts";
import * as stream from "./stream.ts";

const CHUNK = stream.CHUNK_BYTES;
const key = counting(1)(32);
const salt = counting(2)(24);
const context = textBytes("context");

function seal(plain: Bytes): Promise<Bytes> {
  return stream.sealStream(key, context, plain, salt);
}

test("every length round a chunk's end opens to itself and has the stated lengths", async () => {
  for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 70 * CHUNK + 5]) {
    const plain = counting(3)(length);
    const sealed = await seal(plain);
    assert.equal(sealed.length, stream.sealedLength(length));
    assert.equal(stream.plainLength(sealed.length), length);
    assert.deepEqual(await stream.openStream(key, context, sealed), plain);
  }
});

test("in pieces of any size a stream has the same bytes and opens to the same text", async () => {
  const plain = counting(4)(3 * CHUNK + 17);
  const whole = await seal(plain);
  for (const step of [1000, CHUNK, CHUNK + 16, 40_000]) {
    const sealer = new stream.Sealer(key, context, salt);
    const sealed = [sealer.head];
    for (let at = 0; at < plain.length; at += step) {
      sealed.push(await sealer.update(plain.slice(at, at + step)));
    }
    sealed.push(await sealer.finish());
    assert.deepEqual(concat(...sealed), whole);
    const opener = new stream.Opener(key, context, whole.slice(0, stream.HEAD_BYTES));
    const opened = [];
    for (let at = stream.HEAD_BYTES; at < whole.length; at += step) {
      opened.push(await opener.update(whole.slice(at, at + step)));
    }
    opened.push(await opener.finish());
    assert.deepEqual(concat(...opened), plain);
  }
});

test("a changed byte, a shorter text, exchanged chunks, another key or context are refused", async () => {
  const sealed = await seal(counting(5)(2 * CHUNK + 9));
  const refuse = (bytes: Bytes, withKey = key, withContext = context) =>
    assert.rejects(async () => stream.openStream(withKey, withContext, bytes), NotOpened);
  for (let at = 0; at < sealed.length; at += 997) {
    const changed = sealed.slice();
    changed[at] = (changed[at] as number) ^ 0x80;
    await refuse(changed);
    await refuse(sealed.slice(0, at));
  }
  const second = stream.HEAD_BYTES + stream.SEALED_CHUNK_BYTES;
  await refuse(sealed.slice(0, second));
  await refuse(concat(sealed, new Uint8Array(1)));
  await refuse(
    concat(
      sealed.slice(0, stream.HEAD_BYTES),
      sealed.slice(second, second + stream.SEALED_CHUNK_BYTES),
      sealed.slice(stream.HEAD_BYTES, second),
      sealed.slice(second + stream.SEALED_CHUNK_BYTES),
    ),
  );
  await refuse(sealed, counting(6)(32));
  await refuse(sealed, key, textBytes("Context"));
});

test("chunks open by their number alone, and a full chunk never ends a stream", async () => {
  const sealed = await seal(counting(7)(CHUNK + 9));
  const opener = new stream.ChunkOpener(key, context, sealed.slice(0, stream.HEAD_BYTES));
  const full = sealed.slice(stream.HEAD_BYTES, stream.HEAD_BYTES + stream.SEALED_CHUNK_BYTES);
  const last = sealed.slice(stream.HEAD_BYTES + stream.SEALED_CHUNK_BYTES);
  assert.equal((await opener.openChunk(0, full)).length, CHUNK);
  assert.equal((await opener.openChunk(1, last)).length, 9);
  for (const [index, chunk] of [
    [1, full],
    [2, last],
    [0, concat(full, last)],
    [1, last.slice(0, 15)],
  ] as const) {
    await assert.rejects(opener.openChunk(index, chunk), NotOpened);
  }
  const whole = new stream.Opener(key, context, sealed.slice(0, stream.HEAD_BYTES));
  await whole.update(full);
  await assert.rejects(whole.finish(), NotOpened);
});

test("an opener stays refused after one refusal, and a sealer ends at its last chunk", async () => {
  const sealed = await seal(counting(8)(CHUNK + 9));
  const opener = new stream.Opener(key, context, sealed.slice(0, stream.HEAD_BYTES));
  await assert.rejects(opener.update(new Uint8Array(stream.SEALED_CHUNK_BYTES)), NotOpened);
  await assert.rejects(opener.update(sealed.slice(stream.HEAD_BYTES)), NotOpened);
  await assert.rejects(opener.finish(), NotOpened);
  const sealer = new stream.Sealer(key, context, salt);
  await sealer.finish();
  await assert.rejects(sealer.update(textBytes("more")), Malformed);
  await assert.rejects(sealer.finish(), Malformed);
});

test("no stream has a length without room for its last tag", () => {
  for (const length of [0, 55, 56, 71, 56 + stream.SEALED_CHUNK_BYTES + 3]) {
    assert.throws(() => stream.plainLength(length), Malformed);
  }
});
