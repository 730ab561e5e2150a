/**
 * Receipt check: the verdict on each receipt of a file, with no trust in the relay.
 *
 * Owns what is checked: signatures, each mailbox's chain, leaves, and the way through a batch and the log to a signed
 * checkpoint. Must never believe the file: what it says counts only where a signature, a hash or a proof bears it out,
 * and what cannot be checked is never called good. (docs/protocol.md, part 16.)
 */

import { type CopiesGone, openCopiesGone } from "./copies_gone.ts";
import { type Bytes, same, toHex } from "./encoding.ts";
import { KeysError } from "./errors.ts";
import * as log from "./log.ts";
import { openNote } from "./notes.ts";
import {
  type Batch,
  type FiledCopies,
  type FiledReceipt,
  parseReceiptFile,
  type ReceiptFile,
  type ReceiptKeys,
} from "./receipt_file.ts";
import { entryType, leavesRoot, parseReceipt, type Receipt, receiptHash } from "./receipts.ts";

/** What a check of one part found. "open": there is nothing to check it against, yet or any more. */
export type Verdict = "good" | "bad" | "open";

/**
 * What was found of one receipt, `receipt` being null unless signature and form are good.
 *
 * `chain` is "open" where the file does not hold the mailbox's receipt before it, `leaves` for a certificate, which has
 * none, `logged` while no batch, no proof or no checkpoint speaks for it.
 */
export interface ReceiptVerdict {
  readonly order: number;
  readonly receipt: Receipt | null;
  readonly signature: Verdict;
  readonly chain: Verdict;
  readonly leaves: Verdict;
  readonly logged: Verdict;
}

/**
 * What was found of somebody's word on their own copies; `gone` is null unless form and signature are good. It is theirs by
 * that key alone: whose the key is, nothing in a file can show.
 */
export interface CopiesVerdict {
  readonly identityPublic: Bytes;
  readonly gone: CopiesGone | null;
}

/**
 * What was found of a file. `keys` are those that were believed; `pinned` says whether the reader had them, else they
 * are the file's own and their fingerprints are to be shown. `sound`: nothing in it is bad.
 */
export interface FileVerdict {
  readonly keys: ReceiptKeys;
  readonly pinned: boolean;
  readonly checkpoint: log.Checkpoint | null;
  readonly checkpointVerdict: Verdict;
  readonly receipts: readonly ReceiptVerdict[];
  readonly ownCopies: readonly CopiesVerdict[];
  readonly sound: boolean;
}

/** Number and hash of a mailbox's newest receipt, by its pseudonym in hexadecimal. */
type Newest = Map<string, { readonly number: number; readonly hash: Bytes }>;

/**
 * Check a file of receipts against the pinned keys, or else against its own. `Malformed` for what is no such file;
 * everything else is in the verdict.
 */
export function checkReceiptFile(raw: Bytes, pinned: ReceiptKeys | null): FileVerdict {
  return judge(parseReceiptFile(raw), pinned);
}

/** Check the fields of a file, as `checkReceiptFile` does its bytes. */
export function judge(filed: ReceiptFile, pinned: ReceiptKeys | null): FileVerdict {
  const steps = judging(filed, pinned);
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return step.value;
    }
  }
}

/** The same, a receipt at a time, for whoever has something else to do between two: says how many are checked. */
export function* judging(
  filed: ReceiptFile,
  pinned: ReceiptKeys | null,
): Generator<number, FileVerdict> {
  const keys = pinned ?? filed.keys;
  const checkpoint = openCheckpoint(filed.checkpoint, keys);
  const checkpointVerdict = filed.checkpoint === null ? "open" : verdictOf(checkpoint !== null);
  const newest: Newest = new Map();
  const receipts: ReceiptVerdict[] = [];
  for (const one of [...filed.receipts].sort((one, other) => one.order - other.order)) {
    yield receipts.length;
    receipts.push(checkOne(one, keys, newest, checkpoint, filed.proofs));
  }
  const ownCopies = (filed.ownCopies ?? []).map(checkCopies);
  const believed = ownCopies.every(({ gone }) => gone !== null);
  const sound = checkpointVerdict !== "bad" && receipts.every(isSound) && believed;
  return {
    keys,
    pinned: pinned !== null,
    checkpoint,
    checkpointVerdict,
    receipts,
    ownCopies,
    sound,
  };
}

