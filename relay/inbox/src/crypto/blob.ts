/**
 * Blob: a file sealed once, in pieces, and the signed record that names it.
 *
 * Owns the stored bytes of a file (header 64 ‖ stream of the zero-padded file) and the attachment record. Must never
 * call a file complete before its last, short chunk opened, its stored length and hash matched and all that follows its
 * plain length was zero; and never hand out padding as content. (docs/protocol.md, part 7.)
 *
 * A blob is encrypted once: who resumes an upload sends the stored bytes again, and never seals again under one key.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import {
  type Bytes,
  concat,
  exact,
  label,
  type Reader,
  same,
  textBytes,
  u16,
  u64,
} from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { paddedLength } from "./padding.ts";
import { ChunkOpener, HEAD_BYTES, Opener, Sealer, sealedLength } from "./stream.ts";

export const BLOB_HEADER_BYTES = 64;
export const BLOB_ID_BYTES = 32;
export const MOST_BLOB_BYTES = 1024 ** 3;
/** The flag of a mail as received. */
export const MAIL_FLAG = 1;

const MAGIC = textBytes("QBB1");
const PIECE_BYTES = 1024 * 1024;
const START_BYTES = BLOB_HEADER_BYTES + HEAD_BYTES;

/** The record that names a blob, its key and its lengths. Names and types stand in the display fields. */
export interface Attachment {
  readonly blobId: Bytes;
  readonly blobKey: Bytes;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly storedSha256: Bytes;
  readonly expiresAt: number;
  readonly nameIndex: number;
  readonly flags: number;
}

/** The 136-byte record; `Malformed` for lengths or flags that the format forbids. */
export function encodeAttachment(record: Attachment): Bytes {
  check(record);
  return concat(
    exact(record.blobId, BLOB_ID_BYTES, "blob id"),
    exact(record.blobKey, 32, "blob key"),
    u64(record.plainBytes),
    u64(record.storedBytes),
    exact(record.storedSha256, 32, "hash"),
    u64(record.expiresAt),
    u16(record.nameIndex),
    u16(record.flags),
    new Uint8Array(12),
  );
}

/** The length of the stored blob of a file of `plainBytes`: header, stream of the padded file. */
export function storedLength(plainBytes: number): number {
  return BLOB_HEADER_BYTES + sealedLength(paddedLength(plainBytes));
}

/** Read the next attachment record of a frame. */
export function readAttachment(reader: Reader): Attachment {
  const record = {
    blobId: reader.take(BLOB_ID_BYTES),
    blobKey: reader.take(32),
    plainBytes: reader.u64(),
    storedBytes: reader.u64(),
    storedSha256: reader.take(32),
    expiresAt: reader.u64(),
    nameIndex: reader.u16(),
    flags: reader.u16(),
  };
  reader.reserved(12);
  check(record);
  return record;
}

/** The 64-byte header of a stored blob. */
export function blobHeader(blobId: Bytes, expiresAt: number): Bytes {
  const id = exact(blobId, BLOB_ID_BYTES, "blob id");
  return concat(MAGIC, u16(0x0101), u16(0), id, u64(expiresAt), new Uint8Array(16));
}

/** The context that binds the stream to the blob's id and first promised date. */
export function blobContext(blobId: Bytes, expiresAt: number): Bytes {
  return concat(label("blob"), exact(blobId, BLOB_ID_BYTES, "blob id"), u64(expiresAt));
}

/**
 * Seals a file of unknown length in bounded memory: `start`, then the results of `update`, then of `finish`.
 * `blobId`, `blobKey` and `salt` are fresh random bytes (32, 32, 24), used for this one file.
 */
export class BlobSealer {
  readonly start: Bytes;
  readonly #blob: { blobId: Bytes; blobKey: Bytes; expiresAt: number };
  readonly #stream: Sealer;
  readonly #digest = sha256.create();
  #plainBytes = 0;
  #storedBytes = 0;

  constructor(blobId: Bytes, blobKey: Bytes, expiresAt: number, salt: Bytes) {
    this.#blob = { blobId, blobKey, expiresAt };
    this.#stream = new Sealer(blobKey, blobContext(blobId, expiresAt), salt);
    this.start = this.#store(concat(blobHeader(blobId, expiresAt), this.#stream.head));
  }

  /** Take the next bytes of the file; gives the next stored bytes. `Malformed` above 1 GiB. */
  async update(plain: Bytes): Promise<Bytes> {
    this.#plainBytes += plain.length;
    if (this.#plainBytes > MOST_BLOB_BYTES) {
      throw new Malformed("a file has at most 1 GiB");
    }
    return this.#store(await this.#stream.update(plain));
  }

