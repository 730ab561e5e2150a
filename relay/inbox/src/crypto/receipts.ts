/**
 * Receipts: what the relay signs of having taken things, of having removed them, and of a closed engagement.
 *
 * Owns the lines of the three kinds and the leaves that they stand for. Must never take a line that part 16 does not
 * name, or a number in two ways: the text is what is signed, hashed and chained. (docs/protocol.md, part 16.)
 */

import {
  type Bytes,
  exact,
  fromBase64url,
  isZero,
  label,
  textBytes,
  toBase64url,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { EntryType, leafHash, treeRoot } from "./log.ts";
import { ID_BYTES } from "./names.ts";
import { H } from "./suite.ts";

const FIRST_LINE = "quietbox/receipt/v1";
const DOES_NOT_PROVE =
  "copies that people saved or printed; the other computer; backups before backups-until";
const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/** `mailbox` is the mailbox's pseudonym, `previousHash` that of its receipt before this one; `number` rises from 1. */
interface Head {
  readonly receiptId: Bytes;
  readonly mailbox: Bytes;
  readonly number: number;
  readonly previousHash: Bytes;
}

/**
 * `rowsLeft` and `blobsLeft` are 0 where a second look found none. Instants are Unix seconds; `keysUntil` and
 * `backupsUntil` are the first second at which the keeper's keys and the last backup are gone.
 */
interface Removal {
  readonly doneAt: number;
  readonly asked: number;
  readonly removed: number;
  readonly left: number;
  readonly envelopes: number;
  readonly files: number;
  readonly rowsLeft: number;
  readonly blobsLeft: number;
  readonly journal: "truncated" | "busy";
  readonly keysUntil: number;
  readonly backupsUntil: number;
}

/** That envelopes were taken on a day. */
export interface Acceptance extends Head {
  readonly kind: "acceptance";
  readonly leavesRoot: Bytes;
  readonly count: number;
  readonly day: number;
}

/** That what was due in a mailbox is gone, as a second look found it. */
export interface Deletion extends Head, Removal {
  readonly kind: "deletion";
  readonly leavesRoot: Bytes;
  readonly dueFirst: number;
  readonly dueLast: number;
}

/** The certificate of an engagement that has ended; `chain` is the number of receipts before it. */
export interface Closing extends Head, Removal {
  readonly kind: "closing";
  readonly notes: number;
  readonly acts: number;
  readonly beganAt: number;
  readonly workEndedAt: number;
  readonly holdEndedAt: number;
  readonly chain: number;
}

export type Receipt = Acceptance | Deletion | Closing;

type Form = "id" | "hash" | "number" | "left" | "journal";
type Lines = Readonly<Record<string, readonly [field: string, form: Form]>>;

const HEAD: Lines = {
  receipt: ["receiptId", "id"],
  mailbox: ["mailbox", "id"],
  number: ["number", "number"],
  previous: ["previousHash", "hash"],
};
const REMOVAL: Lines = {
  done: ["doneAt", "number"],
  asked: ["asked", "number"],
  removed: ["removed", "number"],
  left: ["left", "number"],
  envelopes: ["envelopes", "number"],
  files: ["files", "number"],
  rows: ["rowsLeft", "left"],
  blobs: ["blobsLeft", "left"],
  journal: ["journal", "journal"],
  "keys-until": ["keysUntil", "number"],
  "backups-until": ["backupsUntil", "number"],
};

/** Which field each line of a kind holds, and in which form. */
const LINES: Readonly<Record<string, Lines>> = {
  acceptance: {
    ...HEAD,
    leaves: ["leavesRoot", "hash"],
    count: ["count", "number"],
    day: ["day", "number"],
  },
  deletion: {
    ...HEAD,
    ...REMOVAL,
    leaves: ["leavesRoot", "hash"],
    "due-first": ["dueFirst", "number"],
    "due-last": ["dueLast", "number"],
  },
  closing: {
    ...HEAD,
    ...REMOVAL,
    notes: ["notes", "number"],
    acts: ["acts", "number"],
    began: ["beganAt", "number"],
    "work-ended": ["workEndedAt", "number"],
    "hold-ended": ["holdEndedAt", "number"],
    chain: ["chain", "number"],
  },
};

/** Parse the text of an opened note strictly: the lines of its kind, ascending, and nothing else. */
export function parseReceipt(text: string): Receipt {
  const [first, ...rest] = text.split("\n");
  const pairs = rest.slice(0, -1).map(pairOf);
  const values = new Map(pairs);
  const kind = values.get("type") ?? "";
  const lines = Object.hasOwn(LINES, kind) ? LINES[kind] : undefined;
  if (first !== FIRST_LINE || rest.at(-1) !== "" || !lines) {
    throw new Malformed("not a receipt");
  }
  const expected = [...Object.keys(lines), ...Object.keys(constants(kind))].sort();
  if (pairs.map(([name]) => name).join("\n") !== expected.join("\n")) {
    throw new Malformed("not the lines of this kind of receipt");
  }
  const fields = Object.entries(lines).map(([name, [field, form]]) => [
    field,
    read(form, values.get(name) ?? ""),
  ]);
  const receipt = { kind, ...Object.fromEntries(fields) } as Receipt;
  check(receipt);
  if (write(receipt, lines) !== text) {
    throw new Malformed("not a receipt as it is written");
  }
  return receipt;
}

/** The hash of a whole note, by which the mailbox's next receipt and the log's batch name it. */
export function receiptHash(note: string): Bytes {
  return H(label("receipt-hash"), textBytes(note));
}

/** The 16 bytes under which receipts name a mailbox. */
export function mailboxPseudonym(mailboxId: Bytes): Bytes {
  return H(label("receipt-mailbox"), exact(mailboxId, ID_BYTES, "mailbox id")).slice(0, ID_BYTES);
}

/** The type of the log's entry that a receipt's batch makes. */
export function entryType(receipt: Receipt): EntryType {
  return receipt.kind === "acceptance" ? EntryType.ACCEPTANCES : EntryType.DELETIONS;
}

// --- leaves ---

/** An envelope that a receipt stands for; the 32-byte nonce keeps others from guessing it. */
export interface Leaf {
  readonly nonce: Bytes;
  readonly envelopeId: Bytes;
  readonly envelopeHash: Bytes;
}

/** The 32-byte entry of an envelope that was taken. */
export function acceptanceLeaf(leaf: Leaf): Bytes {
  return leafEntry("leaf-acc", leaf);
}

/** The 32-byte entry of an envelope that is gone. */
export function deletionLeaf(leaf: Leaf): Bytes {
  return leafEntry("leaf-del", leaf);
}

/** The root over exactly these leaves, in this order, for a receipt of this kind. */
export function leavesRoot(kind: Receipt["kind"], leaves: readonly Leaf[]): Bytes {
  const make = kind === "acceptance" ? acceptanceLeaf : deletionLeaf;
  return treeRoot(leaves.map((leaf) => leafHash(make(leaf))));
}

function leafEntry(name: string, { nonce, envelopeId, envelopeHash }: Leaf): Bytes {
  exact(nonce, 32, "nonce");
  exact(envelopeId, ID_BYTES, "envelope id");
  return H(label(name), nonce, envelopeId, exact(envelopeHash, 32, "envelope hash"));
}

// --- lines ---

function pairOf(line: string): [string, string] {
  const at = line.indexOf(": ");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 2)];
}

