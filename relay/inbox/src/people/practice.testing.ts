/** A coach with a vault, and a relay that keeps what it is told: for tests of what a coach makes for a client. */

import type { Api } from "../api.ts";
import { RelayClock } from "../clock.ts";
import { encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { type Bytes, fromBase64url, toBase64url } from "../crypto/encoding.ts";
import * as invitation from "../crypto/invitation.ts";
import { dumpJson, type JsonObject } from "../crypto/json.ts";
import { counting } from "../crypto/sources.testing.ts";
import { SignKey } from "../crypto/suite.ts";
import { accountKeys } from "../crypto/unlock.ts";
import { Fields } from "../wire.ts";
import type { Account } from "./account.ts";
import * as enrol from "./enrol.ts";
import { Inviting } from "./inviting.ts";
import { Records } from "./vault.ts";
import type { World } from "./world.ts";

export const ORIGIN = "https://inbox.harrow.example";
export const NOW = 1_800_000_000;
export const DAY = 86_400;
const NONE: Bytes = new Uint8Array(0);
export const REQUEST = {
  language: "en" as const,
  name: "Rosa Winter",
  welcome: "Welcome.",
  workEndsAt: Math.floor(NOW / DAY + 60) * DAY,
  holdDays: 30,
  refusedDomains: ["corp.example"],
  phones: [],
  workNumbers: { coach: [], client: [] },
  sponsor: "",
  sponsorSees: "",
  readMarks: false,
};
const WORDS = {
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "),
  "days.many": "$" + "{count} days",
};

/** A coach with a vault, and a relay that keeps what it is told. */
export class Practice {
  readonly random = counting(24);
  readonly asked: { method: string; path: string; fields: JsonObject }[] = [];
  acceptance: Bytes = NONE;
  reply: Bytes = NONE;
  readonly account: Account;
  readonly inviting: Inviting;
  readonly api: Api;
  readonly world: World;

  constructor() {
    const seeds = enrol.drawSeeds(NOW, NOW + 90 * DAY, this.random);
    const signer = () => SignKey.fromSeed(this.random(32)).public;
    const pins = {
      relayPublic: signer(),
      logPublic: signer(),
      doorPublic: signer(),
      noticePublic: signer(),
      keepers: [{ keeperId: this.random(16), public: signer() }],
    };
    const card = enrol.firstCard(seeds, pins, ORIGIN, NOW);
    const { vault } = enrol.firstVault(seeds, card, pins, NOW, this.random, new Map());
    this.api = {
      ask: async (method: string, path: string, fields: JsonObject = {}) =>
        this.#answer(method, path, fields),
      putVault: async () => this.#answer("PUT", "/v1/vault", {}),
    } as unknown as Api;
    const keys = accountKeys(seeds.accountKey);
    const records = new Records(this.api, vault, this.random);
    this.account = { name: "anna", accountKey: seeds.accountKey, keys, records };
    // A load would read the same again.
    records.load = async () => records.vault;
    this.world = {
      origin: ORIGIN,
      random: this.random,
      clock: new RelayClock(() => NOW * 1000),
      agreement: async (language: string) => ({
        template:
          (language === "de" ? "Auf Deutsch: " : "") +
          "$" +
          "{coach} and $" +
          "{client}: $" +
          "{refused}, $" +
          "{hold}",
        words: WORDS,
      }),
    } as unknown as World;
    this.inviting = new Inviting(this.api, this.account, this.world);
  }

  #answer(method: string, path: string, fields: JsonObject): Fields {
    this.asked.push({ method, path, fields });
    const state = this.acceptance.length > 0 ? "used" : "open";
    const waiting = {
      state,
      expires_at: NOW + 14 * DAY,
      acceptance: toBase64url(this.acceptance),
      reply: toBase64url(this.reply),
    };
    return Fields.of(dumpJson(method === "GET" ? { invitation: waiting } : {}));
  }

  get item() {
    const [item] = this.account.records.vault.engagements;
    if (!item) {
      throw new Error("nobody was invited");
    }
    return this.account.records.vault.engagement(item.engagementId);
  }

  /** What a client would send for the invitation that was posted. */
  answer(
    link: string,
    change: { origin?: string; otherBox?: boolean; otherAct?: boolean } = {},
  ): Bytes {
    const keys = invitation.invitationKeys(invitation.parseLink(link).secret);
    const posted = this.asked.find(({ path }) => path.endsWith("/invitation"))?.fields;
    const box = fromBase64url(String(posted?.box));
    const content = invitation.openClientInvitation(keys, box, Number(posted?.expires_at));
    const seeds = enrol.drawSeeds(NOW, NOW + 90 * DAY, this.random);
    const card = enrol.firstCard(seeds, content.pins, change.origin ?? ORIGIN, NOW);
    const offered = parseAct(content.act);
    const core = change.otherAct ? { ...offered.core, issuedAt: NOW + 1 } : offered.core;
    const coach = this.account.records.vault.identity;
    const act = signAct(core, seeds.identity, change.otherAct ? signAct(core, coach) : offered);
    const answer = {
      blind: this.random(32),
      clientStatement: card,
      act: encodeAct(act),
      shown: { name: "Rosa W." },
    };
    const answered = change.otherBox ? new Uint8Array([...box, 0]) : box;
    return invitation.sealAcceptance(keys, answer, answered, seeds.identity, this.random(24));
  }
}
