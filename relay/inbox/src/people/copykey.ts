/**
 * Copy key: a locked copy that its owner has brought back, opened piece by piece; no inbox and no relay is needed for it.
 *
 * Owns the key of that copy while it is read. Must never give out what did not open, nor call a copy whole before its end.
 * (docs/protocol.md, part 26.)
 */

import { ARCHIVE_CONTEXT, archiveKey, LOCK_BYTES, parseArchiveHead } from "../crypto/archive.ts";
import type { Bytes } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { Opener } from "../crypto/stream.ts";
import { normalisePassword } from "../crypto/unlock.ts";
import { fault } from "./fault.ts";

export class CopyKey {
  readonly #opener: Opener;

  private constructor(opener: Opener) {
    this.#opener = opener;
  }

  /** `head` are the file's first bytes. Faults `refused` for what is no locked copy, `wrong-password`. */
  static async of(password: string, head: Bytes): Promise<CopyKey> {
    const salt = refusing(() => parseArchiveHead(head.slice(0, LOCK_BYTES)), "refused");
    refusing(() => normalisePassword(password), "wrong-password");
    const key = await archiveKey(password, salt);
    const open = () => new Opener(key, ARCHIVE_CONTEXT, head.slice(LOCK_BYTES));
    return new CopyKey(refusing(open, "wrong-password"));
  }

  async open(piece: Bytes): Promise<Bytes> {
    return await unchanged(this.#opener.update(piece));
  }

  async finish(): Promise<Bytes> {
    return await unchanged(this.#opener.finish());
  }
}

function refusing<Result>(work: () => Result, code: "refused" | "wrong-password"): Result {
  try {
    return work();
  } catch (reason) {
    throw reason instanceof KeysError ? fault(code) : reason;
  }
}

async function unchanged(work: Promise<Bytes>): Promise<Bytes> {
  try {
    return await work;
  } catch (reason) {
    throw reason instanceof KeysError ? fault("unknown", "copy-changed") : reason;
  }
}
