/**
 * Standing: one engagement of an open account, kept current.
 *
 * Owns the refresh: my own card at the relay must be mine, the other person's is followed from the pin on, acts are only
 * ever added. What follows rightly is pinned in the vault; what does not is refused. (docs/protocol.md, parts 4 and 12.)
 */

import type { Api, EngagementFacts } from "../api.ts";
import type { RelayClock } from "../clock.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { holdEndsAt, parsePolicy } from "../crypto/policy.ts";
import { parseStatement, statementFp, statementHash } from "../crypto/statement.ts";
import { type EngagementItem, encodeEngagement, engagementName } from "../crypto/vault.ts";
import type { Opened } from "../session.ts";
import type { Account } from "./account.ts";
import { cardIsDue, renewal } from "./cards.ts";
import { fault, notTrusted } from "./fault.ts";
import { meOf, type Place, placeOf } from "./party.ts";
import type { Chains } from "./receive.ts";
import { chainHashes, follow, policyFacts, Terms } from "./terms.ts";
import { type Changes, KEPT_AFTER_SECONDS } from "./vault.ts";
import type { World } from "./world.ts";

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

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
    // A client has one. A coach's others are for the command line; the first of them is better than none.
    const item = account.records.vault.engagements.find((one) => one.active);
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

  /** The name of an item of this engagement in the vault. */
  itemName(kind: "writers" | "read"): string {
    return `${kind}/${toHex(this.engagementId)}`;
  }

  /** Until when the vault is asked to keep an item of this engagement. */
  keptUntil(): number {
    const policy = this.#terms?.inForce.policy ?? parsePolicy(this.item.policy);
    return holdEndsAt(policy) + KEPT_AFTER_SECONDS;
  }

  /** What the page is told of the engagement. */
  opened(relayName: string, inboundAddress: string): Opened {
    const { myName, theirName } = this.item;
    return {
      relayName,
      myName,
      otherName: theirName,
      engagementState: this.#state,
      policy: policyFacts(this.terms.inForce.policy, this.terms.workEndsAt),
      clockOffset: this.#clock.offsetSeconds(),
      inboundAddress,
    };
  }

  /** Read the engagement from the relay and follow what has been signed since. */
  async refresh(): Promise<void> {
    const facts = await this.#api.engagement(this.engagementId);
    await this.#checkOwn(cardOf(facts, this.#place.myRole));
    await this.#followOther(cardOf(facts, this.#place.theirRole));
    this.#takeTerms(facts);
    this.#state = STATES.find((one) => one === facts.state) ?? "held";
  }

  /** A new card, where one is due: in the vault first, so that no key is ever announced that could be lost. */
  async renewCard(): Promise<void> {
    const now = this.#clock.now();
    if (!cardIsDue(this.#place.me.statement.card, now)) {
      return;
    }
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
    const plain = encodeEngagement({ ...item, theirStatement });
    return new Map([[engagementName(item), { plain, expiresAt: this.keptUntil() }]]);
  }

  #takeTerms({ policies, acts }: EngagementFacts): void {
    const { coachPublic, clientPublic } = this.#place;
    const terms = Terms.read(policies, acts, {
      engagementId: this.engagementId,
      firstAct: this.item.act,
      coach: coachPublic,
      client: clientPublic,
    });
    this.#terms?.checkFollowedBy(terms, acts);
    this.#terms = terms;
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
