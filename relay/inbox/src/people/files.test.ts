/** Files out and in: the same bytes come back, whatever the line loses; what was changed is no file. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api } from "../api.ts";
import { RelayClock } from "../clock.ts";
import { storedLength } from "../crypto/blob.ts";
import { type Bytes, concat, same } from "../crypto/encoding.ts";
import { counting } from "../crypto/sources.testing.ts";
import { H } from "../crypto/suite.ts";
import { Incoming } from "./download.ts";
import { failureOf } from "./fault.ts";
import { totalBytes, Uploads } from "./uploads.ts";

const EXPIRES_AT = 1_900_000_000;
const SIZE_BYTES = 9 * 1024 * 1024 + 5;

/** A relay that holds one blob. `lose` says which pieces are stored but not acknowledged. */
class Store {
  stored: Bytes = new Uint8Array(0);
  pieces = 0;
  asked: string[] = [];
  lose: (piece: number) => boolean = () => false;
  finished = false;

  api(): Api {
    const pause = () => Promise.resolve();
    return new Api({
      fetch: (path, init) => this.#answer(path, init),
      pause,
      clock: new RelayClock(() => 0),
    });
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    init.signal?.throwIfAborted();
    switch (init.method) {
      case "HEAD":
        return new Response(null, { headers: { "Content-Length": String(this.stored.length) } });
      case "PUT":
        return this.#put(
          Number(new URLSearchParams(path.split("?")[1]).get("offset")),
          init.body as Bytes,
        );
      case "GET":
        return this.#get(new Headers(init.headers).get("Range") ?? "");
      default:
        this.finished ||= path.endsWith("/finish");
        return new Response(null, { status: 204 });
    }
  }

  #put(offset: number, piece: Bytes): Response {
    assert.ok(piece.length <= 8 * 1024 * 1024);
    if (offset !== this.stored.length) {
      const told = JSON.stringify({ code: "blob-offset", stored: this.stored.length });
      return new Response(told, {
        status: 409,
        headers: { "Content-Type": "application/problem+json" },
      });
    }
    this.stored = concat(this.stored, piece);
    if (this.lose(++this.pieces)) {
      throw new TypeError("no line");
    }
    return Response.json({ stored: this.stored.length });
  }

  #get(range: string): Response {
    this.asked.push(range);
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    return new Response(this.stored.slice(Number(start), Number(end) + 1), { status: 206 });
  }
}

const plain = new Uint8Array(SIZE_BYTES).map((_, at) => at % 251);
const file = () => new File([plain], "walk.bin", { lastModified: 1 });
const { signal } = new AbortController();

async function sent(store: Store, uploads = new Uploads(store.api(), counting(1))) {
  const [record] = await uploads.send([file()], EXPIRES_AT, () => {}, signal);
  assert.ok(record);
  return record;
}

test("a file comes back as it was, and is as long as the record says", async () => {
  const store = new Store();
  const told: number[] = [];
  const uploads = new Uploads(store.api(), counting(1));
  const [record] = await uploads.send([file()], EXPIRES_AT, (done) => told.push(done), signal);
  assert.ok(record && store.finished);
  assert.equal(store.stored.length, storedLength(SIZE_BYTES));
  assert.deepEqual([told.at(-1), totalBytes([file()])], [record.storedBytes, record.storedBytes]);
  const back = await new Incoming(record).fetch(store.api(), () => {}, signal);
  assert.ok(same(new Uint8Array(await back.arrayBuffer()), plain));
});

test("a piece whose answer was lost is neither sent twice nor left out", async () => {
  const [whole, broken] = [new Store(), new Store()];
  broken.lose = (piece) => piece === 1;
  const record = await sent(broken);
  await sent(whole);
  assert.ok(same(whole.stored, broken.stored));
  assert.ok(same(H(broken.stored), record.storedSha256));
});

test("an upload that broke off goes on with the same bytes", async () => {
  const store = new Store();
  const uploads = new Uploads(store.api(), counting(1));
  const stop = new AbortController();
  store.lose = () => {
    stop.abort();
    return true;
  };
  const broken = uploads.send([file()], EXPIRES_AT, () => {}, stop.signal);
  assert.equal(await broken.catch((reason) => failureOf(reason).code), "stopped");
  const before = store.stored;
  store.lose = () => false;
  const record = await sent(store, uploads);
  assert.ok(before.length > 0 && same(store.stored.slice(0, before.length), before));
  assert.ok(same(H(store.stored), record.storedSha256));
});

test("a download that broke off goes on with the piece that it lacks", async () => {
  const store = new Store();
  const incoming = new Incoming(await sent(store));
  const stop = new AbortController();
  store.asked = [];
  const told: number[] = [];
  const meter = (done: number) => {
    told.push(done);
    if (done > 4_000_000) {
      stop.abort();
    }
  };
  const broken = incoming.fetch(store.api(), meter, stop.signal);
  assert.equal(await broken.catch((reason) => failureOf(reason).code), "stopped");
  const before = store.asked.length;
  assert.ok(before > 0);
  const back = await incoming.fetch(store.api(), (done) => told.push(done), signal);
  assert.ok(same(new Uint8Array(await back.arrayBuffer()), plain));
  assert.equal(new Set(store.asked).size, store.asked.length);
  assert.deepEqual(
    told,
    [...told].sort((one, other) => one - other),
  );
});

test("part by part it is the same file, and the last part comes only where all was right", async () => {
  const store = new Store();
  const record = await sent(store);
  const inParts = async () => {
    const incoming = new Incoming(record);
    const parts: Bytes[] = [];
    for (let last = false; !last; ) {
      const part = await incoming.next(store.api(), signal);
      parts.push(part.bytes);
      last = part.last;
      assert.equal(incoming.given, concat(...parts).length);
    }
    return concat(...parts);
  };
  assert.ok(same(await inParts(), plain));
  const good = store.stored;
  store.stored = good.map((byte, at) => (at === good.length - 1 ? byte ^ 1 : byte));
  const failure = await inParts().then(
    () => null,
    (reason) => failureOf(reason),
  );
  assert.equal(failure?.detail, "file-changed");
});

test("a changed, cut or lengthened blob is no file", async () => {
  const store = new Store();
  const record = await sent(store);
  const good = store.stored;
  const changes = [
    good.map((byte, at) => (at === 5_000_000 ? byte ^ 1 : byte)),
    good.map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
    good.slice(0, -1),
  ];
  for (const changed of changes) {
    store.stored = changed;
    const failure = await new Incoming(record)
      .fetch(store.api(), () => {}, signal)
      .then(
        () => null,
        (reason) => failureOf(reason),
      );
    assert.ok(failure?.code === "gone" || failure?.detail === "file-changed");
  }
});

test("a file above 1 GiB is refused before anything is sent", async () => {
  const store = new Store();
  const large = { size: 2 ** 30 + 1, name: "x", lastModified: 1 } as File;
  const uploads = new Uploads(store.api(), counting(1));
  const refused = uploads.send([large], EXPIRES_AT, () => {}, signal);
  assert.equal(await refused.catch((reason) => failureOf(reason).code), "too-large");
  assert.equal(store.pieces, 0);
});
