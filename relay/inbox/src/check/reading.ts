/**
 * Reading a file of receipts that anybody may have made. Owns what is refused, in one of a few reasons, and whose signature a file is held against:
 * that of the server whose page this is, if the file names it. Asks nobody. What a receipt proves is the core's to say (`crypto/receipt_check.ts`).
 */

import { type Bytes, same } from "../crypto/encoding.ts";
import { Malformed } from "../crypto/errors.ts";
import { type FileVerdict, judging } from "../crypto/receipt_check.ts";
import {
  MOST_FILE_BYTES,
  parseReceiptFile,
  type ReceiptFile,
  type ReceiptKeys,
} from "../crypto/receipt_file.ts";

/** Why a file is not checked at all. */
export type Refusal = "large" | "empty" | "unread" | "copy" | "other" | "damaged" | "none";

export class NotRead extends Error {
  readonly why: Refusal;

  constructor(why: Refusal) {
    super(why);
    this.why = why;
  }
}

/** The server whose page this is; `keys` null where it did not answer. */
export interface Here {
  readonly host: string;
  readonly keys: ReceiptKeys | null;
}

/**
 * Whose word a verdict takes. `sure`: the server's that the file names, which is this one. `unsigned`: the file names this server, and another key
 * than its. `foreign`, `unasked`: the file's own keys, since it names another server, or this one did not answer.
 */
export type Standing = "sure" | "unsigned" | "foreign" | "unasked";

/** An authority as a browser writes it. A file may say anything, and this is shown to people. */
const HOST = /^[a-z0-9.:[\]-]{1,260}$/;
const HEAD_BYTES = 4_000;

/** The fields of a file; `NotRead` where there are none to check. */
export function readReceipts(raw: Bytes): ReceiptFile {
  if (raw.length > MOST_FILE_BYTES) {
    throw new NotRead("large");
  }
  const file = parsed(raw);
  if (!HOST.test(file.keys.host)) {
    throw new NotRead("damaged");
  }
  if (file.receipts.length === 0) {
    throw new NotRead("none");
  }
  return file;
}

function parsed(raw: Bytes): ReceiptFile {
  try {
    return parseReceiptFile(raw);
  } catch (reason) {
    throw reason instanceof Malformed ? new NotRead(whyNot(raw)) : reason;
  }
}

/** What a file looks like that is none, or none any more. */
function whyNot(raw: Bytes): Refusal {
  const head = new TextDecoder().decode(raw.slice(0, HEAD_BYTES));
  if (head.trim() === "") {
    return "empty";
  }
  if (/^(PK|QBA1)/.test(head)) {
    return "copy";
  }
  return /^\s*\{/.test(head) && /"(relay|log)_key"/.test(head) ? "damaged" : "other";
}

export function standingOf({ host, relayPublic }: ReceiptKeys, here: Here): Standing {
  if (host !== here.host) {
    return "foreign";
  }
  if (!here.keys) {
    return "unasked";
  }
  return same(relayPublic, here.keys.relayPublic) ? "sure" : "unsigned";
}

/** Check a file, a receipt at a time: against this server's keys where it is sure whose they are. */
export function judgingHere(
  file: ReceiptFile,
  standing: Standing,
  here: Here,
): Generator<number, FileVerdict> {
  return judging(file, standing === "sure" ? here.keys : null);
}
