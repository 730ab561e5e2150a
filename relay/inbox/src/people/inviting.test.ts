/** A coach's side of an invitation: what is posted in which order, and which answers are taken in. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../api.ts";
import { RelayClock } from "../clock.ts";
import { encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { type Bytes, fromBase64url, toBase64url, toHex } from "../crypto/encoding.ts";
import * as invitation from "../crypto/invitation.ts";
import { dumpJson, type JsonObject } from "../crypto/json.ts";
import { parsePolicy } from "../crypto/policy.ts";
import { counting } from "../crypto/sources.testing.ts";
import { SignKey } from "../crypto/suite.ts";
import { accountKeys } from "../crypto/unlock.ts";
import { Fields } from "../wire.ts";
import type { Account } from "./account.ts";
import * as enrol from "./enrol.ts";
import { fault } from "./fault.ts";
import { Inviting } from "./inviting.ts";
import { Records } from "./vault.ts";
import type { World } from "./world.ts";

const ORIGIN = "https://inbox.harrow.example";
const NOW = 1_800_000_000;
const DAY = 86_400;
const NONE: Bytes = new Uint8Array(0);
const REQUEST = {
  language: "en" as const,
  name: "Rosa Winter",
  welcome: "Welcome.",
  workEndsAt: Math.floor(NOW / DAY + 60) * DAY,
  holdDays: 30,
  refusedDomains: ["corp.example"],
  phones: [],
  sponsor: "",
  sponsorSees: "",
};
const WORDS = {
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "),
  "days.many": "$" + "{count} days",
};

/** A coach with a vault, and a relay that keeps what it is told. */
class Practice {
  readonly random = counting(24);
  readonly asked: { method: string; path: string; fields: JsonObject }[] = [];
  acceptance: Bytes = NONE;
  readonly account: Account;
  readonly inviting: Inviting;

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
    const api = {
      ask: async (method: string, path: string, fields: JsonObject = {}) =>
        this.#answer(method, path, fields),
      putVault: async () => this.#answer("PUT", "/v1/vault", {}),
    } as unknown as Api;
    const keys = accountKeys(seeds.accountKey);
    const records = new Records(api, vault, keys.vaultKey, this.random);
    this.account = { name: "anna", accountKey: seeds.accountKey, keys, records };
    // A load would read the same again.
    records.load = async () => records.vault;
    const world = {
      origin: ORIGIN,
      random: this.random,
      clock: new RelayClock(() => NOW * 1000),
      agreement: async (language: string) => ({
        template:
          (language === "de" ? "Auf Deutsch: " : "") +
          "$" +
          "{coach} and $" +
          "{client}: $" +
          "{refused}",
        words: WORDS,
      }),
    } as unknown as World;
    this.inviting = new Inviting(api, this.account, world);
  }

  #answer(method: string, path: string, fields: JsonObject): Fields {
    this.asked.push({ method, path, fields });
    const state = this.acceptance.length > 0 ? "used" : "open";
    const waiting = {
      state,
      expires_at: NOW + 14 * DAY,
      acceptance: toBase64url(this.acceptance),
    };
    return Fields.of(dumpJson(method === "GET" ? { invitation: waiting } : {}));
  }

  get item() {
    const [item] = this.account.records.vault.engagements;
    assert.ok(item);
    return item;
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

test("the secret is in the vault before the invitation is posted, and the link opens what was posted", async () => {
  const practice = new Practice();
  const made = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  const paths = practice.asked.map(({ method, path }) => `${method} ${path}`);
  const id = toBase64url(practice.item.engagementId);
  assert.deepEqual(paths, [
    "POST /v1/engagements",
    "PUT /v1/vault",
    `POST /v1/engagements/${id}/invitation`,
  ]);
  const { secret } = invitation.parseLink(made.link);
  assert.deepEqual(practice.item.invitationSecret, secret);
  const posted = practice.asked[2]?.fields;
  const opened = invitation.openClientInvitation(
    invitation.invitationKeys(secret),
    fromBase64url(String(posted?.box)),
    made.expiresAt,
  );
  assert.equal(opened.shown.client_name, "Rosa Winter");
  assert.deepEqual(parsePolicy(opened.policy).refusedDomains, ["corp.example"]);
  assert.equal(made.expiresAt, NOW + 14 * DAY);
});

test("the same name invited again keeps its draft and gets another secret", async () => {
  const practice = new Practice();
  const first = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  const second = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  assert.equal(second.id, first.id);
  assert.notEqual(second.link, first.link);
});

test("an answer that fits makes the client one", async () => {
  const practice = new Practice();
  const { link } = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  practice.acceptance = practice.answer(link);
  assert.equal(await practice.inviting.takeIn(), 1);
  const { item } = practice;
  assert.equal(item.active, true);
  assert.equal(item.theirName, "Rosa W.");
  assert.deepEqual(item.invitationSecret, new Uint8Array(32));
  assert.ok(practice.account.records.vault.item(`agreement/${toHex(item.engagementId)}`));
  assert.equal(await practice.inviting.takeIn(), 0);
  await assert.rejects(practice.inviting.waiting(toBase64url(item.engagementId)));
});

const WRONG: [string, (practice: Practice, link: string) => Bytes][] = [
  [
    "of another place",
    (practice, link) => practice.answer(link, { origin: "https://other.example" }),
  ],
  ["to another box", (practice, link) => practice.answer(link, { otherBox: true })],
  ["under another act", (practice, link) => practice.answer(link, { otherAct: true })],
  ["noise", () => new Uint8Array(200).fill(7)],
];
for (const [name, make] of WRONG) {
  test(`an answer ${name} is not taken in`, async () => {
    const practice = new Practice();
    const { link } = await practice.inviting.invite(REQUEST, "Harrow Coaching");
    practice.acceptance = make(practice, link);
    assert.equal(await practice.inviting.takeIn(), 0);
    assert.equal(practice.item.active, false);
  });
}

test("the agreement is in the language that was asked for", async () => {
  const { inviting } = new Practice();
  const english = await inviting.preview(REQUEST);
  const german = await inviting.preview({ ...REQUEST, language: "de" });
  assert.ok("text" in english && "text" in german);
  assert.equal(german.text, `Auf Deutsch: ${english.text}`);
});

test("what cannot stand in an agreement is not posted", async () => {
  const practice = new Practice();
  const wrong = { ...REQUEST, holdDays: -1 };
  assert.deepEqual(await practice.inviting.preview(wrong), { fault: "hold" });
  await assert.rejects(practice.inviting.invite(wrong, "x"), fault("refused"));
  assert.deepEqual(practice.asked, []);
});
