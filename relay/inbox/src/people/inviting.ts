/**
 * Inviting: a coach's invitation from what was entered to the relay, and the client's answer into the vault.
 *
 * Owns the order of its steps, each of which may be repeated: the draft, the vault, the invitation. Must never post an
 * invitation whose secret is not safe in the vault first, or nobody could take its acceptance in; and never pin a person
 * whose signature does not cover exactly this invitation. Mirrors `client_sdk/joining.py`. (docs/protocol.md, part 10.)
 */

import type { Api } from "../api.ts";
import {
  type ActCore,
  ActKind,
  actHash,
  encodeAct,
  parseAct,
  signAct,
  verifyAct,
} from "../crypto/acts.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { Purpose } from "../crypto/codes.ts";
import {
  type Bytes,
  concat,
  counted,
  countedText,
  fromBase64url,
  isZero,
  Reader,
  same,
  toBase64url,
  toHex,
  u8,
  u64,
} from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import * as invitation from "../crypto/invitation.ts";
import { DAY_SECONDS, mailboxId, originHash, Role, ZERO_HASH, ZERO_ID } from "../crypto/names.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import {
  agreementHash,
  encodePolicy,
  holdEndsAt,
  type Policy,
  parsePolicy,
  policyHash,
} from "../crypto/policy.ts";
import { openReply, ReplyKind } from "../crypto/reply.ts";
import { blind, parseStatement, type Statement, statementFp } from "../crypto/statement.ts";
import { type EngagementHead, type EngagementItem, encodeWriters } from "../crypto/vault.ts";
import type { Language } from "../languages.ts";
import type { Reply } from "../session.coming.ts";
import type {
  InviteFault,
  InvitePreview,
  InviteRequest,
  WaitingInvitation,
} from "../session.own.ts";
import type { WorkNumbers } from "../session.ts";
import type { Fields } from "../wire.ts";
import { type Account, authority } from "./account.ts";
import { agreementText, type Facts, factsOf } from "./agreementtext.ts";
import { makeCode } from "./codes.ts";
import { failureOf, fault, trusting } from "./fault.ts";
import { ownWords, requestOf } from "./offered.ts";
import { oneLine } from "./text.ts";
import { type Changes, engagementKept, KEPT_AFTER_SECONDS, type Vault } from "./vault.ts";
import type { World } from "./world.ts";

const INVITATION_SECONDS = 14 * DAY_SECONDS;
const NONE: Bytes = new Uint8Array(0);
const KINDS = {
  [ReplyKind.CHANGE]: "change",
  [ReplyKind.NO]: "no",
  [ReplyKind.WORK_DEVICE]: "work",
} as const;

