/**
 * Download: a file on its way in, in bounded memory.
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

/** Fetch a blob by ranges and open it piece by piece. */
export async function download(
  api: Api,
  record: Attachment,
  meter: (openedBytes: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const opener = new BlobOpener(record);
  // Each piece becomes a part of its own at once: the browser keeps those outside this worker's memory.
  const parts: Blob[] = [];
  let opened = 0;
  const keep = (plain: Bytes) => {
    parts.push(new Blob([plain]));
    opened += plain.length;
    meter(opened);
  };
  try {
    for (let at = 0; at < record.storedBytes; at += RANGE_BYTES) {
      const stop = Math.min(at + RANGE_BYTES, record.storedBytes);
      keep(await opener.update(await api.readBlob(record.blobId, at, stop, signal)));
    }
    keep(await opener.finish());
  } catch (reason) {
    throw reason instanceof KeysError ? fault("unknown", "file-changed") : reason;
  }
  return new Blob(parts);
}
