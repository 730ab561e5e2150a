/**
 * Terms: what both have signed, followed link by link from what was pinned.
 *
 * Owns the reading of an engagement's policies and acts and of a person's chain of statements as the relay hands them
 * over. Pure. Must never believe a policy, an act or a key that the chain from the pin does not carry: a relay can
 * withhold, and that shows, but it cannot introduce. (docs/protocol.md, parts 4 and 12.)
 */

import {
  type Act,
  type ActCore,
  ActKind,
  actHash,
  checkOrder,
  encodeActCore,
  parseAct,
  verifyAct,
} from "../crypto/acts.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import type { Grant } from "../crypto/keeper_wire.ts";
import { DAY_SECONDS, fingerprint, TAG_BYTES, ZERO_HASH } from "../crypto/names.ts";
import { holdEndsAt, marked, type Policy, parsePolicy, policyHash } from "../crypto/policy.ts";
import type { Opened } from "../crypto/sealing.ts";
import { parseStatement, type Statement, statementHash, verifyLink } from "../crypto/statement.ts";
import {
  dateUnder,
  defaultUnder,
  type InForce,
  inForce,
  latestUnder,
  type Phase,
  phaseAt,
} from "../crypto/terms.ts";
import type { PolicyFacts, WorkNumbers } from "../session.ts";
import { notTrusted, trusting } from "./fault.ts";

/** Where one alone closes, the other has so long to take a copy. */
export const COPY_SECONDS = 7 * DAY_SECONDS;

/** A policy that is or was in force, with its hash and the act that put it there. */
export interface Agreed {
  readonly policy: Policy;
  readonly hash: Bytes;
  readonly act: Bytes;
}

/** An act in force, and whether I, the other, or both signed it. */
export interface Signed {
  readonly core: ActCore;
  readonly by: "both" | "coach" | "client";
}

/** An envelope by what names it. */
export interface Sealed {
  readonly envelopeId: Bytes;
  readonly envelopeClass: number;
}

/** Who is client by the acts of a reopening (part 25); made where an act says that there was one. */
export interface Clients {
  /** Verify the next act by the keys of its time. */
  take(act: Act): void;
  readonly formerFps: readonly Bytes[];
  readonly formerKeys: readonly Bytes[];
  /** Whether this is me, before this inbox was reopened. */
  mine(fp: Bytes): boolean;
  /** Whether what a coach gave back may lie here. */
  readonly givesBack: boolean;
  /** Whether this is what a coach gave back. */
  gaveBack(one: Sealed, terms: Terms): boolean;
  revokerIn(grants: readonly Grant[], usual: Bytes): Bytes;
  fits(opened: Opened, expiresAt: number, terms: Terms): boolean;
}

/** The identity keys by which acts are judged, an act that this side has verified before, whose engagement it is, and who I am. */
export interface Pinned {
  readonly engagementId: Bytes;
  readonly act: Bytes;
  readonly coach: Bytes;
  readonly client: Bytes;
  readonly me: "coach" | "client";
  readonly clients?: Clients | undefined;
}

/** What is in force in an engagement: policies oldest first, the acts, and dates that they moved. */
export class Terms {
  readonly acts: readonly Signed[];
  readonly actCount: number;
  readonly lastAct: ActCore;
  readonly lastActHash: Bytes;
  readonly standing: InForce;
  /** Oldest first. */
  readonly agreed: readonly Agreed[];
  readonly clients: Clients | null;
  readonly #shortened: ReadonlyMap<string, readonly ActCore[]>;
  readonly #extended: ReadonlyMap<string, ActCore>;

  private constructor(read: Reading, standing: InForce, clients: Clients | null) {
    this.clients = clients;
    this.acts = read.acts;
    this.actCount = read.acts.length;
    this.lastAct = (read.acts.at(-1) as Signed).core;
    this.lastActHash = actHash(this.lastAct);
    this.standing = standing;
    this.agreed = read.agreed;
    this.#shortened = read.shortened;
    this.#extended = read.extended;
  }

  /** Verify all acts of an engagement in order; a fault with a local code for anything that does not follow. */
  static read(frames: readonly Bytes[], acts: readonly Bytes[], pinned: Pinned): Terms {
    return trusting("acts", () => {
      const signed = readActs(acts, pinned);
      const byHash = new Map(frames.map((frame) => [toHex(policyHash(frame)), frame]));
      const read: Reading = { acts: signed, agreed: [], shortened: new Map(), extended: new Map() };
      let standing: InForce | null = null;
      for (const [at, one] of signed.entries()) {
        standing = take(read, one, acts[at] as Bytes, standing, byHash, pinned);
      }
      if (!standing) {
        throw notTrusted("first-act");
      }
      return new Terms(read, standing, pinned.clients ?? null);
    });
  }

