/**
 * Download: a file on its way in, in bounded memory, that goes on where it was broken off.
 *
 * Owns fetching by ranges. Must never give out a file before length, hash, padding and every chunk were right.
 * (docs/protocol.md, parts 7 and 13.)
 */

import type { Api } from "../api.ts";
import { type Attachment, BlobOpener } from "../crypto/blob.ts";
import type { Bytes } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { fault } from "./fault.ts";

const RANGE_BYTES = 4 * 1024 * 1024;

/** One file on its way in. What has been fetched stays until it is whole, so that after a break the rest is fetched alone. */
export class Incoming {
  readonly #record: Attachment;
  readonly #opener: BlobOpener;
  /** Each piece is a part of its own at once: the browser keeps those outside this worker's memory. */
  readonly #parts: Blob[] = [];
  #fetched = 0;
  #opened = 0;

  constructor(record: Attachment) {
    this.#record = record;
    this.#opener = new BlobOpener(record);
  }

  /** Fetch by ranges and open piece by piece, from where it was broken off. A fault `unknown` where it is not the file that was sent. */
  async fetch(api: Api, meter: (openedBytes: number) => void, signal: AbortSignal): Promise<Blob> {
    const { blobId, storedBytes } = this.#record;
    meter(this.#opened);
    try {
      while (this.#fetched < storedBytes) {
        const stop = Math.min(this.#fetched + RANGE_BYTES, storedBytes);
        const piece = await api.readBlob(blobId, this.#fetched, stop, signal);
        this.#fetched = stop;
        this.#keep(await this.#opener.update(piece), meter);
      }
      this.#keep(await this.#opener.finish(), meter);
    } catch (reason) {
      throw reason instanceof KeysError ? fault("unknown", "file-changed") : reason;
    }
    return new Blob(this.#parts);
  }

  #keep(plain: Bytes, meter: (openedBytes: number) => void): void {
    this.#parts.push(new Blob([plain]));
    this.#opened += plain.length;
    meter(this.#opened);
  }
}
