/**
 * Download: a file on its way in, in bounded memory, that goes on where it was broken off.
 *
 * Owns fetching by ranges. Must never call a file whole before length, hash, padding and every chunk were right.
 * (docs/protocol.md, parts 7 and 13.)
 */

import type { Api } from "../api.ts";
import { type Attachment, BlobOpener } from "../crypto/blob.ts";
import { concat } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import type { FilePart } from "../session.ts";
import { fault } from "./fault.ts";

const RANGE_BYTES = 4 * 1024 * 1024;

/** One file on its way in: after a break the rest is fetched alone. */
export class Incoming {
  readonly #record: Attachment;
  readonly #opener: BlobOpener;
  /** Each piece is a part of its own at once: the browser keeps those outside this worker's memory. */
  readonly #parts: Blob[] = [];
  #fetched = 0;
  #given = 0;

  constructor(record: Attachment) {
    this.#record = record;
    this.#opener = new BlobOpener(record);
  }

  /** How many bytes of the file `next` has answered. */
  get given(): number {
    return this.#given;
  }

  /**
   * Fetch and open the next range. What it answers is no file before the last one was answered: that one only comes where everything was right.
   * A fault `unknown` where it is not the file that was sent.
   */
  async next(api: Api, signal: AbortSignal): Promise<FilePart> {
    const { blobId, storedBytes } = this.#record;
    const stop = Math.min(this.#fetched + RANGE_BYTES, storedBytes);
    try {
      const stored = await api.readBlob(blobId, this.#fetched, stop, signal);
      this.#fetched = stop;
      const last = stop === storedBytes;
      const plain = await this.#opener.update(stored);
      const bytes = last ? concat(plain, await this.#opener.finish()) : plain;
      this.#given += bytes.length;
      return { bytes, last };
    } catch (reason) {
      throw reason instanceof KeysError ? fault("unknown", "file-changed") : reason;
    }
  }

  /** All of it, from where it was broken off. */
  async fetch(api: Api, meter: (givenBytes: number) => void, signal: AbortSignal): Promise<Blob> {
    meter(this.#given);
    for (let last = false; !last; ) {
      const part = await this.next(api, signal);
      this.#parts.push(new Blob([part.bytes]));
      meter(this.#given);
      last = part.last;
    }
    return new Blob(this.#parts);
  }
}