export class Inviting {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  /** What both would sign, or which field cannot be so. */
  async preview(request: InviteRequest): Promise<InvitePreview> {
    const facts = this.#facts(request);
    return typeof facts === "string"
      ? { fault: facts }
      : { text: await this.#text(facts, request), own: ownWords(facts, request) !== null };
  }

  /** Make and post an invitation; on a draft that this client was already invited to, it replaces the old link. */
  async invite(request: InviteRequest, relayName: string): Promise<WaitingInvitation> {
    const facts = this.#facts(request);
    if (typeof facts === "string") {
      throw fault("refused");
    }
    const { records } = this.#account;
    await records.load();
    const drafts = records.vault.engagements.filter((one) => isInvited(one, request.name));
    const engagementId = drafts[0]?.engagementId ?? this.#world.random(16);
    const text = await this.#text(facts, request);
    const made = this.#make(engagementId, facts, request, { relayName, text });
    await this.#api.ask("POST", "/v1/engagements", { engagement_id: toBase64url(engagementId) });
    await records.change(() => made.changes);
    await this.#api.ask("POST", `/v1/engagements/${toBase64url(engagementId)}/invitation`, {
      invite_id: toBase64url(made.keys.inviteId),
      redemption_key: toBase64url(made.keys.redemption.public),
      box: toBase64url(made.box),
      expires_at: made.expiresAt,
      policy: toBase64url(made.item.policy),
      act: toBase64url(made.item.act),
    });
    return this.#waiting(made.item, made.expiresAt);
  }

  /** An invitation of mine that is still open, with its link; a fault `gone` where it is not. */
  async waiting(id: string): Promise<WaitingInvitation> {
    const item = this.#item(id);
    const path = `/v1/engagements/${toBase64url(item.engagementId)}`;
    const facts = await this.#api.ask("GET", path);
    const state = facts.has("invitation") ? facts.object("invitation") : null;
    if (state?.text("state", 16) !== "open") {
      throw fault("gone");
    }
    return this.#waiting(item, state.whole("expires_at"));
  }

  /** Words for an open invitation; those that it had before lead nowhere any more. */
  async code(id: string): Promise<string> {
    const { invitationSecret } = this.#item(id);
    const { inviteId } = invitation.invitationKeys(invitationSecret);
    return await makeCode(this.#api, this.#world, Purpose.INVITATION, inviteId, invitationSecret);
  }

  async withdraw(id: string): Promise<void> {
    const { inviteId } = invitation.invitationKeys(this.#item(id).invitationSecret);
    await this.#api.ask("DELETE", `/v1/invitations/${toBase64url(inviteId)}`);
  }

  /** What was offered, as it was entered: the dates, the words and what no form asks for. */
  async terms(id: string): Promise<InviteRequest> {
    const head = this.#item(id);
    const vault = await this.#account.records.hold(head.engagementId);
    const item = vault.engagement(head.engagementId);
    const policy = parsePolicy(item.policy);
    const name = item.theirName;
    return await requestOf(policy, { name, ...this.#offered(item) }, (facts, language) =>
      this.#packaged(facts, language, name),
    );
  }

  #offered({ engagementId, invitationSecret }: EngagementItem) {
    const plain = this.#account.records.vault.item(`invitation/${toHex(engagementId)}`);
    return trusting("vault", () => {
      const { box, expiresAt } = parseKept(plain ?? NONE);
      const keys = invitation.invitationKeys(invitationSecret);
      const { shown } = invitation.openClientInvitation(keys, box, expiresAt);
      return { welcome: String(shown.welcome ?? ""), agreement: String(shown.agreement ?? "") };
    });
  }

  /** What somebody has said who has the link and has not joined; null where nothing is there, or not of this link. */
  reply({ active, invitationSecret }: EngagementHead, state: Fields): Reply | null {
    const box = state.bytes("reply");
    if (active || box.length === 0) {
      return null;
    }
    try {
      const { kind, text } = openReply(invitation.invitationKeys(invitationSecret), box);
      return { kind: KINDS[kind], text };
    } catch (reason) {
      if (reason instanceof KeysError) {
        return null;
      }
      throw reason;
    }
  }

  /** Take in the answers that have come; how many clients have just joined. What does not hold is left as it is. */
  async takeIn(): Promise<number> {
    const waiting = this.#account.records.vault.engagements.filter((one) => !one.active);
    const done = await Promise.all(waiting.map((item) => this.#takeInOne(item)));
    return done.filter(Boolean).length;
  }

  async #takeInOne({ engagementId }: EngagementHead): Promise<boolean> {
    const facts = await this.#api
      .ask("GET", `/v1/engagements/${toBase64url(engagementId)}`)
      .catch(() => null);
    const state = facts?.has("invitation") ? facts.object("invitation") : null;
    const acceptance = state?.bytes("acceptance") ?? NONE;
    if (acceptance.length === 0) {
      return false;
    }
    try {
      await this.#account.records.change((vault) =>
        this.#answered(vault, engagementId, acceptance),
      );
      return true;
    } catch (reason) {
      if (failureOf(reason).code === "unknown") {
        return false; // the list says that what came does not fit
      }
      throw reason;
    }
  }

  /** What the vault keeps from now on. A fault where anything of the answer does not fit. */
  #answered(vault: Vault, engagementId: Bytes, acceptance: Bytes): Changes {
    const item = vault.engagement(engagementId);
    const kept = vault.item(`invitation/${toHex(engagementId)}`);
    if (item.active) {
      return new Map(); // another browser was first
    }
    return trusting("acceptance", () => {
      const { box, expiresAt } = parseKept(kept ?? NONE);
      const keys = invitation.invitationKeys(item.invitationSecret);
      const offered = invitation.openClientInvitation(keys, box, expiresAt);
      const answer = invitation.openAcceptance(keys, acceptance, box);
      const client = parseStatement(answer.clientStatement);
      this.#checkAnswer(vault, item, client, answer.act);
      const active: EngagementItem = {
        ...item,
        active: true,
        theirMailboxId: mailboxId(engagementId, Role.CLIENT, statementFp(client)),
        invitationSecret: new Uint8Array(32),
        theirStatement: answer.clientStatement,
        act: answer.act,
        theirName: oneLine(String(answer.shown.name ?? "")) || item.theirName,
      };
      return agreedChanges(active, offered);
    });
  }

  #checkAnswer(vault: Vault, item: EngagementItem, client: Statement, raw: Bytes): void {
    const act = parseAct(raw);
    const { identity, pins } = vault;
    verifyAct(act, { coach: identity.public, client: client.card.identityPublic });
    const fits =
      same(actHash(act.core), actHash(parseAct(item.act).core)) &&
      client.card.number === 1 &&
      same(client.card.originHash, originHash(this.#world.origin)) &&
      same(client.card.keeperSet, pinnedKeeperSet(pins)) &&
      !same(client.card.identityPublic, identity.public);
    if (!fits) {
      throw fault("unknown", "acceptance");
    }
  }

  // --- making one ---

  #facts(request: InviteRequest): Facts | InviteFault {
    return factsOf(request, authority(this.#world.origin), this.#world.clock.now());
  }

  async #text(facts: Facts, request: InviteRequest): Promise<string> {
    const { language, name } = request;
    return ownWords(facts, request) ?? (await this.#packaged(facts, language, name));
  }

  async #packaged(facts: Facts, language: Language, name: string): Promise<string> {
    return agreementText(await this.#world.agreement(language), facts, this.#myName, name);
  }

  #make(
    engagementId: Bytes,
    facts: Facts,
    request: InviteRequest,
    { relayName, text }: { readonly relayName: string; readonly text: string },
  ) {
    const { random, clock } = this.#world;
    const { vault } = this.#account.records;
    const [secret, salt, now] = [random(32), random(32), clock.now()];
    const keys = invitation.invitationKeys(secret);
    const card = parseStatement(vault.card);
    const fp = statementFp(card);
    const policy = encodePolicy(policyOf(facts, engagementId, fp, agreementHash(salt, text)));
    const act = encodeAct(signAct(firstCore(engagementId, policy, now), vault.identity));
    const coachMailboxId = mailboxId(engagementId, Role.COACH, fp);
    const content = {
      engagementId,
      coachMailboxId,
      pins: vault.pins,
      agreementSalt: salt,
      blind: blind(vault.identity.seed, card.card.number),
      coachStatement: vault.card,
      policy,
      act,
      shown: {
        relay_name: relayName,
        coach_name: this.#myName,
        client_name: request.name,
        welcome: request.welcome,
        agreement: text,
      },
    };
    const heldUntil = holdEndsAt(parsePolicy(policy));
    const expiresAt = Math.min(now + INVITATION_SECONDS, heldUntil);
    const box = invitation.sealClientInvitation(keys, content, expiresAt, random(NONCE_BYTES));
    const item: EngagementItem = {
      myRole: Role.COACH,
      active: false,
      engagementId,
      myMailboxId: coachMailboxId,
      theirMailboxId: ZERO_ID,
      notesMailboxId: mailboxId(engagementId, Role.NOTES, fp),
      invitationSecret: secret,
      theirStatement: new Uint8Array(0),
      policy,
      act,
      myName: this.#myName,
      theirName: request.name,
    };
    const until = heldUntil + KEPT_AFTER_SECONDS;
    const changes: Changes = new Map([
      ...engagementKept(item, until),
      [`invitation/${toHex(engagementId)}`, { plain: kept(box, expiresAt), expiresAt: until }],
    ]);
    return { keys, box, expiresAt, item, changes };
  }

  #item(id: string): EngagementHead {
    const engagementId = fromBase64url(id, 16);
    const all = this.#account.records.vault.engagements;
    const item = all.find((one) => same(one.engagementId, engagementId));
    if (!item || item.active || isZero(item.invitationSecret)) {
      throw fault("gone");
    }
    return item;
  }

  #waiting(item: EngagementHead, expiresAt: number): WaitingInvitation {
    const { origin } = this.#world;
    const secret = item.invitationSecret;
    const link = invitation.linkText({ origin, kind: invitation.CLIENT, secret });
    return { id: toBase64url(item.engagementId), name: item.theirName, link, expiresAt };
  }

  /** What I am called here: by the profile of the enrolment, or as in another engagement. */
  get #myName(): string {
    const { vault } = this.#account.records;
    const profile = vault.item("profile");
    if (profile) {
      const reader = new Reader(profile);
      reader.expect(u8(1), "version");
      return reader.text(2);
    }
    return vault.engagements[0]?.myName ?? "Coach";
  }
}

