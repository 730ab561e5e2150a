/**
 * Terms: what both have signed, followed link by link from what was pinned.
 *
 * Owns the reading of an engagement's policies and acts and of a person's chain of statements as the relay hands them
 * over. Pure. Must never believe a policy, an act or a key that the chain from the pin does not carry: a relay can
 * withhold, and that shows, but it cannot introduce. (docs/protocol.md, parts 4 and 12.)
 */

import {
  type ActCore,
  ActKind,
  actHash,
  checkOrder,
  encodeActCore,
  parseAct,
  verifyAct,
} from "../crypto/acts.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { TAG_BYTES, ZERO_HASH } from "../crypto/names.ts";
import { holdEndsAt, type Policy, parsePolicy, policyHash } from "../crypto/policy.ts";
import { parseStatement, type Statement, statementHash, verifyLink } from "../crypto/statement.ts";
import type { PolicyFacts } from "../session.ts";
import { notTrusted, trusting } from "./fault.ts";

/** A policy that is or was in force, with its hash. */
export interface Agreed {
  readonly policy: Policy;
  readonly hash: Bytes;
}

/** The identity keys by which acts are judged, the first act as this side signed it, and whose engagement it is. */
export interface Pinned {
  readonly engagementId: Bytes;
  readonly firstAct: Bytes;
  readonly coach: Bytes;
  readonly client: Bytes;
}

/** What is in force in an engagement: policies oldest first, the last act, and dates brought forward. */
export class Terms {
  readonly lastAct: ActCore;
  readonly actCount: number;
  readonly lastActHash: Bytes;
  readonly #agreed: readonly Agreed[];
  readonly #shortened: ReadonlyMap<string, number>;
  readonly #closesAt: number | null;

  private constructor(cores: readonly ActCore[], agreed: readonly Agreed[]) {
    this.lastAct = cores.at(-1) as ActCore;
    this.actCount = cores.length;
    this.lastActHash = actHash(this.lastAct);
    this.#agreed = agreed;
    this.#shortened = shortened(cores);
    const moves = cores.filter(({ kind }) => kind === ActKind.CLOSE || kind === ActKind.REOPEN);
    const last = moves.at(-1);
    this.#closesAt = last?.kind === ActKind.CLOSE ? last.date : null;
  }

  /** Verify all acts of an engagement in order; a fault with a local code for anything that does not follow. */
  static read(frames: readonly Bytes[], acts: readonly Bytes[], pinned: Pinned): Terms {
    return trusting("acts", () => {
      const cores = readCores(acts, pinned);
      const byHash = new Map(frames.map((frame) => [toHex(policyHash(frame)), frame]));
      const agreed: Agreed[] = [];
      for (const core of cores.filter(({ kind }) => kind === ActKind.POLICY)) {
        agreed.push(nextPolicy(agreed.at(-1), core, byHash));
      }
      return new Terms(cores, agreed);
    });
  }

  /** The newest policy: what is sent now is sent under it. */
  get inForce(): Agreed {
    return this.#agreed.at(-1) as Agreed;
  }