function checkCopies({ identityPublic, statement }: FiledCopies): CopiesVerdict {
  const open = () => openCopiesGone(statement, null, identityPublic);
  return { identityPublic, gone: attempt(open) };
}

/** Whether nothing of a receipt is bad. */
export function isSound({ signature, chain, leaves, logged }: ReceiptVerdict): boolean {
  return ![signature, chain, leaves, logged].includes("bad");
}

function verdictOf(holds: boolean): Verdict {
  return holds ? "good" : "bad";
}

function openCheckpoint(note: string | null, keys: ReceiptKeys): log.Checkpoint | null {
  const name = `${keys.host}/log`;
  const checkpoint = attempt(() => log.parseCheckpoint(openNote(note ?? "", name, keys.logPublic)));
  return checkpoint?.origin === name ? checkpoint : null;
}

/** What a check gives, or null where the core refuses. */
function attempt<Value>(check: () => Value): Value | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof KeysError) {
      return null;
    }
    throw error;
  }
}

function checkOne(
  filed: FiledReceipt,
  keys: ReceiptKeys,
  newest: Newest,
  checkpoint: log.Checkpoint | null,
  proofs: ReceiptFile["proofs"],
): ReceiptVerdict {
  const { order, note } = filed;
  const receipt = attempt(() => parseReceipt(openNote(note, keys.host, keys.relayPublic)));
  if (!receipt) {
    return { order, receipt, signature: "bad", chain: "open", leaves: "open", logged: "open" };
  }
  const mailbox = toHex(receipt.mailbox);
  const chain = checkChain(receipt, newest.get(mailbox));
  newest.set(mailbox, { number: receipt.number, hash: receiptHash(note) });
  const leaves = checkLeaves(receipt, filed);
  return {
    order,
    receipt,
    signature: "good",
    chain,
    leaves,
    logged: checkLogged(receipt, filed, checkpoint, proofs),
  };
}

function checkChain(
  receipt: Receipt,
  before: { number: number; hash: Bytes } | undefined,
): Verdict {
  if (!before) {
    return receipt.number === 1 ? "good" : "open";
  }
  return verdictOf(receipt.number === before.number + 1 && same(receipt.previousHash, before.hash));
}

function checkLeaves(receipt: Receipt, { leaves }: FiledReceipt): Verdict {
  if (receipt.kind === "closing") {
    return leaves.length > 0 ? "bad" : "open";
  }
  const count = receipt.kind === "acceptance" ? receipt.count : receipt.envelopes;
  const root = leavesRoot(receipt.kind, leaves);
  return verdictOf(leaves.length === count && same(root, receipt.leavesRoot));
}

function checkLogged(
  receipt: Receipt,
  { batch, note }: FiledReceipt,
  checkpoint: log.Checkpoint | null,
  proofs: ReceiptFile["proofs"],
): Verdict {
  const proof = batch && proofs.get(batch.index);
  if (!batch || !checkpoint || !proof) {
    return "open";
  }
  const leaf = log.leafHash(batchEntryOf(receipt, note, batch));
  const { size, root } = checkpoint;
  const proved = attempt(() => {
    log.verifyInclusion(batch.index, size, leaf, proof, root);
    return true;
  });
  return verdictOf(proved !== null);
}

/** The entry that a receipt's place in its batch comes to, which the log has to hold at its index. */
export function batchEntryOf(receipt: Receipt, note: string, batch: Batch): Bytes {
  let found = log.leafHash(receiptHash(note));
  batch.path.forEach((step, level) => {
    const right = Math.floor(batch.position / 2 ** level) % 2 === 1;
    found = right ? log.nodeHash(step, found) : log.nodeHash(found, step);
  });
  return log.batchEntry(entryType(receipt), batch.day, found);
}
