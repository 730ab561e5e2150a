/** What the operations of locked copies mean here. Mirrors `tests/vectors/run_archive.py` name for name. */

import assert from "node:assert/strict";
import {
  ARCHIVE_CONTEXT,
  archiveHead,
  archiveKey,
  LOCK_BYTES,
  parseArchiveHead,
} from "./archive.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import { openStream } from "./stream.ts";

export const ARCHIVE_OPERATIONS: Record<string, (given: Inputs) => Promise<Outputs>> = {
  "archive.open_archive": async (given) => {
    const [sealed, password] = [given.bytes("sealed"), given.text("password")];
    const head = sealed.slice(0, LOCK_BYTES);
    const salt = parseArchiveHead(head);
    assert.deepEqual(archiveHead(salt), head);
    const key = await archiveKey(password, salt);
    return { plain: await openStream(key, ARCHIVE_CONTEXT, sealed.slice(LOCK_BYTES)) };
  },
};