function isInvited(item: EngagementHead, name: string): boolean {
  return !item.active && item.theirName === name && !isZero(item.invitationSecret);
}

function policyOf(facts: Facts, engagementId: Bytes, fp: Bytes, hash: Bytes): Policy {
  return {
    engagementId,
    number: 1,
    previousHash: ZERO_HASH,
    coachFp: fp,
    workEndsAt: facts.workEndsAt,
    holdDays: facts.holdDays,
    longestKeepDays: facts.longestKeepDays,
    agreementHash: hash,
    authorMayRecall: facts.authorMayRecall,
    readMarks: facts.readMarks,
    sponsorToldCalls: facts.sponsorToldCalls,
    refusedDomains: facts.refusedDomains,
    places: facts.places,
    personalPhones: facts.phones,
    coachWorkPhones: markOf(facts, "coach"),
    clientWorkPhones: markOf(facts, "client"),
    sponsorName: facts.sponsor,
    sponsorScope: facts.sponsorSees,
  };
}

/** The bits of the numbers that are somebody's at work. */
function markOf({ phones, workNumbers }: Facts, whose: keyof WorkNumbers): number {
  const mine = workNumbers[whose];
  return phones.reduce((mark, one, at) => mark | (mine.includes(one) ? 1 << at : 0), 0);
}