/** The lines that are the same in every receipt of a kind. */
function constants(kind: string): Record<string, string> {
  return kind === "acceptance" ? { type: kind } : { type: kind, "does-not-prove": DOES_NOT_PROVE };
}

function write(receipt: Receipt, lines: Lines): string {
  const fields = receipt as unknown as Record<string, Bytes | number | string>;
  const values = Object.entries(lines).map(([name, [field, form]]) => [
    name,
    written(form, fields[field] as Bytes | number | string),
  ]);
  const all = [...values, ...Object.entries(constants(receipt.kind))].map((pair) =>
    pair.join(": "),
  );
  return [FIRST_LINE, ...all.sort(), ""].join("\n");
}

function written(form: Form, value: Bytes | number | string): string {
  if (value instanceof Uint8Array) {
    return toBase64url(value);
  }
  return form === "left" ? (value === 0 ? "ok" : `left ${value}`) : `${value}`;
}

function read(form: Form, text: string): Bytes | number | string {
  switch (form) {
    case "id":
      return fromBase64url(text, ID_BYTES);
    case "hash":
      return fromBase64url(text, 32);
    case "journal":
      return text;
    case "left":
      return text === "ok" ? 0 : decimal(text.replace(/^left /, ""));
    default:
      return decimal(text);
  }
}

function decimal(text: string): number {
  const number = Number(text);
  if (!NUMBER.test(text) || !Number.isSafeInteger(number)) {
    throw new Malformed("not a number");
  }
  return number;
}

/** Refuse what contradicts itself: the order of the chain, or sums that do not add up. */
function check(receipt: Receipt): void {
  if (receipt.number < 1 || (receipt.number === 1) !== isZero(receipt.previousHash)) {
    throw new Malformed("only a first receipt has no previous one");
  }
  if (receipt.kind === "acceptance") {
    if (receipt.count < 1) {
      throw new Malformed("an acceptance is of something");
    }
  } else if (!addsUp(receipt)) {
    throw new Malformed("a receipt's counts do not add up");
  }
}

function addsUp(receipt: Deletion | Closing): boolean {
  const known = receipt.journal === "truncated" || receipt.journal === "busy";
  if (!known || receipt.asked !== receipt.removed + receipt.left) {
    return false;
  }
  if (receipt.kind === "closing") {
    return receipt.chain === receipt.number - 1;
  }
  const { removed, envelopes, files, dueFirst, dueLast } = receipt;
  return removed === envelopes + files && dueFirst <= dueLast;
}
