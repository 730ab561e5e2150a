/**
 * What the operations of what is signed for the record mean here: notes, log, receipts, days destroyed, terms, proposals,
 * calls and re-sealed envelopes. Mirrors `tests/vectors/run_records.py` name for name.
 */

import assert from "node:assert/strict";
import { parseAct } from "./acts.ts";
import { parseCall } from "./call.ts";
import { openDayGone } from "./day_gone.ts";
import { textBytes } from "./encoding.ts";
import { parseEnvelope } from "./envelope.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import type { JsonObject } from "./json.ts";
import type * as keeperWire from "./keeper_wire.ts";
import * as log from "./log.ts";
import { encodeVerdicts, parseVerdicts } from "./mailin.ts";
import { keyHash, openNote } from "./notes.ts";
import { readOwn } from "./ownrecord.ts";
import { encodePolicy, parsePolicy, policyHash } from "./policy.ts";
import { readProposal } from "./proposal.ts";
import { checkReceiptFile } from "./receipt_check.ts";
import * as receipts from "./receipts.ts";
import { openResealed, resealedId } from "./resealing.ts";
import { openReaderShare } from "./sealing.ts";
import { bytes } from "./sources.testing.ts";
import { OpenKey } from "./suite.ts";
import * as terms from "./terms.ts";

export interface GrantFields {
  status: keeperWire.Status;
  share: string;
  revoker_hash: string;
  not_before: number;
  expires_at: number;
}

/** A keeper's answer for one item, from a vector's fields. */
export function grant(fields: GrantFields): keeperWire.Grant {
  return {
    status: fields.status,
    share: bytes(fields.share),
    revokerHash: bytes(fields.revoker_hash),
    notBefore: fields.not_before,
    expiresAt: fields.expires_at,
  };
}

type LeafFields = {
  readonly nonce: string;
  readonly envelope_id: string;
  readonly envelope_hash: string;
};
type PinnedFields = {
  readonly host: string;
  readonly relay_public: string;
  readonly log_public: string;
};

