/**
 * Wire: what crosses the network, as values: deposits, rows, JSON answers, problems, wake-ups.
 *
 * Owns their layout, limits and strict reading (docs/protocol.md, part 13). Does no I/O. Must never take an answer of
 * another shape than the contract's: what is missing or of another type is malformed, never a default.
 */

import {
  type Bytes,
  concat,
  counted,
  exact,
  fromBase64url,
  Reader,
  u16,
} from "./crypto/encoding.ts";
import { MOST_ENVELOPE_BYTES } from "./crypto/envelope.ts";
import { Malformed } from "./crypto/errors.ts";
import { type Json, type JsonObject, loadJson } from "./crypto/json.ts";
import { ID_BYTES } from "./crypto/names.ts";
import { Fault } from "./people/fault.ts";
import type { Failure } from "./session.ts";

export const MOST_ROWS = 200;
export const MOST_BLOBS = 32;
export const MOST_DEPOSIT_BYTES = 8 * 1024 * 1024;
export const PIECE_BYTES = 8 * 1024 * 1024;
/** A line of a wake-up is an id and a number: this is far above it, and far below what could fill a memory. */
const MOST_LINE_CHARACTERS = 4096;

// --- deposits -------------------------------------------------------------------------------------------------------

/** One envelope, with the blobs that go when it goes. */
export interface Deposit {
  readonly envelope: Bytes;
  readonly blobIds: readonly Bytes[];
}

/** The body of a deposit of one group: stored together or not at all. */
export function encodeDeposit(group: readonly Deposit[]): Bytes {
  const body = concat(u16(1), u16(group.length), ...group.map(encodeOne));
  if (group.length < 1 || body.length > MOST_DEPOSIT_BYTES) {
    throw new Malformed("a deposit has 1 envelope or more and at most 8 MiB");
  }
  return body;
}

function encodeOne({ envelope, blobIds }: Deposit): Bytes {
  if (blobIds.length > MOST_BLOBS) {
    throw new Malformed("an envelope links at most 32 blobs");
  }
  const ids = blobIds.map((one) => exact(one, 32, "blob id"));
  return concat(counted(envelope, 4), u16(blobIds.length), ...ids);
}

// --- rows -----------------------------------------------------------------------------------------------------------

/** What stands at one order of a mailbox: an envelope, or the place where one was. */
export type Row =
  | {
      readonly kind: "envelope";
      readonly order: number;
      /** The day on which the relay took it, counted from 1970. */
      readonly receivedDay: number;
      readonly raw: Bytes;
    }
  | ({ readonly kind: "tombstone"; readonly order: number } & Tombstone);

/** Where an envelope was; `unread` where it went on its date before the other person had opened the copy. */
export interface Tombstone {
  readonly envelopeId: Bytes;
  readonly unread: boolean;
  readonly goneOnDay: number;
}

const WENT_UNREAD = 5;

/** Read a page; `Malformed` unless its rows go strictly the way that was asked for. */
export function parseRows(body: Bytes, direction: "ascending" | "descending"): Row[] {
  const reader = new Reader(body);
  const rows: Row[] = [];
  while (reader.remaining > 0) {
    rows.push(readRow(reader));
  }
  const upwards = direction === "ascending" ? rows : [...rows].reverse();
  const jumps = upwards.some((row, at) => at > 0 && (upwards[at - 1] as Row).order >= row.order);
  if (rows.length > MOST_ROWS || jumps) {
    throw new Malformed("rows are too many or not in order");
  }
  return rows;
}

function readRow(reader: Reader): Row {
  const kind = reader.between(reader.u8(), 1, 2, "kind of row");
  const order = reader.u64();
  const receivedDay = reader.u32();
  const raw = reader.counted(4, MOST_ENVELOPE_BYTES);
  return kind === 1
    ? { kind: "envelope", order, receivedDay, raw }
    : { kind: "tombstone", order, ...readTombstone(raw) };
}

function readTombstone(raw: Bytes): Tombstone {
  const reader = new Reader(raw);
  const envelopeId = reader.take(ID_BYTES);
  const reason = reader.between(reader.u8(), 1, WENT_UNREAD, "reason");
  const goneOnDay = reader.u32();
  reader.finish();
  return { envelopeId, unread: reason === WENT_UNREAD, goneOnDay };
}

// --- JSON answers ---------------------------------------------------------------------------------------------------

/** Strict reading of a JSON object: each method throws `Malformed` for a missing field or another type. */
export class Fields {
  readonly #fields: JsonObject;

