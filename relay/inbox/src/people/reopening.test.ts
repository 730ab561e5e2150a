/** A coach's side of a lost inbox: what is kept and posted in which order, whom it believes, and what it signs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ActKind, encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { ContentKind, contentId, encodeContent } from "../crypto/content.ts";
import { type Bytes, fromBase64url, same, toBase64url } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import * as invitation from "../crypto/invitation.ts";
import type { JsonObject } from "../crypto/json.ts";
import { dumpJson } from "../crypto/json.ts";
import { ZERO_HASH } from "../crypto/names.ts";
import { parsePolicy, policyHash } from "../crypto/policy.ts";
import { encodeClaim, formerOf, openReopening, reopeningSubject } from "../crypto/reopening.ts";
import { signContent } from "../crypto/sealing.ts";
import { encodeResult } from "../crypto/spoken.ts";
import { parseStatement, statementFp, statementHash } from "../crypto/statement.ts";
import { Fields } from "../wire.ts";
import * as enrol from "./enrol.ts";
import { meOf, placeOf } from "./party.ts";
import { DAY, NOW, ORIGIN, Practice, REQUEST } from "./practice.testing.ts";
import { Reopening } from "./reopening.ts";
import type { Tools } from "./tools.ts";

const NONE: Bytes = new Uint8Array(0);
const RUN = { progress: () => {}, signal: new AbortController().signal };

/** A coach with one client who joined, and what the relay holds of a reopening. */
async function house() {
  const practice = new Practice();
  const made = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  practice.acceptance = practice.answer(made.link);
  assert.equal(await practice.inviting.takeIn(), 1);
  practice.asked.length = 0;
  const { vault } = practice.account.records;
  const place = placeOf(practice.item, meOf(vault, practice.account.keys.access), vault.pins);
  const found = { state: "open", acceptance: NONE, claim: NONE };
  const posted: { path: string; fields: JsonObject }[] = [];
  const acts: Bytes[] = [];
  let run: { commitment: Bytes; coachRandom: Bytes | null } | null = null;
  const api = {
    ...practice.api,
    relay: async () => ({ name: "Harrow Coaching" }),
    ask: async (method: string, path: string, fields: JsonObject = {}) => {
      if (method === "POST") {
        // What is posted must be known to the vault by then.
        assert.ok(practice.account.records.vault.item(`reopening/${hex(place.engagementId)}`));
        posted.push({ path, fields });
      }
      return Fields.of(dumpJson(method === "GET" ? { reopening: shown(found, place) } : {}));
    },
    addAct: async (_: Bytes, act: Bytes) => {
      acts.push(act);
    },
    spokenStep: async (_: Bytes, commitment: Bytes, random: Bytes | null) => {
      run = { commitment, coachRandom: random };
    },
    spokenRun: async () => ({ ...run, clientRandom: new Uint8Array(32).fill(9) }),
  };
  const standing = {
    engagementId: place.engagementId,
    item: practice.item,
    place,
    terms: { endsAt: NOW + 90 * DAY, clients: null },
    refresh: async () => {},
    keptUntil: () => NOW + 120 * DAY,
    itemName: (kind: string) => `${kind}/${hex(place.engagementId)}`,
  };
  const { account, world } = practice;
  const paused = { ...world, pause: async () => {} };
  const tools = { api, account, standing, world: paused, follow: async () => {} };
  const reopening = new Reopening(tools as unknown as Tools);
  return { practice, place, found, posted, acts, reopening };
}

type House = Awaited<ReturnType<typeof house>>;

function hex(bytes: Bytes): string {
  return Buffer.from(bytes).toString("hex");
}

function shown(found: House["found"], { engagementId }: { engagementId: Bytes }): JsonObject {
  return {
    state: found.state,
    you: "coach",
    expires_at: NOW + 14 * DAY,
    statement: "",
    acceptance: toBase64url(found.acceptance),
    claim: toBase64url(found.claim),
    next: {
      number: 2,
      previous: toBase64url(new Uint8Array(32).fill(7)),
      policy: toBase64url(new Uint8Array(32).fill(engagementId[0] ?? 0)),
    },
  };
}

/** Somebody comes by the link: new keys, and the acceptance of the box that was posted, or of another. */
function comes({ practice, posted, place, found }: House, link: string, otherBox = false) {
  const seeds = enrol.drawSeeds(NOW, NOW + 90 * DAY, practice.random);
  const card = enrol.firstCard(seeds, place.pins, ORIGIN, NOW);
  const keys = invitation.invitationKeys(invitation.parseLink(link).secret);
  const box = fromBase64url(String(posted[0]?.fields.box));
  const answer = {
    blind: practice.random(32),
    clientStatement: card,
    act: practice.item.act,
    shown: { name: "Rosa" },
  };
  const over = otherBox ? new Uint8Array([...box, 0]) : box;
  found.acceptance = invitation.sealAcceptance(
    keys,
    answer,
    over,
    seeds.identity,
    practice.random(24),
  );
  found.state = "joined";
  return { seeds, statement: parseStatement(card) };
}

