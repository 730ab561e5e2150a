/**
 * Standing: one engagement of an open account, kept current.
 *
 * Owns the refresh: my own card at the relay must be mine, the other person's is followed from the pin on, acts are only
 * ever added. What follows rightly is pinned in the vault; what does not is refused. (docs/protocol.md, parts 4 and 12.)
 */

import type { Api, EngagementFacts } from "../api.ts";
import type { RelayClock } from "../clock.ts";
import { type Act, ActKind, parseAct, verifySignatures } from "../crypto/acts.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { Role } from "../crypto/names.ts";
import { holdEndsAt, parsePolicy } from "../crypto/policy.ts";
import { parseSettings, SETTINGS } from "../crypto/settings.ts";
import { cardIsDue, parseStatement, statementFp, statementHash } from "../crypto/statement.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { Opened } from "../session.ts";
import type { Account } from "./account.ts";
import { fault, fetched, notTrusted } from "./fault.ts";
import { meOf, type Place, placeOf } from "./party.ts";
import type { Chains } from "./receive.ts";
import {
  type Clients,
  chainHashes,
  checkAct,
  follow,
  policyFacts,
  type Signed,
  Terms,
} from "./terms.ts";
import { type Changes, engagementKept, KEPT_AFTER_SECONDS, type Vault } from "./vault.ts";
import type { World } from "./world.ts";

const MOVES: readonly ActKind[] = [ActKind.POLICY, ActKind.CLOSE, ActKind.REOPEN];
const LETS: readonly ActKind[] = [ActKind.RELEASE, ActKind.WITHDRAW];
const STATES = ["draft", "active", "held", "gone", "withdrawn"] as const;

export class Standing {
  readonly engagementId: Bytes;
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #place: Place;
  #terms: Terms | null = null;
  #state: Opened["engagementState"] = "active";
  #chains: Chains;
  #chainsWhole = false;
  #contactChanged = false;
  #notes: EngagementFacts["notes"] = { count: 0, expiresAt: 0 };
  #offers: readonly Act[] = [];
  /** Changes of the agreement that wait for me: they travel as contents, which are read elsewhere. */
  #agreementsOpen = 0;

