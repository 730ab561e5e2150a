/**
 * Receipt file: a person's receipts with what is needed to check them, away from the relay.
 *
 * Owns the file's JSON, and a receipt as the relay's answer lists it. Must never say that anything in it is true:
 * `receipt_check.ts` does. (docs/protocol.md, part 16, File of receipts.)
 */

import { MOST_BYTES } from "./copies_gone.ts";
import { type Bytes, fromBase64url, toBase64url } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { dumpJson, type Json, type JsonObject, loadJson } from "./json.ts";
import { HASH_BYTES } from "./log.ts";
import { ID_BYTES } from "./names.ts";
import type { Leaf } from "./receipts.ts";
import { isStrictPublic } from "./suite.ts";

export const MOST_FILE_BYTES = 64 * 1024 * 1024;
export const MOST_RECEIPTS = 100_000;
export const MOST_LEAVES = 100_000;
/** Hashes of a proof: no tree below 2^53 entries is deeper. */
export const MOST_PATH = 53;
const MOST_OWN_COPIES = 1_000;

/**
 * Where a receipt stands in the log: its entry's index, the batch's day, its place in that batch's tree and the path from
 * there to the tree's root.
 */
export interface Batch {
  readonly index: number;
  readonly day: number;
  readonly position: number;
  readonly path: readonly Bytes[];
}

/** A receipt as the relay's answer and the file list it. `note` is text and signature as they came. */
export interface FiledReceipt {
  readonly order: number;
  readonly note: string;
  readonly leaves: readonly Leaf[];
  readonly batch: Batch | null;
}

/** What somebody says of their own copies, as it was signed, and the identity key that is said to have. */
export interface FiledCopies {
  readonly identityPublic: Bytes;
  readonly statement: Bytes;
}

/** Whose word a check takes: the origin's authority and the Ed25519 keys of its relay and its log. */
export interface ReceiptKeys {
  readonly host: string;
  readonly relayPublic: Bytes;
  readonly logPublic: Bytes;
}

/**
 * A file's fields. `checkpoint` is a signed note or null; `proofs` has an inclusion path for each entry of the log that
 * the receipts name, in the checkpoint's tree. `ownCopies` is people's own word beside it.
 */
export interface ReceiptFile {
  readonly keys: ReceiptKeys;
  readonly receipts: readonly FiledReceipt[];
  readonly checkpoint: string | null;
  readonly proofs: ReadonlyMap<number, readonly Bytes[]>;
  readonly ownCopies?: readonly FiledCopies[];
}

/** The file's bytes. */
export function encodeReceiptFile(file: ReceiptFile): Bytes {
  const { keys, receipts, checkpoint, proofs, ownCopies = [] } = file;
  const sorted = [...proofs].sort(([one], [other]) => one - other);
  return dumpJson({
    version: 1,
    host: keys.host,
    relay_key: toBase64url(keys.relayPublic),
    log_key: toBase64url(keys.logPublic),
    receipts: receipts.map(receiptFields),
    checkpoint,
    proofs: sorted.map(([index, path]) => ({ index, proof: path.map(toBase64url) })),
    ...(ownCopies.length > 0 && { own_copies: ownCopies.map(copiesFields) }),
  });
}