function firstCore(engagementId: Bytes, policy: Bytes, now: number): ActCore {
  const hash = policyHash(policy);
  return {
    kind: ActKind.POLICY,
    engagementId,
    policyHash: hash,
    number: 1,
    previousHash: ZERO_HASH,
    issuedAt: now,
    date: 0,
    secondDate: 0,
    subject: hash,
    envelopeIds: [],
  };
}

/** What the vault keeps of an engagement that both have signed. */
function agreedChanges(item: EngagementItem, offered: invitation.ClientInvitation): Changes {
  const expiresAt = holdEndsAt(parsePolicy(item.policy)) + KEPT_AFTER_SECONDS;
  const hex = toHex(item.engagementId);
  const text = countedText(String(offered.shown.agreement), 4);
  const agreement = concat(u8(1), offered.agreementSalt, text);
  return new Map([
    ...engagementKept(item, expiresAt),
    [`agreement/${hex}`, { plain: agreement, expiresAt }],
    [`writers/${hex}`, { plain: encodeWriters([]), expiresAt }],
  ]);
}

function kept(box: Bytes, expiresAt: number): Bytes {
  return concat(u8(1), u64(expiresAt), counted(box, 4));
}

function parseKept(plain: Bytes): { readonly box: Bytes; readonly expiresAt: number } {
  const reader = new Reader(plain);
  reader.expect(u8(1), "version");
  const expiresAt = reader.u64();
  const box = reader.counted(4);
  reader.finish();
  return { box, expiresAt };
}
