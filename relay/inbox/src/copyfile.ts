/**
 * The file of a copy while it is written, to wherever its target lies. Owns what waits to be written, and passes it on sealed where the copy is
 * locked. Must never hold more than a piece of it in this page's memory.
 */

import type { Target } from "./target.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Seals what passes; `head` comes before. */
export interface Sealing {
  readonly head: Bytes;
  readonly seal: (piece: Bytes) => Promise<Bytes>;
  readonly end: () => Promise<Bytes>;
}

const PIECE_BYTES = 1024 * 1024;

export class CopyFile {
  readonly #target: Target;
  readonly #sealing: Sealing | null;
  #waiting: (Blob | Bytes)[] = [];
  #waitingBytes = 0;

  constructor(target: Target, sealing: Sealing | null) {
    this.#target = target;
    this.#sealing = sealing;
  }

  /** Before anything else. */
  async begin(): Promise<void> {
    await (this.#sealing && this.#target.write(this.#sealing.head));
  }

  readonly write = async (part: Blob | Bytes): Promise<void> => {
    this.#waiting.push(part);
    this.#waitingBytes += part instanceof Blob ? part.size : part.length;
    if (this.#waitingBytes >= PIECE_BYTES) {
      await this.#pass();
    }
  };

  async finish(): Promise<Blob | null> {
    await this.#pass();
    await (this.#sealing && this.#target.write(await this.#sealing.end()));
    return await this.#target.finish();
  }

  async drop(): Promise<void> {
    this.#waiting = [];
    await this.#target.drop();
  }

  async #pass(): Promise<void> {
    const whole = new Blob(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#sealing) {
      await this.#target.write(whole);
      return;
    }
    for (let at = 0; at < whole.size; at += PIECE_BYTES) {
      const plain = await whole.slice(at, at + PIECE_BYTES).arrayBuffer();
      await this.#target.write(await this.#sealing.seal(new Uint8Array(plain)));
    }
  }
}