  /** The first second at which nothing new is taken. */
  get workEndsAt(): number {
    const { workEndsAt } = this.inForce.policy;
    return Math.min(workEndsAt, this.#closesAt ?? workEndsAt);
  }

  /** The policy of that hash, if it is or was in force here. */
  byHash(hash: Bytes): Policy | null {
    return this.#agreed.find((one) => same(one.hash, hash))?.policy ?? null;
  }

  /** The policy that an envelope's tag means, if it is or was in force here. */
  byTag(tag: Bytes): Policy | null {
    return this.#agreed.find((one) => same(one.hash.slice(0, TAG_BYTES), tag))?.policy ?? null;
  }

  /** When an envelope goes: its own date, or an earlier one that an act gave it. */
  dateOf(envelopeId: Bytes, expiresAt: number): number {
    return Math.min(expiresAt, this.#shortened.get(toHex(envelopeId)) ?? expiresAt);
  }

  /** Refuse terms that lack an act which these have: a relay that shows fewer hides a recall or a date. */
  checkFollowedBy(later: Terms, acts: readonly Bytes[]): void {
    const here = acts[this.actCount - 1];
    if (
      later.actCount < this.actCount ||
      !here ||
      !same(actHash(parseAct(here).core), this.lastActHash)
    ) {
      throw notTrusted("acts-rollback");
    }
  }
}

function readCores(acts: readonly Bytes[], pinned: Pinned): ActCore[] {
  const cores: ActCore[] = [];
  for (const raw of acts) {
    const act = parseAct(raw);
    if (!same(act.core.engagementId, pinned.engagementId)) {
      throw notTrusted("act-of-another");
    }
    checkOrder(cores.at(-1) ?? null, act.core);
    verifyAct(act, pinned);
    cores.push(act.core);
  }
  const [first] = cores;
  if (!first || !same(encodeActCore(first), encodeActCore(parseAct(pinned.firstAct).core))) {
    throw notTrusted("first-act");
  }
  return cores;
}

function nextPolicy(
  before: Agreed | undefined,
  core: ActCore,
  frames: ReadonlyMap<string, Bytes>,
): Agreed {
  const frame = frames.get(toHex(core.subject));
  if (!frame) {
    throw notTrusted("policy-withheld");
  }
  const policy = parsePolicy(frame);
  const follows = same(policy.previousHash, before?.hash ?? ZERO_HASH);
  const numbered = policy.number === (before?.policy.number ?? 0) + 1;
  if (!same(policy.engagementId, core.engagementId) || !follows || !numbered) {
    throw notTrusted("policy-order");
  }
  return { policy, hash: core.subject };
}

function shortened(cores: readonly ActCore[]): ReadonlyMap<string, number> {
  const dates = new Map<string, number>();
  for (const core of cores.filter(({ kind }) => kind === ActKind.SHORTEN)) {
    for (const envelopeId of core.envelopeIds.map(toHex)) {
      dates.set(envelopeId, Math.min(core.date, dates.get(envelopeId) ?? core.date));
    }
  }
  return dates;
}

/** The facts of a policy that a person is shown; an act may have ended the work earlier. */
export function policyFacts(policy: Policy, workEndsAt = policy.workEndsAt): PolicyFacts {
  return {
    workEndsAt,
    holdDays: policy.holdDays,
    holdEndsAt: holdEndsAt(policy),
    longestKeepDays: policy.longestKeepDays,
    authorMayRecall: policy.authorMayRecall,
    readMarks: policy.readMarks,
    refusedDomains: policy.refusedDomains,
    places: policy.places,
    personalNumbers: policy.personalPhones,
    sponsorName: policy.sponsorName,
    sponsorShown: policy.sponsorScope,
  };
}

// --- statements -----------------------------------------------------------------------------------------------------

/** The newest statement of a chain that goes on from a pinned one; its identity key may be a new one, signed by the old. */
export function follow(pinned: Statement, later: readonly Bytes[]): Statement {
  return later.reduce(link, pinned);
}

function link(previous: Statement, raw: Bytes): Statement {
  const statement = trusting("statement-chain", () => {
    const next = parseStatement(raw);
    verifyLink(previous, next);
    return next;
  });
  const [card, before] = [statement.card, previous.card];
  if (!same(card.originHash, before.originHash) || !same(card.keeperSet, before.keeperSet)) {
    throw notTrusted("statement-place");
  }
  return statement;
}

/** The hashes of all statements of a person, from the first to the pinned one, which must be among them, and on. */
export function chainHashes(pinned: Statement, fromFirst: readonly Bytes[]): Set<string> {
  const [first, ...later] = fromFirst;
  let newest = trusting("statement-chain", () => (first ? parseStatement(first) : pinned));
  const hashes = new Set([toHex(statementHash(newest.raw))]);
  for (const raw of later) {
    newest = link(newest, raw);
    hashes.add(toHex(statementHash(raw)));
  }
  if (!hashes.has(toHex(statementHash(pinned.raw)))) {
    throw notTrusted("statement-fork");
  }
  return hashes;
}