/** Read a file's fields; nothing in it is verified. `Malformed` for what is no such file. */
export function parseReceiptFile(raw: Bytes): ReceiptFile {
  if (raw.length > MOST_FILE_BYTES) {
    throw new Malformed("a file of receipts is at most 64 MiB");
  }
  const fields = loadJson(raw);
  const { host, checkpoint = null } = fields;
  const noted = checkpoint === null || typeof checkpoint === "string";
  if (number(fields, "version") !== 1 || typeof host !== "string" || !noted) {
    throw new Malformed("not a file of receipts");
  }
  const relayPublic = bytesOf(fields.relay_key, 32);
  const logPublic = bytesOf(fields.log_key, 32);
  if (!isStrictPublic(relayPublic) || !isStrictPublic(logPublic)) {
    throw new Malformed("not a canonical public key");
  }
  const receipts = list(fields, "receipts", MOST_RECEIPTS).map(readReceipt);
  const listed = list(fields, "proofs", MOST_RECEIPTS).map(object);
  const proofs = new Map(listed.map((one) => [number(one, "index"), path(one, "proof")]));
  const orders = new Set(receipts.map(({ order }) => order));
  if (orders.size !== receipts.length || proofs.size !== listed.length) {
    throw new Malformed("a receipt or a proof stands twice in the file");
  }
  const said = fields.own_copies === undefined ? [] : list(fields, "own_copies", MOST_OWN_COPIES);
  const ownCopies = said.map(object).map(readCopies);
  return { keys: { host, relayPublic, logPublic }, receipts, checkpoint, proofs, ownCopies };
}

function copiesFields({ identityPublic, statement }: FiledCopies): JsonObject {
  return { key: toBase64url(identityPublic), statement: toBase64url(statement) };
}

function readCopies({ key, statement }: JsonObject): FiledCopies {
  if (typeof statement !== "string" || statement.length > 2 * MOST_BYTES) {
    throw new Malformed("a statement of own copies is base64url");
  }
  return { identityPublic: bytesOf(key, 32), statement: fromBase64url(statement) };
}

/** Read a receipt from an element of the relay's answer or of the file; unknown names are ignored. */
export function readReceipt(element: Json): FiledReceipt {
  const fields = object(element);
  const { receipt: note, batch = null } = fields;
  if (typeof note !== "string") {
    throw new Malformed("a receipt is text");
  }
  const leaves = list(fields, "leaves", MOST_LEAVES).map(object).map(leaf);
  const order = number(fields, "order");
  return { order, note, leaves, batch: batch === null ? null : readBatch(object(batch)) };
}

function receiptFields({ order, note, leaves, batch }: FiledReceipt): JsonObject {
  return {
    order,
    receipt: note,
    leaves: leaves.map(({ nonce, envelopeId, envelopeHash }) => ({
      nonce: toBase64url(nonce),
      envelope_id: toBase64url(envelopeId),
      envelope_hash: toBase64url(envelopeHash),
    })),
    batch: batch && { ...batch, path: batch.path.map(toBase64url) },
  };
}

function leaf(fields: JsonObject): Leaf {
  return {
    nonce: bytesOf(fields.nonce, 32),
    envelopeId: bytesOf(fields.envelope_id, ID_BYTES),
    envelopeHash: bytesOf(fields.envelope_hash, 32),
  };
}

function readBatch(fields: JsonObject): Batch {
  const [index, day, position] = ["index", "day", "position"].map((name) =>
    number(fields, name),
  ) as [number, number, number];
  const steps = path(fields, "path");
  if (position >= 2 ** steps.length || day >= 2 ** 32) {
    throw new Malformed("no place in a batch");
  }
  return { index, day, position, path: steps };
}

function path(fields: JsonObject, name: string): Bytes[] {
  return list(fields, name, MOST_PATH).map((text) => bytesOf(text, HASH_BYTES));
}

function object(element: Json): JsonObject {
  if (typeof element !== "object" || element === null || Array.isArray(element)) {
    throw new Malformed("not an object");
  }
  return element;
}

function list(fields: JsonObject, name: string, most: number): Json[] {
  const found = fields[name];
  if (!Array.isArray(found) || found.length > most) {
    throw new Malformed(`${name} is a list of at most ${most}`);
  }
  return found;
}

function number(fields: JsonObject, name: string): number {
  const found = fields[name];
  if (typeof found !== "number" || !Number.isSafeInteger(found) || found < 0) {
    throw new Malformed(`${name} is a number`);
  }
  return found;
}

function bytesOf(text: Json | undefined, sizeBytes: number): Bytes {
  if (typeof text !== "string") {
    throw new Malformed("bytes are base64url");
  }
  return fromBase64url(text, sizeBytes);
}
