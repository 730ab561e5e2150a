/**
 * A house for tests of the flows: a relay, a keeper and a coach in memory, behind the `fetch` that an `Api` is given. It
 * answers as docs/protocol.md says and can be told to lose an answer, to be away, or to change what it hands out.
 *
 * Longer than most modules: one table of routes, as the interface has them, and what stands behind each.
 */

import { RelayClock } from "../clock.ts";
import { ActKind, encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import * as content from "../crypto/content.ts";
import {
  type Bytes,
  concat,
  counted,
  fromBase64url,
  label,
  Reader,
  same,
  textBytes,
  toBase64url,
  u8,
  u32,
  u64,
} from "../crypto/encoding.ts";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import * as invitation from "../crypto/invitation.ts";
import { loadJson } from "../crypto/json.ts";
import * as wire from "../crypto/keeper_wire.ts";
import { openKeeperLock } from "../crypto/locks.ts";
import { fingerprint, keeperId, mailboxId, originHash, Role, ZERO_HASH } from "../crypto/names.ts";
import { type Pins, pinnedKeeperSet } from "../crypto/pins.ts";
import { agreementHash, encodePolicy, policyHash } from "../crypto/policy.ts";
import { sealEnvelope, signContent } from "../crypto/sealing.ts";
import { counting } from "../crypto/sources.testing.ts";
import { blind, parseStatement, signStatement, statementHash } from "../crypto/statement.ts";
import { H, OpenKey, SealKey, SignKey, verify } from "../crypto/suite.ts";
import { verifyLogin } from "../crypto/unlock.ts";
import { openMail, readHead } from "../mail/parse.ts";
import type { Event } from "../session.ts";
import { Fields } from "../wire.ts";
import type { World } from "./world.ts";

export const ORIGIN = "https://inbox.harrow.example";
export const NOW = 1_800_000_000;
const DAY = 86_400;
const WORK_ENDS_AT = Math.floor(NOW / DAY + 60) * DAY;
export const HOLD_ENDS_AT = WORK_ENDS_AT + 30 * DAY;

interface StoredRow {
  readonly order: number;
  readonly kind: number;
  readonly content: Bytes;
}

/** A part of the index. */
export interface Segment {
  readonly day: number;
  readonly number: number;
  readonly version: number;
  readonly expiresAt: number;
  readonly box: Bytes;
}

/** What a call was, for tests that look at it. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: Bytes;
}

export class House {
  now = NOW;
  readonly heard: Heard[] = [];
  /** Called before an answer leaves: it may return another one, or throw for a lost line. */
  spoil: (heard: Heard, answer: Response) => Response = (_, answer) => answer;
  readonly told: Event[] = [];
  timers: { readonly at: number; readonly work: () => void }[] = [];
  readonly random = counting(1);

  // The coach and what is pinned.
  readonly coach = SignKey.fromSeed(this.random(32));
  readonly coachAccess = SignKey.fromSeed(this.random(32));
  readonly coachReading = OpenKey.fromSeed(this.random(32));
  readonly keeper = SignKey.fromSeed(this.random(32));
  readonly door = SignKey.fromSeed(this.random(32));
  readonly log = SignKey.fromSeed(this.random(32));
  readonly pins: Pins = {
    relayPublic: SignKey.fromSeed(this.random(32)).public,
    logPublic: this.log.public,
    doorPublic: this.door.public,
    noticePublic: SignKey.fromSeed(this.random(32)).public,
    keepers: [{ keeperId: keeperId(this.keeper.public), public: this.keeper.public }],
  };
  readonly engagementId = this.random(16);
  readonly secret = this.random(32);
  readonly keys = invitation.invitationKeys(this.secret);
  readonly coachStatement = signStatement(
    {
      accountId: this.random(16),
      number: 1,
      previousHash: ZERO_HASH,
      issuedAt: NOW,
      identityPublic: this.coach.public,
      accessPublic: this.coachAccess.public,
      originHash: originHash(ORIGIN),
      keeperSet: pinnedKeeperSet(this.pins),
      readingKeys: [
        { epoch: 1, validFrom: NOW, validUntil: NOW + 40 * DAY, public: this.coachReading.public },
      ],
    },
    this.coach,
  );
  readonly coachStatements = [this.coachStatement];
  readonly policy: Bytes;
  readonly box: Bytes;

  // What the relay holds.
  redeemed: Bytes | null = null;
  /** What somebody has said who has the link and has not joined. */
  readonly replies: { readonly box: Bytes; readonly ends: boolean }[] = [];
  account: Fields | null = null;
  vault = new Map<string, { version: number; expires_at: number; box: string }>();
  statements: Bytes[] = [];
  acts: Bytes[] = [];
  rows: StoredRow[] = [];
  laterPolicies: Bytes[] = [];
  proposals: Bytes[] = [];
  notes = { count: 0, expires_at: 0 };
  acknowledged: Bytes[] = [];
  /** Copies of the client's that the coach has opened. */
  opened: Bytes[] = [];
  /** What was done to the account, as the relay tells it. */
  readonly happenings: { number: number; kind: number; at: number; own: boolean }[] = [];
  /** The log's checkpoints by the base64url of their hash, the newest under "newest". */
  readonly checkpoints = new Map<string, string>();
  proofs = new Map<string, Bytes[]>();
  readonly deposits: Bytes[] = [];
  /** The sealed index by day and number. */
  readonly segments = new Map<string, Segment>();
  /** Days that the keeper has destroyed. */
  readonly daysGone = new Set<number>();
  #orders = 0;

  constructor({ readMarks = false } = {}) {
    this.policy = this.#policy(readMarks);
    this.box = this.#box();
  }

  /** The world of a visit to this house. */
  world(): World {
    const clock = new RelayClock(() => this.now * 1000);
    return {
      origin: ORIGIN,
      random: this.random,
      clock,
      words: async () =>
        Array.from({ length: 7776 }, (_, at) => `w${"abcdefghij"[at % 10]}${"klmnopqrst"[at % 7]}`),
      agreement: () => Promise.reject(new Error("nobody invites here")),
      fetch: (address, init) => this.#fetch(address, init),
      pause: () => Promise.resolve(),
      mail: { head: readHead, mail: openMail },
      after: (milliseconds, work) => {
        const timer = { at: this.now + milliseconds / 1000, work };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((one) => one !== timer);
        };
      },
    };
  }

  /** The newest order that was given out. */
  get newest(): number {
    return this.#orders;
  }

  get fragment(): string {
    return `1.${toBase64url(this.secret)}`;
  }

  /** The coach has a new card; with another identity, rightly signed by the one before. */
  renewCoach(identity = this.coach): void {
    const before = parseStatement(this.coachStatements.at(-1) as Bytes);
    const card = {
      ...before.card,
      number: before.card.number + 1,
      previousHash: statementHash(before.raw),
      identityPublic: identity.public,
      readingKeys: before.card.readingKeys.map((key) => ({
        ...key,
        validUntil: key.validUntil + 60 * DAY,
      })),
    };
    const changed = identity !== this.coach;
    this.coachStatements.push(signStatement(card, identity, changed ? this.coach : undefined));
  }

  /** Let time pass, with what falls due in it. */
  pass(seconds: number): void {
    this.now += seconds;
    const due = this.timers.filter((timer) => timer.at <= this.now);
    this.timers = this.timers.filter((timer) => timer.at > this.now);
    for (const { work } of due) {
      work();
    }
  }

  get clientMailbox(): Bytes {
    return mailboxId(this.engagementId, Role.CLIENT, this.clientFp);
  }

  get clientFp(): Bytes {
    return fingerprint(parseStatement(this.statements[0] as Bytes).card.identityPublic);
  }

  /** The coach writes; what is given replaces fields of the frame. */
  async write(
    subject: string,
    change: Partial<content.Content> = {},
    signer = this.coach,
  ): Promise<Bytes> {
    const client = parseStatement(this.statements.at(-1) as Bytes);
    const frame = content.encodeContent({
      kind: content.ContentKind.MESSAGE,
      nonce: this.random(16),
      threadId: this.random(16),
      writer: 7,
      count: 1,
      previousId: ZERO_HASH,
      createdAt: this.now,
      expiresAt: HOLD_ENDS_AT,
      policyHash: policyHash(this.policy),
      senderFp: fingerprint(this.coach.public),
      checkpointHash: ZERO_HASH,
      vaultCounter: 1,
      senderStatementHash: statementHash(this.coachStatement),
      recipients: [{ fp: this.clientFp, statementHash: statementHash(client.raw) }],
      attachments: [],
      fixed: new Uint8Array(0),
      shown: { subject, text: `${subject}, at length` },
      ...change,
    });
    const expiresAt = change.expiresAt ?? HOLD_ENDS_AT;
    const key = client.card.readingKeys[0] as (typeof client.card.readingKeys)[number];
    const raw = await sealEnvelope(
      {
        envelopeClass: EnvelopeClass.MESSAGE,
        mailboxId: this.clientMailbox,
        policyTag: policyHash(this.policy).slice(0, 16),
        expiresAt,
        recipientFp: this.clientFp,
        target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
        readerAccess: client.card.accessPublic,
        revokerAccess: this.coachAccess.public,
        notBefore: 0,
      },
      [signContent(frame, EnvelopeClass.MESSAGE, signer)],
      [SealKey.fromBytes(this.#dayKey(Math.floor((expiresAt - 1) / DAY)).public)],
      this.random,
    );
    this.put(raw);
    return content.contentId(EnvelopeClass.MESSAGE, frame);
  }

  /** Put bytes into the client's mailbox as an envelope. */
  put(raw: Bytes): void {
    this.rows.push({ order: ++this.#orders, kind: 1, content: raw });
  }

  // --- the relay ---

  async #fetch(address: string, init: RequestInit): Promise<Response> {
    const body = new Uint8Array((init.body as Bytes | null) ?? new Uint8Array(0));
    const heard = { method: init.method ?? "GET", path: address, body };
    this.heard.push(heard);
    const given = new Headers(init.headers);
    const answer = address === "/v1/wake" ? this.#silence(init.signal) : this.#answer(heard, given);
    return this.spoil(heard, answer);
  }

  #answer({ method, path, body }: Heard, headers: Headers): Response {
    const [route = "", query = ""] = path.split("?");
    const [, named] = /^\/v1\/log\/checkpoints\/([\w-]+)$/.exec(route) ?? [];
    if (named !== undefined) {
      return this.checkpoint(named);
    }
    const found = ROUTES.find(([name, pattern]) => name === method && pattern.test(route));
    return found
      ? found[2](this, body, new URLSearchParams(query), headers)
      : this.no(404, "not-found");
  }

  /** A line that stands and says nothing. */
  #silence(signal: AbortSignal | null | undefined): Response {
    const stream = new ReadableStream({
      start: (line) => signal?.addEventListener("abort", () => line.error(signal.reason)),
    });
    return new Response(stream, { headers: this.#headers() });
  }

  #headers(): Record<string, string> {
    return { "Quietbox-Time": String(this.now) };
  }

  yes(fields: unknown, status = 200): Response {
    const body = status === 204 ? null : JSON.stringify(fields);
    return new Response(body, { status, headers: this.#headers() });
  }

  bytes(body: Bytes, headers: Record<string, string> = {}): Response {
    return new Response(body, { headers: { ...this.#headers(), ...headers } });
  }

  no(status: number, code: string): Response {
    const headers = { ...this.#headers(), "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify({ code }), { status, headers });
  }

  page(query: URLSearchParams): Response {
    const [after, before] = [query.get("after"), query.get("before")];
    const living = this.rows.filter((row) => row.kind === 2 || parsedDate(row.content) > this.now);
    const rows = before
      ? living.filter((row) => row.order < Number(before)).reverse()
      : living.filter((row) => row.order > Number(after));
    const shown = rows.slice(0, Number(query.get("limit") ?? 50));
    const body = shown.map((row) =>
      concat(u8(row.kind), u64(row.order), u32(1), counted(row.content, 4)),
    );
    const next = shown.at(-1)?.order ?? Number(before ?? after);
    const more = rows.length > shown.length ? "1" : "0";
    return this.bytes(concat(...body), { "Quietbox-Next": String(next), "Quietbox-More": more });
  }

  engagement(): object {
    const coach = { role: 1, statement: toBase64url(this.coachStatements.at(-1) as Bytes) };
    const client = { role: 2, statement: toBase64url(this.statements.at(-1) as Bytes) };
    const acts = this.acts.map(toBase64url);
    return {
      engagement_id: toBase64url(this.engagementId),
      state: "active",
      members: [coach, client],
      policies: [this.policy, ...this.laterPolicies].map(toBase64url),
      acts,
      proposals: this.proposals.map(toBase64url),
      notes: this.notes,
    };
  }

  chain(query: URLSearchParams): Response {
    const chain = query.get("role") === "1" ? this.coachStatements : this.statements;
    return this.yes({ statements: chain.slice(Number(query.get("after"))).map(toBase64url) });
  }

  /** The keeper opens what it is asked for. */
  openLocks(raw: Bytes): Response {
    const id = this.pins.keepers[0]?.keeperId as Bytes;
    const request = wire.parseOpenRequest(raw, id);
    const grants = request.items.map(({ headerHash, lock }) => {
      const payload = openKeeperLock(lock, this.#dayKey(lock.period), headerHash);
      const here = payload.expiresAt > this.now;
      const gone = {
        status: wire.Status.GONE,
        share: ZERO_HASH,
        revokerHash: ZERO_HASH,
        notBefore: 0,
        expiresAt: 0,
      };
      return here ? { status: wire.Status.HERE, ...payload } : gone;
    });
    const days = request.days.map((day) =>
      this.daysGone.has(day)
        ? { status: wire.Status.GONE, share: ZERO_HASH }
        : { status: wire.Status.HERE, share: this.dayShare(day, request.accessPublic) },
    );
    return this.bytes(wire.sealAnswer({ grants, days }, request, raw, this.keeper, this.random));
  }

  /** What the keeper gives one access key for a day. */
  dayShare(day: number, accessPublic: Bytes): Bytes {
    return wire.dayShare(H(textBytes(`day ${day}`)), accessPublic);
  }

  /** An envelope goes early: a tombstone in its place, and its segment with it. */
  takeAway(order: number): void {
    const row = this.rows.find((one) => one.order === order) as StoredRow;
    const { header } = parseEnvelope(row.content);
    this.rows = this.rows.filter((one) => one !== row);
    const gone = concat(header.envelopeId, u8(3), u32(Math.floor(this.now / DAY)));
    this.rows.push({ order: ++this.#orders, kind: 2, content: gone });
    const day = Math.floor((header.expiresAt - 1) / DAY);
    this.segments.delete(`${day}/${Math.floor(order / 64)}`);
  }

  indexPage(): Response {
    const living = [...this.segments.values()].filter(({ expiresAt }) => expiresAt > this.now);
    living.sort((one, other) => one.day - other.day || one.number - other.number);
    const body = living.map(({ day, number, version, box }) =>
      concat(u32(day), u64(number), u64(version), counted(box, 4)),
    );
    return this.bytes(concat(...body), { "Quietbox-More": "0" });
  }

  putIndex(body: Bytes): Response {
    const reader = new Reader(body);
    const segments = Array.from({ length: reader.u16() }, () => ({
      day: reader.u32(),
      number: reader.u64(),
      version: reader.u64(),
      expiresAt: reader.u64(),
      box: reader.counted(4),
    }));
    reader.finish();
    const named = segments.map((one) => [`${one.day}/${one.number}`, one] as const);
    if (named.some(([name, one]) => one.version !== (this.segments.get(name)?.version ?? 0) + 1)) {
      return this.no(409, "index-conflict");
    }
    for (const [name, one] of named) {
      this.segments.set(name, one);
    }
    return this.yes(null, 204);
  }

  day(query: URLSearchParams): Response {
    const day = Number(query.get("first"));
    const id = this.pins.keepers[0]?.keeperId as Bytes;
    const signed = wire.signDayKey(
      { keeperId: id, day, public: this.#dayKey(day).public },
      this.keeper,
    );
    return this.bytes(signed);
  }

  /** Take a group: the copy for the client's own mailbox becomes a row. */
  deposit(body: Bytes): Response {
    if (!this.deposits.some((one) => same(one, body))) {
      const envelopes = readDeposit(body);
      const own = envelopes.find((raw) =>
        same(parseEnvelope(raw).header.mailboxId, this.clientMailbox),
      );
      this.put(own as Bytes);
    }
    this.deposits.push(body);
    return this.yes({ groups: [{ status: "stored" }] }, 201);
  }

  takeReply(body: Bytes, headers: Headers): Response {
    const signature = fromBase64url(headers.get("Quietbox-Redeem") ?? "", 64);
    verify(this.keys.redemption.public, signature, label("invite-reply"), H(body));
    const fields = Fields.of(body);
    this.replies.push({ box: fields.bytes("box", 4168), ends: fields.yes("ends") });
    return this.yes(null, 204);
  }

  redeem(body: Bytes, headers: Headers): Response {
    const signature = fromBase64url(headers.get("Quietbox-Redeem") ?? "");
    invitation.verifyRedemption(this.keys.redemption.public, signature, body);
    if (this.redeemed && !same(this.redeemed, body)) {
      return this.no(410, "invitation-used");
    }
    this.redeemed = body;
    const fields = loadJson(body) as Record<string, never>;
    this.account = new Fields(fields);
    this.statements = [this.account.bytes("statement")];
    this.acts = [this.account.bytes("act")];
    invitation.openAcceptance(this.keys, this.account.bytes("acceptance"), this.box);
    this.putVault(body, "vault");
    return this.yes({}, 201);
  }

  putVault(body: Bytes, list = "items"): Response {
    const items = (loadJson(body) as Record<string, never>)[list] as unknown as {
      name: string;
      version: number;
      expires_at: number;
      box: string;
    }[];
    if (items.some(({ name, version }) => version !== (this.vault.get(name)?.version ?? 0) + 1)) {
      return this.no(409, "vault-conflict");
    }
    for (const { name, ...item } of items) {
      this.vault.set(name, item);
    }
    return this.yes(null, 204);
  }

  addStatement(body: Bytes): Response {
    this.statements.push(Fields.of(body).bytes("statement"));
    return this.yes(null, 204);
  }

  addAct(body: Bytes): Response {
    const fields = Fields.of(body);
    const act = parseAct(fields.bytes("act"));
    if (act.core.number !== this.acts.length + 1) {
      return this.no(409, "act-out-of-order");
    }
    if (act.core.kind === ActKind.POLICY) {
      this.laterPolicies.push(fields.bytes("policy"));
    }
    this.acts.push(encodeAct(act));
    this.proposals = [];
    return this.yes(null, 204);
  }

  putProposal(body: Bytes): Response {
    this.proposals = [Fields.of(body).bytes("act")];
    return this.yes(null, 204);
  }

  acknowledge(body: Bytes): Response {
    const ids = Fields.of(body).list("envelope_ids");
    this.acknowledged.push(...ids);
    return this.yes({ acknowledged: ids.length });
  }

  /** Of those that are asked for, the ones that were opened. */
  openedOf(body: Bytes): Response {
    const asked = Fields.of(body).list("envelope_ids");
    const opened = asked.filter((id) => this.opened.some((one) => same(one, id)));
    return this.yes({ opened: opened.map(toBase64url) });
  }

  /** What happened to the account, above a number. */
  happenedAfter(query: URLSearchParams): Response {
    const after = Number(query.get("after"));
    const happenings = this.happenings.filter(({ number }) => number > after);
    return this.yes({ happenings });
  }

  checkpoint(name: string): Response {
    const note = this.checkpoints.get(name);
    return note === undefined ? this.no(404, "not-found") : this.bytes(textBytes(note));
  }

  proof(query: URLSearchParams): Response {
    const proof = this.proofs.get(query.toString());
    return proof ? this.yes({ proof: proof.map(toBase64url) }) : this.no(404, "not-found");
  }

  #dayKey(day: number): OpenKey {
    return wire.dayOpenKey(H(textBytes(`day ${day}`)));
  }

  #policy(readMarks: boolean): Bytes {
    return encodePolicy({
      engagementId: this.engagementId,
      number: 1,
      previousHash: ZERO_HASH,
      coachFp: fingerprint(this.coach.public),
      workEndsAt: WORK_ENDS_AT,
      holdDays: 30,
      longestKeepDays: 0,
      agreementHash: agreementHash(ZERO_HASH, "We agree."),
      authorMayRecall: true,
      readMarks,
      sponsorToldCalls: false,
      refusedDomains: [],
      places: ["inbox.harrow.example"],
      personalPhones: [],
      sponsorName: "",
      sponsorScope: "",
    });
  }

  #box(): Bytes {
    const hash = policyHash(this.policy);
    const core = {
      kind: ActKind.POLICY,
      engagementId: this.engagementId,
      policyHash: hash,
      number: 1,
      previousHash: ZERO_HASH,
      issuedAt: NOW,
      date: 0,
      secondDate: 0,
      subject: hash,
      envelopeIds: [],
    };
    const told = {
      engagementId: this.engagementId,
      coachMailboxId: mailboxId(this.engagementId, Role.COACH, fingerprint(this.coach.public)),
      pins: this.pins,
      agreementSalt: ZERO_HASH,
      blind: blind(this.coach.seed, 1),
      coachStatement: this.coachStatement,
      policy: this.policy,
      act: encodeAct(signAct(core, this.coach)),
      shown: {
        coach_name: "Anna Harrow",
        client_name: "Maya",
        welcome: "Come in.",
        agreement: "We agree.",
      },
    };
    return invitation.sealClientInvitation(this.keys, told, NOW + DAY, this.random(24));
  }
}

function parsedDate(raw: Bytes): number {
  try {
    return parseEnvelope(raw).header.expiresAt;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The envelopes of a deposit of one group. */
export function readDeposit(body: Bytes): Bytes[] {
  const view = new DataView(body.buffer, body.byteOffset);
  const envelopes: Bytes[] = [];
  let at = 4;
  for (let left = view.getUint16(2); left > 0; left--) {
    const sizeBytes = view.getUint32(at);
    envelopes.push(body.slice(at + 4, at + 4 + sizeBytes));
    at += 4 + sizeBytes;
    at += 2 + 32 * view.getUint16(at);
  }
  return envelopes;
}

type Answering = (house: House, body: Bytes, query: URLSearchParams, headers: Headers) => Response;

const ROUTES: readonly (readonly [string, RegExp, Answering])[] = [
  ["GET", /^\/v1\/relay$/, (house) => house.yes({ name: "Harrow Coaching", backup_tail_days: 14 })],
  [
    "GET",
    /^\/v1\/invitations\/[^/]+$/,
    (house) => house.yes({ kind: 1, box: toBase64url(house.box), expires_at: NOW + DAY }),
  ],
  ["POST", /\/redeem$/, (house, body, _, headers) => house.redeem(body, headers)],
  ["PUT", /\/reply$/, (house, body, _, headers) => house.takeReply(body, headers)],
  ["POST", /^\/v1\/sessions\/start$/, (house) => start(house)],
  ["POST", /^\/v1\/sessions$/, (house, body) => open(house, body)],
  ["DELETE", /^\/v1\/sessions$/, (house) => house.yes(null, 204)],
  ["GET", /^\/v1\/account$/, (house) => house.yes(account(house))],
  ["GET", /^\/v1\/opening$/, (house) => house.yes(opening(house))],
  ["POST", /^\/v1\/vault\/items$/, (house, body) => house.yes(vault(house, body))],
  ["PUT", /^\/v1\/vault$/, (house, body) => house.putVault(body)],
  ["GET", /^\/v1\/engagements\/[^/]+$/, (house) => house.yes(house.engagement())],
  ["GET", /\/statements$/, (house, _, query) => house.chain(query)],
  ["POST", /\/statements$/, (house, body) => house.addStatement(body)],
  ["POST", /\/acts$/, (house, body) => house.addAct(body)],
  ["PUT", /\/proposal$/, (house, body) => house.putProposal(body)],
  ["POST", /\/acknowledge$/, (house, body) => house.acknowledge(body)],
  ["POST", /\/opened$/, (house, body) => house.openedOf(body)],
  ["GET", /^\/v1\/log\/checkpoint$/, (house) => house.checkpoint("newest")],
  ["GET", /^\/v1\/log\/consistency$/, (house, _, query) => house.proof(query)],
  ["GET", /^\/v1\/account\/happenings$/, (house, _, query) => house.happenedAfter(query)],
  ["GET", /^\/v1\/receipts$/, (house) => house.yes({ receipts: [], more: false })],
  ["GET", /\/days$/, (house, _, query) => house.day(query)],
  ["POST", /\/open$/, (house, body) => house.openLocks(body)],
  ["POST", /\/revoke$/, (house, body) => house.bytes(wire.signRevoked(body, house.keeper))],
  ["POST", /^\/v1\/envelopes$/, (house, body) => house.deposit(body)],
  ["GET", /\/envelopes$/, (house, _, query) => house.page(query)],
  ["GET", /\/index$/, (house) => house.indexPage()],
  ["PUT", /\/index$/, (house, body) => house.putIndex(body)],
  ["POST", /\/expire$/, (house) => house.yes({ expired: 1 })],
];

function start(house: House): Response {
  const methods = house.account?.objects("methods").map((one) => ({
    method_id: toBase64url(one.bytes("method_id")),
    kind: one.text("kind"),
    kdf: one.whole("kdf"),
    salt: toBase64url(one.bytes("salt")),
  }));
  const account = house.account as Fields;
  return house.yes({
    account_id: toBase64url(account.bytes("account_id")),
    methods,
    challenge: toBase64url(new Uint8Array(32).fill(5)),
  });
}

function open(house: House, body: Bytes): Response {
  const asked = Fields.of(body);
  const account = house.account as Fields;
  const method = account
    .objects("methods")
    .find((one) => same(one.bytes("method_id"), asked.bytes("method_id")));
  const login = {
    originHash: originHash(ORIGIN),
    accountId: account.bytes("account_id"),
    methodId: asked.bytes("method_id"),
    challenge: asked.bytes("challenge"),
    clientNonce: asked.bytes("nonce"),
  };
  try {
    verifyLogin(login, (method as Fields).bytes("login_key"), asked.bytes("signature"));
  } catch {
    return house.no(403, "login-refused");
  }
  return house.yes(
    {
      session: "token",
      wrap: toBase64url((method as Fields).bytes("wrap")),
      expires_at: NOW + DAY,
      opening: opening(house),
    },
    201,
  );
}

/** What comes with an answered challenge. */
function opening(house: House): object {
  return { account: account(house), vault: vault(house, null), engagement: house.engagement() };
}

/** What was asked for, and the first part where the manifest has changed; an opening has all of the only engagement. */
function vault(house: House, body: Bytes | null): object {
  const asked = body && (JSON.parse(new TextDecoder().decode(body)) as Asked);
  const renewed = house.vault.get("manifest")?.version !== asked?.known;
  const isFirst = (name: string) => !name.includes("/") || name.startsWith("engagement/");
  const wanted = (name: string) =>
    asked === null || asked.names.includes(name) || (renewed && isFirst(name));
  const items = [...house.vault].filter(([name]) => wanted(name));
  return { items: items.map(([name, item]) => ({ name, ...item })) };
}

interface Asked {
  readonly known: number;
  readonly names: readonly string[];
}

function account(house: House): object {
  const mailbox = {
    mailbox_id: toBase64url(house.clientMailbox),
    address: "x@harrow.example",
    cursor: house.newest,
  };
  return { role: "client", mailboxes: [mailbox] };
}