/** What this newcomer's software claims. */
function claims(
  { practice, place, found }: House,
  { seeds, statement }: ReturnType<typeof comes>,
): void {
  const policy = parsePolicy(practice.item.policy);
  const fp = statementFp(statement);
  const content = encodeContent({
    kind: ContentKind.SPOKEN,
    nonce: practice.random(16),
    threadId: practice.random(16),
    writer: 1,
    count: 1,
    previousId: ZERO_HASH,
    createdAt: NOW,
    expiresAt: policy.workEndsAt,
    policyHash: policyHash(practice.item.policy),
    senderFp: fp,
    checkpointHash: ZERO_HASH,
    vaultCounter: 1,
    senderStatementHash: statementHash(statement.raw),
    recipients: [{ fp: place.me.fp, statementHash: statementHash(place.me.statement.raw) }],
    attachments: [],
    fixed: encodeResult({ agreed: true, coachFp: place.me.fp, clientFp: fp }),
    shown: {},
  });
  const part = signContent(content, EnvelopeClass.MESSAGE, seeds.identity);
  const spoken = contentId(EnvelopeClass.MESSAGE, content);
  const core = {
    kind: ActKind.REOPEN_MAILBOX,
    engagementId: place.engagementId,
    policyHash: policyHash(practice.item.policy),
    number: 2,
    previousHash: new Uint8Array(32).fill(7),
    issuedAt: NOW,
    date: 0,
    secondDate: 0,
    subject: reopeningSubject(place.otherFp, fp, spoken),
    envelopeIds: [],
  };
  found.claim = encodeClaim({ ...part, act: encodeAct(signAct(core, seeds.identity)) });
  found.state = "claimed";
}

test("the vault has the secret before the relay has the box, and the link opens it", async () => {
  const one = await house();
  const made = await one.reopening.open("Welcome back.");
  assert.equal(made.state, "open");
  assert.equal((await one.reopening.state()).link, made.link);
  const [{ path, fields } = { path: "", fields: {} as JsonObject }] = one.posted;
  assert.ok(path.endsWith("/reopening"));
  const keys = invitation.invitationKeys(invitation.parseLink(made.link).secret);
  const offered = openReopening(keys, fromBase64url(String(fields.box)), made.until);
  assert.deepEqual(statementFp(formerOf(offered)), one.place.otherFp);
  assert.equal(offered.invitation.shown.welcome, "Welcome back.");
  assert.equal(offered.invitation.shown.client_name, "Rosa W.");
});

test("both signatures stand under the act that the newcomer heard in this run has claimed", async () => {
  const one = await house();
  const newcomer = comes(one, (await one.reopening.open("")).link);
  assert.equal((await one.reopening.check(RUN.signal)).kind, "digits");
  claims(one, newcomer);
  // Nothing was reopened here, so nothing is given back: the relay's acts are not this test's.
  await assert.rejects(one.reopening.agree(RUN), { failure: { code: "gone" } });
  const [act] = one.acts.map(parseAct);
  const signers = act?.signers.map(({ fp }) => fp) ?? [];
  const both = [one.place.me.fp, statementFp(newcomer.statement)];
  assert.ok(both.every((fp) => signers.some((other) => same(other, fp))));
});

test("nothing is signed before digits were heard, nor for another than was heard", async () => {
  const one = await house();
  const { link } = await one.reopening.open("");
  const newcomer = comes(one, link);
  claims(one, newcomer);
  await assert.rejects(one.reopening.agree(RUN), { failure: { code: "gone" } });
  assert.equal((await one.reopening.check(RUN.signal)).kind, "digits");
  const other = comes(one, link);
  claims(one, other);
  await assert.rejects(one.reopening.agree(RUN), {
    failure: { code: "unknown", detail: "claim" },
  });
  assert.deepEqual(one.acts, []);
});

test("whoever answers another box than was posted is not heard", async () => {
  const one = await house();
  comes(one, (await one.reopening.open("")).link, true);
  await assert.rejects(one.reopening.check(RUN.signal), {
    failure: { code: "unknown", detail: "acceptance" },
  });
});

test("there are no digits before somebody has come, and nothing is given back before an act", async () => {
  const one = await house();
  await one.reopening.open("");
  await assert.rejects(one.reopening.check(RUN.signal), { failure: { code: "gone" } });
  await assert.rejects(one.reopening.giveBack(RUN), { failure: { code: "gone" } });
  assert.deepEqual(one.acts, []);
});

test("another browser's way back is known, without its link where the vault has none", async () => {
  const one = await house();
  assert.equal((await one.reopening.state()).link, "");
  assert.equal((await one.reopening.state()).state, "open");
});
