/**
 * Copy lock: a copy that is being taken, sealed under a password of its own as it is written.
 *
 * Owns the key of that copy while it is made. Must never keep a password, nor what passed. (docs/protocol.md, part 26.)
 */

import { ARCHIVE_CONTEXT, archiveHead, archiveKey } from "../crypto/archive.ts";
import { type Bytes, concat } from "../crypto/encoding.ts";
import { Sealer, SALT_BYTES as STREAM_SALT_BYTES } from "../crypto/stream.ts";
import { SALT_BYTES } from "../crypto/unlock.ts";

export class CopyLock {
  /** How the file begins. */
  readonly head: Bytes;
  readonly #sealer: Sealer;

  private constructor(salt: Bytes, sealer: Sealer) {
    this.head = concat(archiveHead(salt), sealer.head);
    this.#sealer = sealer;
  }

  /** Stretch the password, which takes a moment. `Malformed` for what is no password. */
  static async under(password: string, random: (sizeBytes: number) => Bytes): Promise<CopyLock> {
    const salt = random(SALT_BYTES);
    const key = await archiveKey(password, salt);
    return new CopyLock(salt, new Sealer(key, ARCHIVE_CONTEXT, random(STREAM_SALT_BYTES)));
  }

  async seal(piece: Bytes): Promise<Bytes> {
    return await this.#sealer.update(piece);
  }

  async finish(): Promise<Bytes> {
    return await this.#sealer.finish();
  }
}