  /** The last stored bytes, padding included, in pieces of about 1 MiB; exhaust it before `record`. */
  async *finish(): AsyncGenerator<Bytes> {
    let left = paddedLength(this.#plainBytes) - this.#plainBytes;
    while (left > 0) {
      const piece = Math.min(left, PIECE_BYTES);
      yield this.#store(await this.#stream.update(new Uint8Array(piece)));
      left -= piece;
    }
    yield this.#store(await this.#stream.finish());
  }

  /** The attachment record of the finished blob; `Malformed` before it is finished. */
  record(nameIndex: number, flags = 0): Attachment {
    const record = {
      ...this.#blob,
      plainBytes: this.#plainBytes,
      storedBytes: this.#storedBytes,
      storedSha256: this.#digest.clone().digest(),
      nameIndex,
      flags,
    };
    check(record);
    return record;
  }

  #store(piece: Bytes): Bytes {
    this.#digest.update(piece);
    this.#storedBytes += piece.length;
    return piece;
  }
}

/**
 * Opens a stored blob in bounded memory: `update` with all stored bytes in order, then `finish`.
 *
 * What `update` gave may be kept privately, but is a file only once `finish` returned. After one error every further
 * call throws `NotOpened`, and so does a call before the one before it has ended.
 */
export class BlobOpener {
  readonly #record: Attachment;
  readonly #digest = sha256.create();
  #stream: Opener | null = null;
  #start: Bytes = new Uint8Array(0);
  #storedBytes = 0;
  #left: number;
  #usable = true;

  constructor(record: Attachment) {
    this.#record = record;
    this.#left = record.plainBytes;
  }

  /** Take the next stored bytes; gives the next bytes of the file, without padding. */
  async update(stored: Bytes): Promise<Bytes> {
    this.#begin();
    this.#storedBytes += stored.length;
    if (this.#storedBytes > this.#record.storedBytes) {
      throw new NotOpened();
    }
    this.#digest.update(stored);
    const plain = this.#withoutPadding(await this.#opened(stored));
    this.#usable = true;
    return plain;
  }

  /** The last bytes of the file; `NotOpened` unless everything of the record is met. */
  async finish(): Promise<Bytes> {
    this.#begin();
    if (!this.#stream || this.#storedBytes !== this.#record.storedBytes) {
      throw new NotOpened();
    }
    const last = this.#withoutPadding(await this.#stream.finish());
    if (this.#left > 0 || !same(this.#digest.digest(), this.#record.storedSha256)) {
      throw new NotOpened();
    }
    return last;
  }

  #begin(): void {
    if (!this.#usable) {
      throw new NotOpened();
    }
    this.#usable = false;
  }

  async #opened(stored: Bytes): Promise<Bytes> {
    if (this.#stream) {
      return await this.#stream.update(stored);
    }
    this.#start = concat(this.#start, stored);
    if (this.#start.length < START_BYTES) {
      return new Uint8Array(0);
    }
    this.#stream = openStart(Opener, this.#record, this.#start.slice(0, START_BYTES));
    const rest = this.#start.slice(START_BYTES);
    this.#start = new Uint8Array(0);
    return await this.#stream.update(rest);
  }

  #withoutPadding(plain: Bytes): Bytes {
    const contentBytes = Math.min(this.#left, plain.length);
    this.#left -= contentBytes;
    if (plain.subarray(contentBytes).some((byte) => byte !== 0)) {
      throw new NotOpened();
    }
    return plain.subarray(0, contentBytes);
  }
}

/** An opener of single chunks, from the first 120 stored bytes, for partial reading of a large file. */
export function chunkOpener(record: Attachment, start: Bytes): ChunkOpener {
  return openStart(ChunkOpener, record, start);
}

function openStart<Kind>(
  Kind: new (key: Bytes, context: Bytes, head: Bytes) => Kind,
  record: Attachment,
  start: Bytes,
): Kind {
  const { blobId, blobKey, expiresAt } = record;
  if (!same(start.slice(0, BLOB_HEADER_BYTES), blobHeader(blobId, expiresAt))) {
    throw new NotOpened();
  }
  return new Kind(blobKey, blobContext(blobId, expiresAt), start.slice(BLOB_HEADER_BYTES));
}

function check(record: Attachment): void {
  if (record.plainBytes < 0 || record.plainBytes > MOST_BLOB_BYTES) {
    throw new Malformed("an attachment has at most 1 GiB");
  }
  if (record.storedBytes !== storedLength(record.plainBytes)) {
    throw new Malformed("the stored length is not that of this file");
  }
  if ((record.flags !== 0 && record.flags !== MAIL_FLAG) || record.expiresAt < 1) {
    throw new Malformed("wrong flags or date of an attachment");
  }
}