export const RECORD_OPERATIONS: Record<string, (given: Inputs) => Outputs | Promise<Outputs>> = {
  // --- notes, log ---

  "notes.key_hash": (given) => ({ key_hash: keyHash(given.text("name"), given.bytes("public")) }),

  "notes.open_note": (given) => ({
    text: openNote(given.text("note"), given.text("name"), given.bytes("public")),
  }),

  "log.tree_root": (given) => ({
    root: log.treeRoot(given.bytesList("entries").map(log.leafHash)),
  }),

  "log.verify_inclusion": (given) => {
    const [index, size] = [given.number("index"), given.number("size")];
    const [leaf, path, root] = [given.bytes("leaf"), given.bytesList("path"), given.bytes("root")];
    log.verifyInclusion(index, size, leaf, path, root);
    return {};
  },

  "log.verify_consistency": (given) => {
    const [first, second] = [given.number("first"), given.number("second")];
    const roots = [given.bytes("first_root"), given.bytes("second_root")] as const;
    log.verifyConsistency(first, second, given.bytesList("path"), ...roots);
    return {};
  },

  "log.parse_checkpoint": (given) => {
    const text = given.text("text");
    return { ...log.parseCheckpoint(text), hash: log.checkpointHash(text) };
  },

  "log.statement_entry": (given) => ({
    entry: log.statementEntry(given.bytes("blind"), given.bytes("statement_hash")),
  }),

  "log.day_entry": (given) => ({ entry: log.dayEntry(given.bytes("day_key")) }),

  "log.day_gone_entry": (given) => ({ entry: log.dayGoneEntry(given.bytes("day_gone")) }),

  "log.batch_entry": (given) => {
    const type = given.number("entry_type") as log.EntryType;
    return { entry: log.batchEntry(type, given.number("day"), given.bytes("root")) };
  },

  // --- receipts ---

  "receipts.parse_receipt": (given) => {
    const found = receipts.parseReceipt(given.text("text"));
    const { kind: type, ...fields } = found;
    const named = Object.entries(fields).map(([name, value]) => [snake(name), value]);
    return { type, fields: Object.fromEntries(named), entry_type: receipts.entryType(found) };
  },

  "receipts.receipt_hash": (given) => ({ hash: receipts.receiptHash(given.text("note")) }),

  "receipts.mailbox_pseudonym": (given) => ({
    mailbox: receipts.mailboxPseudonym(given.bytes("mailbox_id")),
  }),

  "receipts.leaves_root": (given) => {
    const leaves = given.list<LeafFields>("leaves").map((leaf) => ({
      nonce: bytes(leaf.nonce),
      envelopeId: bytes(leaf.envelope_id),
      envelopeHash: bytes(leaf.envelope_hash),
    }));
    return { root: receipts.leavesRoot(given.text("kind") as receipts.Receipt["kind"], leaves) };
  },

  "receipt_check.check_receipt_file": (given) => {
    const pinned = given.optional<PinnedFields>("pinned");
    const keys = pinned && {
      host: pinned.host,
      relayPublic: bytes(pinned.relay_public),
      logPublic: bytes(pinned.log_public),
    };
    const found = checkReceiptFile(textBytes(given.text("file")), keys);
    return {
      relay_public: found.keys.relayPublic,
      sound: found.sound,
      checkpoint: found.checkpointVerdict,
      size: found.checkpoint?.size ?? null,
      receipts: found.receipts.map(({ receipt, ...verdict }) => ({
        ...verdict,
        number: receipt?.number ?? null,
      })),
    };
  },

  "day_gone.open_day_gone": (given) => {
    const keeperId = given.bytes("keeper_id");
    const gone = openDayGone(given.bytes("raw"), keeperId, given.bytes("keeper_public"));
    return { day: gone.day, day_key_hash: gone.dayKeyHash, destroyed_at: gone.destroyedAt };
  },

  // --- terms, proposals, calls ---

  "terms.in_force": (given) => {
    const policies = given.bytesList("policies").map(parsePolicy);
    const acts = given.bytesList("acts_in_order").map((raw) => parseAct(raw).core);
    const instants = given.list<number>("instants");
    const expiresAt = given.number("expires_at");
    const found = terms.inForce(policies, acts);
    return { in_force: found && facts(found, instants, expiresAt) };
  },

  "proposal.read_proposal": (given) => {
    const shown = given.optional<JsonObject>("shown") ?? {};
    const found = readProposal(given.bytes("fixed"), shown);
    const { salt, agreement } = found;
    return { policy_hash: policyHash(encodePolicy(found.policy)), salt, agreement };
  },

  "calls.parse_call": (given) => {
    const call = parseCall(given.bytes("fixed"));
    return { minutes: call.minutes, held_at: call.heldAt };
  },

  "own_records.read_own": (given) => {
    const found = readOwn(given.optional<JsonObject>("shown") ?? {});
    const record = found ?? { type: "" };
    return {
      type: record.type,
      text: "text" in record ? record.text : "",
      call_id: ("callId" in record && record.callId) || new Uint8Array(0),
      chosen: "chosen" in record && record.chosen,
    };
  },

  "mailin.parse_verdicts": (given) => {
    const plain = given.bytes("plain");
    const verdicts = parseVerdicts(plain);
    assert.deepEqual(encodeVerdicts(verdicts), plain);
    return { verdicts: verdicts.map(({ start, verdict }) => ({ start, verdict })) };
  },

  // --- re-sealed envelopes ---

  "resealing.resealed_id": (given) => {
    const part = { content: given.bytes("content"), signature: new Uint8Array(64) };
    return {
      envelope_id: resealedId(part, given.bytes("reader_fp"), given.number("expires_at")),
    };
  },

  "resealing.open_resealed": async (given) => {
    const key = OpenKey.fromSeed(given.bytes("reading_seed"));
    const grants = given.list<GrantFields>("grants").map(grant);
    const expected = {
      parties: given.bytesList("parties"),
      door: given.bytesList("door"),
      myFp: given.bytes("my_fp"),
      revokerAccessHash: given.bytes("revoker_access_hash"),
      promisedAt: given.number("promised_at"),
      now: given.number("now"),
    };
    const parsed = parseEnvelope(given.bytes("raw"));
    const opened = await openResealed(parsed, openReaderShare(parsed, key), grants, expected);
    return { content_id: opened.contentId, class_of_origin: opened.classOfOrigin };
  },
};

function facts(found: terms.InForce, instants: readonly number[], expiresAt: number): Outputs {
  return {
    policy_hash: policyHash(encodePolicy(found.policy)),
    work_ends_at: found.workEndsAt,
    ends_at: found.endsAt,
    at: instants.map((instant) => ({
      instant,
      phase: terms.phaseAt(found, instant),
      latest: terms.latestUnder(found, instant),
      default_expires_at: terms.defaultUnder(found, instant),
      allowed: terms.allowsUnder(found, expiresAt, instant),
      date: terms.dateUnder(found, instant, expiresAt),
    })),
  };
}

/** A name as Python writes it. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