  constructor(fields: Json | undefined) {
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      throw new Malformed("not an object");
    }
    this.#fields = fields;
  }

  static of(body: Bytes): Fields {
    return new Fields(loadJson(body));
  }

  text(name: string, mostCharacters = 4096): string {
    const value = this.#fields[name];
    if (typeof value !== "string" || value.length > mostCharacters) {
      throw new Malformed(`${name} must be a text`);
    }
    return value;
  }

  /** An unsigned integer of at most 2^53 − 1. */
  whole(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw new Malformed(`${name} must be a whole number`);
    }
    return value;
  }

  bytes(name: string, sizeBytes?: number): Bytes {
    return readBytes(this.#fields[name], name, sizeBytes);
  }

  /** Whether a field is there and not null. */
  has(name: string): boolean {
    return (this.#fields[name] ?? null) !== null;
  }

  /** A field as it came, if it did. */
  json(name: string): Json | undefined {
    return this.#fields[name];
  }

  /** The parts of a list as they came, for a reader of its own. */
  raw(name: string): Json[] {
    return this.#list(name);
  }

  yes(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value !== "boolean") {
      throw new Malformed(`${name} must be true or false`);
    }
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.#fields[name]);
  }

  list(name: string): Bytes[] {
    return this.#list(name).map((item) => readBytes(item, name));
  }

  objects(name: string): Fields[] {
    return this.#list(name).map((item) => new Fields(item));
  }

  #list(name: string): Json[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) {
      throw new Malformed(`${name} must be a list`);
    }
    return value;
  }
}

function readBytes(value: Json | undefined, name: string, sizeBytes?: number): Bytes {
  if (typeof value !== "string") {
    throw new Malformed(`${name} must be base64url`);
  }
  return fromBase64url(value, sizeBytes);
}

// --- problems -------------------------------------------------------------------------------------------------------

/** What the relay refused with, by its own code, beside the failure that a person is told of. */
export class Problem extends Fault {
  readonly problem: string;
  /** `blob-offset` alone: the bytes that are stored. */
  readonly stored: number;

  constructor(problem: string, failure: Failure, stored = 0) {
    super(failure);
    this.problem = problem;
    this.stored = stored;
  }
}

const CODES: Record<string, Failure["code"]> = {
  "invitation-used": "invitation-used",
  "invitation-expired": "invitation-expired",
  "invitation-withdrawn": "invitation-withdrawn",
  "invitation-declined": "invitation-declined",
  "invitation-unknown": "invitation-unknown",
  "offer-used": "offer-used",
  "login-refused": "wrong-password",
  "not-signed-in": "locked",
  "too-many-requests": "too-many-requests",
  "name-taken": "name-taken",
  "too-large": "too-large",
  "not-found": "gone",
  gone: "gone",
  "policy-refused": "refused",
  "policy-missing": "refused",
  "act-refused": "refused",
  "not-allowed": "refused",
  "code-refused": "refused",
  "work-address-refused": "refused",
  "engagement-closed": "closed",
  "inbox-full": "full",
  "keeper-away": "keeper-away",
  busy: "server",
  internal: "server",
  "too-slow": "offline",
};

/** An answer that is no success, as the failure that it means (RFC 9457; docs/protocol.md, part 13, Codes). */
export function readProblem(status: number, contentType: string, body: Bytes): Problem {
  const said = contentType.startsWith("application/problem+json") ? problemFields(body) : {};
  const problem = typeof said.code === "string" ? said.code : "";
  const code = CODES[problem] ?? byStatus(status);
  const failure = {
    code,
    ...afterSeconds(said.retry_after),
    ...(code === "unknown" && { detail: problem || `${status}` }),
  };
  return new Problem(problem, failure, typeof said.stored === "number" ? said.stored : 0);
}

function problemFields(body: Bytes): JsonObject {
  try {
    return loadJson(body);
  } catch {
    return {};
  }
}

/** What stands in front of a relay says nothing but a status. */
function byStatus(status: number): Failure["code"] {
  if (status === 413) {
    return "too-large";
  }
  return status >= 502 && status <= 504 ? "server" : "unknown";
}

function afterSeconds(value: Json | undefined): { retryAfter?: number } {
  return typeof value === "number" && value > 0 ? { retryAfter: Math.ceil(value) } : {};
}

// --- wake-ups -------------------------------------------------------------------------------------------------------

/** One server-sent event. */
export interface WakeEvent {
  readonly name: string;
  readonly fields: Fields;
}

/** Reads an endless `text/event-stream` piece by piece. Comments are the relay's heartbeat and give nothing. */
export class EventReader {
  #line = "";
  #name = "";
  #data = "";

  /** Take the next text; gives the events that it completes. */
  push(text: string): WakeEvent[] {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    if (this.#line.length > MOST_LINE_CHARACTERS) {
      throw new Malformed("a line of events is too long");
    }
    return lines.flatMap((line) => this.#take(line.replace(/\r$/, "")));
  }

  #take(line: string): WakeEvent[] {
    if (line === "") {
      return this.#end();
    }
    const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
    if (line.startsWith("event:")) {
      this.#name = value;
    } else if (line.startsWith("data:")) {
      this.#data += value;
    }
    return [];
  }

  #end(): WakeEvent[] {
    const [name, data] = [this.#name, this.#data];
    this.#name = "";
    this.#data = "";
    return name && data ? [{ name, fields: Fields.of(new TextEncoder().encode(data)) }] : [];
  }
}
