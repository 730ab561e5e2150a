/**
 * Acts: what relay and readers must enforce, in clear, numbered and signed.
 *
 * Owns the act's bytes, who must sign which kind and the order of acts. Must never let JSON or a relay's word stand in
 * for a field here. (docs/protocol.md, part 12.)
 */

import {
  ascending,
  type Bytes,
  compare,
  concat,
  exact,
  isZero,
  label,
  Reader,
  same,
  u8,
  u16,
  u64,
} from "./encoding.ts";
import { BadSignature, Malformed, Refused } from "./errors.ts";
import { fingerprint, ID_BYTES, ZERO_HASH } from "./names.ts";
import { H, SIGNATURE_BYTES, type SignKey, verify } from "./suite.ts";

export const MOST_ENVELOPE_IDS = 1024;

const VERSION: Bytes = new Uint8Array([1]);
const SIGNER_BYTES = 32 + SIGNATURE_BYTES;

/** What an act does. */
export const ActKind = {
  POLICY: 1,
  SHORTEN: 2,
  EXTEND: 3,
  CLOSE: 4,
  REOPEN: 5,
  RELEASE: 6,
  WITHDRAW: 7,
  REOPEN_MAILBOX: 8,
  STOP_REOPENING: 9,
} as const;
export type ActKind = (typeof ActKind)[keyof typeof ActKind];

/** Which fields a kind uses (all others are zero) and who signs it; no signer named means either. With `anyDate` zero is a date too. */
interface Rule {
  readonly uses: readonly ("ids" | "date" | "secondDate" | "subject")[];
  readonly anyDate?: true;
  readonly signers: readonly ("coach" | "client")[];
}

const RULES: Record<ActKind, Rule> = {
  1: { uses: ["subject"], signers: ["coach", "client"] },
  2: { uses: ["ids", "date"], signers: [] },
  3: { uses: ["ids", "date"], signers: ["coach", "client"] },
  4: { uses: ["date", "secondDate"], signers: [] },
  5: { uses: ["date"], signers: ["coach", "client"] },
  6: { uses: ["secondDate", "subject"], anyDate: true, signers: ["client"] },
  7: { uses: ["subject"], signers: ["client"] },
  8: { uses: ["subject"], signers: ["coach", "client"] },
  9: { uses: ["subject"], signers: ["client"] },
};

/**
 * What is signed. `number` rises by 1 from 1; unused fields are zero; dates are instants, Unix seconds. In kind 4 `date`
 * is the end of the work and `secondDate` that of the hold, in kind 5 `date` is the new end of the work; in kind 6 `date`
 * is not-before, 0 at once, and `secondDate` the end.
 */
export interface ActCore {
  readonly kind: ActKind;
  readonly engagementId: Bytes;
  readonly policyHash: Bytes;
  readonly number: number;
  readonly previousHash: Bytes;
  readonly issuedAt: number;
  readonly date: number;
  readonly secondDate: number;
  readonly subject: Bytes;
  readonly envelopeIds: readonly Bytes[];
}

/** A signature of an act, under the fingerprint of its signer. */
export interface ActSigner {
  readonly fp: Bytes;
  readonly signature: Bytes;
}

/** A core and its 1 or 2 signers, ascending by fp. */
export interface Act {
  readonly core: ActCore;
  readonly signers: readonly ActSigner[];
}

/** The core's bytes; `Malformed` for a field that the kind forbids or lacks. */
export function encodeActCore(core: ActCore): Bytes {
  check(core);
  return concat(
    VERSION,
    u8(core.kind),
    u16(core.envelopeIds.length),
    exact(core.engagementId, ID_BYTES, "engagement id"),
    exact(core.policyHash, 32, "policy hash"),
    u64(core.number),
    exact(core.previousHash, 32, "previous hash"),
    u64(core.issuedAt),
    u64(core.date),
    u64(core.secondDate),
    exact(core.subject, 32, "subject"),
    ...core.envelopeIds.map((one) => exact(one, ID_BYTES, "envelope id")),
  );
}

/** The hash by which the next act names this one; signatures are not in it. */
export function actHash(core: ActCore): Bytes {
  return H(label("act-hash"), encodeActCore(core));
}

/** The act's bytes, signers ascending by fp. */
export function encodeAct(act: Act): Bytes {
  if (act.signers.length < 1 || act.signers.length > 2) {
    throw new Malformed("an act has 1 or 2 signers");
  }
  const signers = act.signers.map(({ fp, signature }) =>
    concat(exact(fp, 32, "fp"), exact(signature, SIGNATURE_BYTES, "signature")),
  );
  return concat(encodeActCore(act.core), ...signers);
}