  /** The newest policy: what is sent now is sent under it. */
  get inForce(): Agreed {
    return this.agreed.at(-1) as Agreed;
  }

  /** The first second at which nothing new is taken. */
  get workEndsAt(): number {
    return this.standing.workEndsAt;
  }

  /** The first second at which everything is gone. */
  get endsAt(): number {
    return this.standing.endsAt;
  }

  phaseAt(instant: number): Phase {
    return phaseAt(this.standing, instant);
  }

  latest(instant: number): number {
    return latestUnder(this.standing, instant);
  }

  defaultExpiresAt(instant: number): number {
    return defaultUnder(this.standing, instant);
  }

  /** The policy of that hash, if it is or was in force here. */
  byHash(hash: Bytes): Policy | null {
    return this.agreed.find((one) => same(one.hash, hash))?.policy ?? null;
  }

  /** The policy that an envelope's tag means, if it is or was in force here. */
  byTag(tag: Bytes): Policy | null {
    return this.agreed.find((one) => same(one.hash.slice(0, TAG_BYTES), tag))?.policy ?? null;
  }

  /** The date that both gave a re-sealed envelope of this id; null where no act names it. */
  extensionOf(envelopeId: Bytes): number | null {
    return this.#extended.get(toHex(envelopeId))?.date ?? null;
  }

  /** The acts by which things are kept longer. */
  get extensions(): ActCore[] {
    return this.acts.map(({ core }) => core).filter(({ kind }) => kind === ActKind.EXTEND);
  }

