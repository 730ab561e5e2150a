/**
 * Archive: the lock of a copy that somebody took of what they may read.
 *
 * Owns the head of a locked copy and the key that a password gives: what follows the head is a stream. Must never take
 * parameters of the password's stretching from the file. (docs/protocol.md, part 26.)
 */

import { type Bytes, concat, exact, label, Reader, textBytes } from "./encoding.ts";
import { normalisePassword, SALT_BYTES, stretch } from "./unlock.ts";

const MAGIC = textBytes("QBA1");
/** What stands before the stream. */
export const LOCK_BYTES = MAGIC.length + SALT_BYTES;
export const ARCHIVE_CONTEXT = label("archive");

/** The 20 bytes before the stream; `salt` is 16 fresh random bytes. */
export function archiveHead(salt: Bytes): Bytes {
  return concat(MAGIC, exact(salt, SALT_BYTES, "salt"));
}

/** The salt of a head. `Malformed` for what is no head of a locked copy. */
export function parseArchiveHead(head: Bytes): Bytes {
  const reader = new Reader(head);
  reader.expect(MAGIC, "magic");
  const salt = reader.take(SALT_BYTES);
  reader.finish();
  return salt;
}

/** The 32-byte key of the stream; `Malformed` for what is no password. Takes half a second to three, and 64 MiB. */
export async function archiveKey(password: string, salt: Bytes): Promise<Bytes> {
  return (await stretch(normalisePassword(password), salt)).slice(0, 32);
}
