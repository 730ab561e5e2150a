/**
 * Uploads: files on their way out, in bounded memory.
 *
 * Owns sealing and uploading piece by piece with resumption. A file is sealed once: what is sent again are the same bytes,
 * because key and salt stay with the same unchanged File while this page lives. (docs/protocol.md, parts 7 and 13.)
 */

import { type Api, isProblem } from "../api.ts";
import { type Attachment, BlobSealer, MOST_BLOB_BYTES, storedLength } from "../crypto/blob.ts";
import { type Bytes, concat, type Random } from "../crypto/encoding.ts";
import { SALT_BYTES } from "../crypto/stream.ts";
import { PIECE_BYTES, type Problem } from "../wire.ts";
import { fault } from "./fault.ts";

const READ_BYTES = 1024 * 1024;

/** What a file was sealed under, for as long as this page may have to send it again. */
interface SealedUnder {
  readonly file: File;
  readonly blobId: Bytes;
  readonly blobKey: Bytes;
  readonly salt: Bytes;
  readonly expiresAt: number;
  done: Attachment | null;
}

/** Told how many bytes have come to their place, of all files together. */
export type Meter = (doneBytes: number) => void;

/** The files of a message that has not gone yet. */
export class Uploads {
  readonly #api: Api;
  readonly #random: Random;
  #files: SealedUnder[] = [];

  constructor(api: Api, random: Random) {
    this.#api = api;
    this.#random = random;
  }

  /** Seal and upload all files; gives their records, in order. What was uploaded before is not sent again. */
  async send(
    files: readonly File[],
    expiresAt: number,
    meter: Meter,
    signal: AbortSignal,
  ): Promise<Attachment[]> {
    checkSizes(files);
    this.#files = files.map((file) => this.#known(file, expiresAt) ?? this.#fresh(file, expiresAt));
    const records: Attachment[] = [];
    let before = 0;
    for (const [at, sealed] of this.#files.entries()) {
      const base = before;
      const record =
        sealed.done ?? (await this.#upload(sealed, (done) => meter(base + done), signal));
      sealed.done = record;
      records.push({ ...record, nameIndex: at });
      before += record.storedBytes;
      meter(before);
    }
    return records;
  }

  /** The message has gone: nothing is to be sent again. */
  forget(): void {
    this.#files = [];
  }

  #known(file: File, expiresAt: number): SealedUnder | undefined {
    return this.#files.find((one) => one.expiresAt === expiresAt && sameFile(one.file, file));
  }

  #fresh(file: File, expiresAt: number): SealedUnder {
    const [blobId, blobKey, salt] = [this.#random(32), this.#random(32), this.#random(SALT_BYTES)];
    return { file, blobId, blobKey, salt, expiresAt, done: null };
  }

  async #upload(sealed: SealedUnder, meter: Meter, signal: AbortSignal): Promise<Attachment> {
    const { blobId, blobKey, salt, expiresAt, file } = sealed;
    await this.#api.createBlob(blobId, expiresAt);
    const sealer = new BlobSealer(blobId, blobKey, expiresAt, salt);
    const out = new Outgoing(
      this.#api,
      blobId,
      await this.#api.storedBytes(blobId, signal),
      meter,
      signal,
    );
    await out.push(sealer.start);
    for (let at = 0; at < file.size; at += READ_BYTES) {
      const plain = await readSlice(file, at, at + READ_BYTES);
      await out.push(await sealer.update(plain));
    }
    for await (const last of sealer.finish()) {
      await out.push(last);
    }
    await out.flush();
    const record = sealer.record(0);
    await this.#api.finishBlob(blobId, record.storedBytes, record.storedSha256);
    return record;
  }
}

/** How much all files take as stored: what a progress bar counts. */
export function totalBytes(files: readonly File[]): number {
  return files.reduce((sum, file) => sum + storedLength(file.size), 0);
}

/** Refuse files that no relay takes, before anything is sent. */
export function checkSizes(files: readonly File[]): void {
  if (files.some((file) => file.size > MOST_BLOB_BYTES)) {
    throw fault("too-large");
  }
}

function sameFile(one: File, other: File): boolean {
  return (
    one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
  );
}

async function readSlice(file: File, from: number, to: number): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  } catch {
    // Changed or taken away since it was chosen.
    throw fault("unknown", "file");
  }
}

/** Gathers stored bytes into pieces and sends those that the relay does not have. */
class Outgoing {
  readonly #api: Api;
  readonly #blobId: Bytes;
  readonly #meter: Meter;
  readonly #signal: AbortSignal;
  #stored: number;
  #gathered: Bytes[] = [];
  #gatheredBytes = 0;
  #at = 0;

  constructor(api: Api, blobId: Bytes, stored: number, meter: Meter, signal: AbortSignal) {
    this.#api = api;
    this.#blobId = blobId;
    this.#stored = stored;
    this.#meter = meter;
    this.#signal = signal;
  }

  async push(bytes: Bytes): Promise<void> {
    if (this.#signal.aborted) {
      throw fault("stopped");
    }
    const skipped = Math.min(Math.max(this.#stored - this.#at, 0), bytes.length);
    this.#at += bytes.length;
    if (skipped < bytes.length) {
      this.#gathered.push(bytes.subarray(skipped));
      this.#gatheredBytes += bytes.length - skipped;
    }
    if (this.#gatheredBytes + READ_BYTES + READ_BYTES / 8 > PIECE_BYTES) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.#gatheredBytes > 0) {
      await this.#put(concat(...this.#gathered));
    }
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#meter(this.#stored);
  }

  /** Send a piece. Where a lost answer left more of it there than we knew, go on from what is stored. */
  async #put(piece: Bytes): Promise<void> {
    const start = this.#stored;
    try {
      this.#stored = await this.#api.putPiece(this.#blobId, start, piece, this.#signal);
    } catch (reason) {
      const stored = isProblem(reason, "blob-offset") ? (reason as Problem).stored : -1;
      if (stored <= start || stored > start + piece.length) {
        throw reason;
      }
      this.#stored = stored;
      if (stored < start + piece.length) {
        await this.#put(piece.subarray(stored - start));
      }
    }
  }
}