/** Sign a core; with `others`, an act of the same core, gives the act with both signatures. */
export function signAct(core: ActCore, signer: SignKey, others?: Act): Act {
  const signed = encodeActCore(core);
  if (others && !same(encodeActCore(others.core), signed)) {
    throw new Malformed("both must sign the same act");
  }
  const fp = fingerprint(signer.public);
  const given = (others?.signers ?? []).filter((other) => !same(other.fp, fp));
  const signers = [...given, { fp, signature: signer.sign(label("act"), signed) }];
  return { core, signers: signers.sort((one, other) => compare(one.fp, other.fp)) };
}

/** Parse an act strictly. Its signatures are not verified here. */
export function parseAct(raw: Bytes): Act {
  const reader = new Reader(raw);
  const core = readCore(reader);
  const count = reader.remaining / SIGNER_BYTES;
  if (count !== 1 && count !== 2) {
    throw new Malformed("an act has 1 or 2 signers");
  }
  const signers = Array.from({ length: count }, () => ({
    fp: reader.take(32),
    signature: reader.take(SIGNATURE_BYTES),
  }));
  ascending(
    signers.map((signer) => signer.fp),
    "signers",
  );
  return { core, signers };
}

/**
 * Verify every signature of an act against the given identity keys; gives the fps that signed. `BadSignature` for a
 * signer who is not among them or a signature that fails. Says nothing about who must sign.
 */
export function verifySignatures(act: Act, publics: readonly Bytes[]): Bytes[] {
  const signed = encodeActCore(act.core);
  return act.signers.map(({ fp, signature }) => {
    const signer = publics.find((key) => same(fingerprint(key), fp));
    if (!signer) {
      throw new BadSignature();
    }
    verify(signer, signature, label("act"), signed);
    return fp;
  });
}

/**
 * Verify that an act is signed by exactly those whom its kind demands: kinds 1, 3, 5, 8 need both, 6, 7 and 9 the
 * client alone, 2 and 4 either or both. For kind 8 `client` is the new identity key, for kind 9 the former. Throws `BadSignature` or
 * `Refused("signer")`.
 */
export function verifyAct(act: Act, publics: { coach: Bytes; client: Bytes }): void {
  const signed = verifySignatures(act, [publics.coach, publics.client]);
  const demanded = RULES[act.core.kind].signers.map((party) => fingerprint(publics[party]));
  const all = demanded.every((fp) => signed.some((one) => same(one, fp)));
  if (demanded.length > 0 && (signed.length !== demanded.length || !all)) {
    throw new Refused("signer");
  }
}

/** Check that `act` is the next of its engagement after `previous` (null: the first); else `Refused("order")`. */
export function checkOrder(previous: ActCore | null, act: ActCore): void {
  const number = previous ? previous.number + 1 : 1;
  const previousHash = previous ? actHash(previous) : ZERO_HASH;
  if (act.number !== number || !same(act.previousHash, previousHash)) {
    throw new Refused("order");
  }
  if (previous && !same(act.engagementId, previous.engagementId)) {
    throw new Refused("order");
  }
}

function readCore(reader: Reader): ActCore {
  reader.expect(VERSION, "version");
  const kind = reader.between(reader.u8(), 1, 9, "act") as ActKind;
  const count = reader.between(reader.u16(), 0, MOST_ENVELOPE_IDS, "number of envelopes");
  const core = {
    kind,
    engagementId: reader.take(ID_BYTES),
    policyHash: reader.take(32),
    number: reader.u64(),
    previousHash: reader.take(32),
    issuedAt: reader.u64(),
    date: reader.u64(),
    secondDate: reader.u64(),
    subject: reader.take(32),
    envelopeIds: Array.from({ length: count }, () => reader.take(ID_BYTES)),
  };
  check(core);
  return core;
}

function check(core: ActCore): void {
  const used = {
    ids: core.envelopeIds.length > 0,
    date: core.date !== 0,
    secondDate: core.secondDate !== 0,
    subject: !isZero(core.subject),
  };
  const { uses, anyDate } = RULES[core.kind];
  for (const name of ["ids", "date", "secondDate", "subject"] as const) {
    if (used[name] !== uses.includes(name) && !(anyDate && name === "date")) {
      throw new Malformed("the act's fields are not those of its kind");
    }
  }
  if (core.kind === ActKind.CLOSE && core.secondDate < core.date) {
    throw new Malformed("a hold does not end before the work");
  }
  if (anyDate && core.secondDate <= core.date) {
    throw new Malformed("a release begins before it ends");
  }
  if (core.envelopeIds.length > MOST_ENVELOPE_IDS) {
    throw new Malformed("an act names at most 1,024 envelopes");
  }
  if (core.number < 1 || (core.number === 1) !== isZero(core.previousHash)) {
    throw new Malformed("only a first act has no previous one");
  }
  if (core.kind === ActKind.POLICY && !same(core.subject, core.policyHash)) {
    throw new Malformed("an act that puts a policy in force names it twice");
  }
}
