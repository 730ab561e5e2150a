/** Where a file goes: to the place that was chosen, whole or not at all; and what there is where nobody can be asked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { canChoose, chooseTarget, NotWritten } from "./target.ts";

/** A place as a browser gives it out; `room` in bytes. */
class Place {
  lies = new Uint8Array(0);
  removed = false;
  aborted = 0;
  readonly #room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.#room = room;
  }

  async createWritable() {
    let waiting: Uint8Array[] = [];
    return {
      write: async (part: Uint8Array) => {
        waiting.push(part);
        if (waiting.reduce((sum, one) => sum + one.length, 0) > this.#room) {
          throw new DOMException("no room", "QuotaExceededError");
        }
      },
      close: async () => {
        this.lies = new Uint8Array(await new Blob(waiting as BlobPart[]).arrayBuffer());
      },
      abort: async () => {
        this.aborted++;
        waiting = [];
      },
    };
  }

  async getFile() {
    return { size: this.lies.length };
  }

  async remove() {
    this.removed = true;
  }
}

function asking(pick: (() => Promise<unknown>) | undefined): void {
  (globalThis as { window?: unknown }).window = { showSaveFilePicker: pick };
}

test("what is written is in place once it is whole", async () => {
  const place = new Place();
  asking(async () => place);
  assert.ok(canChoose());
  const target = await chooseTarget("walk.bin");
  await target?.write(new Uint8Array([1, 2]));
  assert.equal(place.lies.length, 0);
  assert.equal(await target?.finish(), null);
  assert.deepEqual([...place.lies], [1, 2]);
  await target?.drop();
  assert.equal(place.removed, false);
});

test("where there is no room nothing stays, the empty file under its name neither", async () => {
  const place = new Place(3);
  asking(async () => place);
  const target = await chooseTarget("walk.bin");
  await target?.write(new Uint8Array(3));
  await assert.rejects(async () => target?.write(new Uint8Array(1)), NotWritten);
  await target?.drop();
  assert.deepEqual([place.lies.length, place.aborted, place.removed], [0, 1, true]);
});

test("who closes the question gets nothing, and where none may be asked the file is kept in parts", async () => {
  asking(() => Promise.reject(new DOMException("closed", "AbortError")));
  assert.equal(await chooseTarget("walk.bin"), null);
  for (const pick of [
    undefined,
    () => Promise.reject(new DOMException("not now", "SecurityError")),
  ]) {
    asking(pick);
    const target = await chooseTarget("walk.bin");
    await target?.write(new Uint8Array([7]));
    await target?.write(new Blob(["8"]));
    assert.equal((await target?.finish())?.size, 2);
  }
  assert.equal(canChoose(), true);
  asking(undefined);
  assert.equal(canChoose(), false);
});