  /**
   * When an envelope goes: its own date, or an earlier one that an act gave it. `madeAt` is when it was made, where that is
   * known and no act lengthened it; `former` are the ids that a re-sealed one had before, of which only acts after its
   * extension count.
   */
  dateOf(
    envelopeId: Bytes,
    expiresAt: number,
    madeAt: number | null = null,
    former: readonly Bytes[] = [],
  ): number {
    const extension = this.#extended.get(toHex(envelopeId));
    const since = extension?.number ?? 0;
    const acts = [
      ...(this.#shortened.get(toHex(envelopeId)) ?? []),
      ...former
        .flatMap((one) => this.#shortened.get(toHex(one)) ?? [])
        .filter(({ number }) => number > since),
    ];
    // What both keep longer begins anew with their act: an end that was brought forward before it does not reach it.
    const begunAt = extension?.issuedAt ?? madeAt;
    const known = begunAt === null ? this.endsAt : dateUnder(this.standing, begunAt, expiresAt);
    return Math.min(expiresAt, known, ...acts.map(({ date }) => date));
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

interface Reading {
  readonly acts: readonly Signed[];
  readonly agreed: Agreed[];
  readonly shortened: Map<string, ActCore[]>;
  readonly extended: Map<string, ActCore>;
}

function readActs(acts: readonly Bytes[], pinned: Pinned): Signed[] {
  const signed: Signed[] = [];
  for (const raw of acts) {
    const act = parseAct(raw);
    if (!same(act.core.engagementId, pinned.engagementId)) {
      throw notTrusted("act-of-another");
    }
    checkOrder(signed.at(-1)?.core ?? null, act.core);
    pinned.clients ? pinned.clients.take(act) : verifyAct(act, pinned);
    signed.push({ core: act.core, by: signersOf(act, pinned.coach) });
  }
  const known = parseAct(pinned.act).core;
  const here = signed[known.number - 1]?.core;
  if (!here || !same(encodeActCore(here), encodeActCore(known))) {
    throw notTrusted("first-act");
  }
  return signed;
}

/** Who signed an act whose signatures were verified. */
export function signersOf(act: Act, coachPublic: Bytes): Signed["by"] {
  if (act.signers.length === 2) {
    return "both";
  }
  const coach = fingerprint(coachPublic);
  return act.signers.some(({ fp }) => same(fp, coach)) ? "coach" : "client";
}

/** Take one act into what was read, and give what stands after it. */
function take(
  read: Reading,
  signed: Signed,
  raw: Bytes,
  standing: InForce | null,
  frames: ReadonlyMap<string, Bytes>,
  pinned: Pinned,
): InForce | null {
  const { core } = signed;
  if (core.kind === ActKind.POLICY) {
    read.agreed.push(nextPolicy(read.agreed.at(-1), core, raw, frames, pinned.coach));
  } else if (!standing || !same(core.policyHash, (read.agreed.at(-1) as Agreed).hash)) {
    throw notTrusted("act-policy");
  } else {
    checkAct(signed, standing);
    index(read, signed, standing, pinned);
  }
  const done = read.acts.slice(0, core.number).map((one) => one.core);
  return inForce(
    read.agreed.map(({ policy }) => policy),
    done,
  );
}

/** Which envelopes an act moves: without recall, one alone moves the own copies alone. */
function index(
  { shortened, extended }: Reading,
  { core, by }: Signed,
  { policy }: InForce,
  { me }: Pinned,
): void {
  const binds = policy.authorMayRecall || by === "both" || by === me;
  for (const name of core.envelopeIds.map(toHex)) {
    if (core.kind === ActKind.SHORTEN && binds) {
      shortened.set(name, [...(shortened.get(name) ?? []), core]);
    } else if (core.kind === ActKind.EXTEND) {
      extended.set(name, core);
    }
  }
}

/** Refuse an act whose dates no relay may take under what was in force before: it would let one do what needs both. */
export function checkAct({ core, by }: Signed, standing: InForce): void {
  const { policy, workEndsAt, endsAt } = standing;
  const { kind, date, secondDate, issuedAt } = core;
  let fits = true;
  if (kind === ActKind.CLOSE) {
    const late = secondDate >= issuedAt + COPY_SECONDS && policy.authorMayRecall;
    fits =
      issuedAt <= date &&
      date <= workEndsAt &&
      date <= secondDate &&
      secondDate <= endsAt &&
      (by === "both" || secondDate === endsAt || late);
  } else if (kind === ActKind.EXTEND) {
    fits = date <= endsAt;
  } else if (kind === ActKind.REOPEN) {
    fits = date <= holdEndsAt(policy);
  }
  if (!fits) {
    throw notTrusted("act-dates");
  }
}

function nextPolicy(
  before: Agreed | undefined,
  core: ActCore,
  act: Bytes,
  frames: ReadonlyMap<string, Bytes>,
  coachPublic: Bytes,
): Agreed {
  const frame = frames.get(toHex(core.subject));
  if (!frame) {
    throw notTrusted("policy-withheld");
  }
  const policy = parsePolicy(frame);
  checkFollows(before, policy, core.engagementId, coachPublic);
  return { policy, hash: core.subject, act };
}

/** Refuse a policy that is not the next of its engagement, or names another coach. */
export function checkFollows(
  before: Agreed | undefined,
  policy: Policy,
  engagementId: Bytes,
  coachPublic: Bytes,
): void {
  const follows = same(policy.previousHash, before?.hash ?? ZERO_HASH);
  const numbered = policy.number === (before?.policy.number ?? 0) + 1;
  if (!same(policy.engagementId, engagementId) || !follows || !numbered) {
    throw notTrusted("policy-order");
  }
  if (!same(policy.coachFp, fingerprint(coachPublic))) {
    throw notTrusted("policy-coach");
  }
}

/** The numbers whose bits the marks have. */
export function workNumbersOf(policy: Policy): WorkNumbers {
  const { personalPhones, coachWorkPhones = 0, clientWorkPhones = 0 } = policy;
  const of = (mark: number) => personalPhones.filter((_, at) => (mark >> at) & 1);
  return { coach: of(coachWorkPhones), client: of(clientWorkPhones) };
}

/** The facts of a policy that a person is shown; acts may have moved its ends. */
export function policyFacts(policy: Policy, standing?: InForce): PolicyFacts {
  return {
    workEndsAt: standing?.workEndsAt ?? policy.workEndsAt,
    holdDays: policy.holdDays,
    holdEndsAt: standing?.endsAt ?? holdEndsAt(policy),
    longestKeepDays: policy.longestKeepDays,
    authorMayRecall: policy.authorMayRecall,
    readMarks: policy.readMarks,
    refusedDomains: policy.refusedDomains,
    places: policy.places,
    personalNumbers: policy.personalPhones,
    ...(marked(policy) && { workNumbers: workNumbersOf(policy) }),
    sponsorName: policy.sponsorName,
    sponsorShown: policy.sponsorScope,
    sponsorToldCalls: policy.sponsorToldCalls,
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