  /** `chosen`: the engagement to open; without one the first. A client has one, a coach one for each client. */
  constructor(api: Api, account: Account, world: World, chosen: Bytes | null) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
    const active = account.records.vault.engagements.filter((one) => one.active);
    const item =
      active.find((one) => chosen !== null && same(one.engagementId, chosen)) ?? active[0];
    if (!item) {
      throw fault("gone");
    }
    this.engagementId = item.engagementId;
    this.#place = this.#placeNow();
    this.#chains = this.#chainsAtHand();
  }

  get place(): Place {
    return this.#place;
  }

  get terms(): Terms {
    if (!this.#terms) {
      throw fault("locked");
    }
    return this.#terms;
  }

  get chains(): Chains {
    return this.#chains;
  }

  get item(): EngagementItem {
    return this.#account.records.vault.engagement(this.engagementId);
  }

  /** The coach's private notes: their number and when the last of them goes. */
  get notes(): EngagementFacts["notes"] {
    return this.#notes;
  }

  /** What waits at the relay for a second signature: acts of kind 3 or 5, each signed by one of the two. */
  get offers(): readonly Act[] {
    return this.#offers;
  }

  /** How an act was signed, seen from here. */
  sideOf(by: Signed["by"]): "both" | "me" | "other" {
    return by === "both" ? "both" : by === this.#myRoleName ? "me" : "other";
  }

  get myRoleName(): "coach" | "client" {
    return this.#myRoleName;
  }

  get state(): Opened["engagementState"] {
    return this.#state;
  }

  /** Look at the clock again; answers whether the work has ended, or everything has gone, meanwhile. */
  advance(): boolean {
    const before = this.#state;
    if (before !== "draft" && before !== "withdrawn") {
      this.#state = this.#phase();
    }
    return before !== this.#state;
  }

  #phase(): Opened["engagementState"] {
    return this.terms.phaseAt(this.#clock.now());
  }

  /** Tell how many changes of the agreement wait for me; answers whether that is news. */
  setAgreementsOpen(count: number): boolean {
    const news = count !== this.#agreementsOpen;
    this.#agreementsOpen = count;
    return news;
  }

  get #myRoleName(): "coach" | "client" {
    return this.#place.myRole === Role.COACH ? "coach" : "client";
  }

  /** The name of an item of this engagement in the vault. */
  itemName(
    kind: "writers" | "read" | "agreement" | "earlier" | "mailin" | "index" | "drafts" | "releases",
  ): string {
    return `${kind}/${toHex(this.engagementId)}`;
  }

  /** Until when the vault is asked to keep an item of this engagement. */
  keptUntil(): number {
    const endsAt = this.#terms?.endsAt ?? holdEndsAt(parsePolicy(this.item.policy));
    return endsAt + KEPT_AFTER_SECONDS;
  }

  /** What the page is told of the engagement. */
  opened(relayName: string, inboundAddress: string): Opened {
    const { myName, theirName } = this.item;
    return {
      relayName,
      myName,
      otherName: theirName,
      myRole: this.#myRoleName,
      engagementState: this.#state,
      policy: policyFacts(this.terms.inForce.policy, this.terms.standing),
      closedBy: this.#closedBy(),
      released: this.#released(),
      asked: this.#agreementsOpen + this.#offers.filter((one) => !this.isMine(one)).length,
      clockOffset: this.#clock.offsetSeconds(),
      language: languageIn(this.#account.records.vault),
      inboundAddress,
    };
  }

  /** Whether I was the one who signed a proposal. */
  isMine(act: Act): boolean {
    return act.signers.some(({ fp }) => same(fp, this.#place.me.fp));
  }

  /** What the newest ticket lets out, where nothing has taken it back. */
  #released(): Opened["released"] {
    const moves = this.terms.acts.filter(({ core }) => LETS.includes(core.kind));
    const last = moves.at(-1)?.core;
    const before = moves.at(-2)?.core;
    const earlier = before?.kind === ActKind.RELEASE && before.secondDate > this.#clock.now();
    return last?.kind === ActKind.RELEASE
      ? { from: last.date, until: last.secondDate, earlier }
      : null;
  }

  /** Who ended the work before the agreed day, where that still holds. */
  #closedBy(): Opened["closedBy"] {
    const last = this.terms.acts.filter(({ core }) => MOVES.includes(core.kind)).at(-1);
    if (last?.core.kind !== ActKind.CLOSE) {
      return null;
    }
    return this.sideOf(last.by) === "other" ? "other" : "me";
  }

  /** Read the engagement from the relay and follow what has been signed since. */
  async refresh(): Promise<void> {
    const facts = await this.#api.engagement(this.engagementId);
    // Fetched where a lost mailbox was reopened: who is client follows from the acts then.
    const of = facts.acts.some((act) => act[1] === 8)
      ? await this.#followClients(facts)
      : undefined;
    await this.#checkOwn(cardOf(facts, this.#place.myRole));
    await this.#followOther(cardOf(facts, this.#place.theirRole));
    this.#takeTerms(facts, of);
    this.#notes = facts.notes;
    this.#offers = facts.proposals.flatMap((raw) => this.#offer(raw));
    const said = STATES.find((one) => one === facts.state);
    this.#state = said === "draft" || said === "withdrawn" ? said : this.#phase();
  }

  /** A new card, where one is due: in the vault first, so that no key is ever announced that could be lost. */
  async renewCard(): Promise<void> {
    const now = this.#clock.now();
    if (!cardIsDue(this.#place.me.statement.card, now)) {
      return;
    }
    const { renewal } = await fetched(() => import("./cards.ts"));
    const policies = [this.terms.inForce.policy];
    const { records } = this.#account;
    await records.change((vault) => renewal(vault, policies, now, this.#world.random));
    await this.#api.addStatement(records.vault.card);
    this.#moved();
  }

  /** Fetch both chains from their first statement, once: for contents sealed to a card that is not the newest. */
  async fetchChains(): Promise<void> {
    if (this.#chainsWhole) {
      return;
    }
    const { myRole, theirRole, me, other } = this.#place;
    const [mine, theirs] = await Promise.all([
      this.#api.statements(this.engagementId, myRole, 0),
      this.#api.statements(this.engagementId, theirRole, 0),
    ]);
    this.#chains = { mine: chainHashes(me.statement, mine), theirs: chainHashes(other, theirs) };
    this.#chainsWhole = true;
  }

  get #clock(): RelayClock {
    return this.#world.clock;
  }

  /** My own card at the relay must be mine: to one that I did not sign others would seal. */
  async #checkOwn(shown: Bytes): Promise<void> {
    const { records } = this.#account;
    if (same(shown, records.vault.card)) {
      return;
    }
    const vault = await records.load();
    this.#moved();
    if (same(shown, vault.card)) {
      return;
    }
    const mine = parseStatement(vault.card);
    if (!same(mine.card.previousHash, statementHash(shown))) {
      throw notTrusted("own-statement");
    }
    // It was made, but had not arrived.
    await this.#api.addStatement(vault.card);
  }

  /** Refuse to go on where the other person has a new identity key: reading goes on, but a person has to be asked first. */
  checkContact(): void {
    if (this.#contactChanged) {
      throw fault("contact-changed");
    }
  }

  async #followOther(shown: Bytes): Promise<void> {
    const pinned = this.#place.other;
    this.#contactChanged = false;
    if (same(shown, pinned.raw)) {
      return;
    }
    const role = this.#place.theirRole;
    const later = await this.#api.statements(this.engagementId, role, pinned.card.number);
    const newest = follow(pinned, later);
    if (!same(statementFp(newest), statementFp(pinned))) {
      this.#contactChanged = true;
      return;
    }
    if (!same(newest.raw, shown)) {
      throw notTrusted("statement-fork");
    }
    await this.#account.records.change(() => this.#pin(newest.raw));
    this.#moved();
  }

  #pin(theirStatement: Bytes): Changes {
    const { item } = this;
    if (same(item.theirStatement, theirStatement)) {
      return new Map();
    }
    return new Map(engagementKept({ ...item, theirStatement }, this.keptUntil()));
  }

  async #followClients(facts: EngagementFacts): Promise<Clients> {
    const { followClients } = await fetched(() => import("./reopened.ts"));
    const around = { api: this.#api, account: this.#account };
    const { clients, moved } = await followClients(around, this.item, this.#place, facts);
    if (!moved) {
      return clients;
    }
    this.#moved();
    return (await followClients(around, this.item, this.#place, facts)).clients;
  }

  #takeTerms({ policies, acts }: EngagementFacts, clients?: Clients): void {
    const { coachPublic, clientPublic } = this.#place;
    const terms = Terms.read(policies, acts, {
      engagementId: this.engagementId,
      act: this.item.act,
      coach: coachPublic,
      client: clientPublic,
      me: this.#myRoleName,
      clients,
    });
    this.#terms?.checkFollowedBy(terms, acts);
    this.#terms = terms;
  }

  /** A proposal that is what it seems: the next act, of the one or the other kind, signed by one of the two. */
  #offer(raw: Bytes): Act[] {
    try {
      const act = parseAct(raw);
      const { kind, number, previousHash } = act.core;
      const { coachPublic, clientPublic } = this.#place;
      verifySignatures(act, [coachPublic, clientPublic]);
      const next = number === this.terms.actCount + 1 && same(previousHash, this.terms.lastActHash);
      const fits = next && (kind === ActKind.EXTEND || kind === ActKind.REOPEN);
      if (!fits || !same(act.core.policyHash, this.terms.inForce.hash)) {
        return [];
      }
      checkAct({ core: act.core, by: "both" }, this.terms.standing);
      return [act];
    } catch {
      // What does not hold is no proposal: it is not shown, and nobody is asked to sign it.
      return [];
    }
  }

  #moved(): void {
    this.#place = this.#placeNow();
    this.#chains = this.#chainsAtHand();
    this.#chainsWhole = false;
  }

  #placeNow(): Place {
    const { vault } = this.#account.records;
    return placeOf(this.item, meOf(vault, this.#account.keys.access), vault.pins);
  }

  /** The newest cards of both: enough until a content names an older one. */
  #chainsAtHand(): Chains {
    const { me, other } = this.#place;
    return {
      mine: new Set([toHex(statementHash(me.statement.raw))]),
      theirs: new Set([toHex(statementHash(other.raw))]),
    };
  }
}

function cardOf(facts: EngagementFacts, role: number): Bytes {
  const member = facts.members.find((one) => one.role === role);
  if (!member) {
    throw fault("gone");
  }
  return member.statement;
}

/** What a newer page has written, and this one cannot read, is no reason to keep anybody out. */
export function languageIn(vault: Vault): string | null {
  const plain = vault.item(SETTINGS);
  try {
    return plain && parseSettings(plain).language;
  } catch {
    return null;
  }
}
