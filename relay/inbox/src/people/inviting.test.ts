/** A coach's side of an invitation: what is posted in which order, and which answers are taken in. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, fromBase64url, toBase64url, toHex } from "../crypto/encoding.ts";
import * as invitation from "../crypto/invitation.ts";
import { dumpJson } from "../crypto/json.ts";
import { parsePolicy } from "../crypto/policy.ts";
import { ReplyKind, sealReply } from "../crypto/reply.ts";
import { Fields } from "../wire.ts";
import { fault } from "./fault.ts";
import { requestOf } from "./offered.ts";
import { DAY, NOW, Practice, REQUEST } from "./practice.testing.ts";

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

test("a reply is read by the invitation's secret alone, and nothing else is taken for one", async () => {
  const practice = new Practice();
  const { link } = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  const keys = invitation.invitationKeys(invitation.parseLink(link).secret);
  const nonce = practice.random(24);
  const read = (box: Bytes) =>
    practice.inviting.reply(practice.item, Fields.of(dumpJson({ reply: toBase64url(box) })));
  assert.equal(read(new Uint8Array(0)), null);
  const wish = { kind: ReplyKind.CHANGE, text: "Thirty days are enough." };
  assert.deepEqual(read(sealReply(keys, wish, nonce)), { kind: "change", text: wish.text });
  const no = { kind: ReplyKind.NO, text: "" };
  assert.deepEqual(read(sealReply(keys, no, nonce)), { kind: "no", text: "" });
  const other = invitation.invitationKeys(practice.random(32));
  for (const box of [sealReply(other, no, nonce), practice.random(4168), practice.random(10)]) {
    assert.equal(read(box), null);
  }
  practice.acceptance = practice.answer(link);
  await practice.inviting.takeIn();
  assert.equal(read(sealReply(keys, no, nonce)), null, "who has joined speaks otherwise");
});

test("what was offered is there to be offered again", async () => {
  const practice = new Practice();
  const { id } = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  const { before, ...entered } = await practice.inviting.terms(id);
  assert.deepEqual(entered, REQUEST);
  assert.equal(before?.own, null);
  await assert.rejects(practice.inviting.terms(toBase64url(practice.random(16))), fault("gone"));
});

test("what no form asks for is offered again too, in the language that it was in", async () => {
  const practice = new Practice();
  const chosen = {
    ...{ longestKeepDays: 30, authorMayRecall: false },
    ...{ sponsorToldCalls: true, places: ["inbox.harrow.example", "Anna's computer"], own: null },
  };
  const sponsor = { sponsor: "Northwind", sponsorSees: "a report on goals" };
  const entered = { ...REQUEST, ...sponsor, readMarks: true };
  const request = { ...entered, language: "de" as const, before: chosen };
  const { id } = await practice.inviting.invite(request, "Harrow Coaching");
  const again = await practice.inviting.terms(id);
  assert.deepEqual(again, request);
  await practice.inviting.invite(again, "Harrow Coaching");
  const policy = parsePolicy(practice.item.policy);
  assert.equal(policy.longestKeepDays, 30);
  assert.equal(policy.authorMayRecall, false);
  assert.equal(policy.readMarks, true);
  assert.equal(policy.sponsorToldCalls, true);
});

test("a coach's own words stay while nothing changes of what they speak of, and go with it", async () => {
  const practice = new Practice();
  const usual = await practice.inviting.terms(
    (await practice.inviting.invite(REQUEST, "Harrow Coaching")).id,
  );
  const policy = parsePolicy(practice.item.policy);
  const offered = { name: REQUEST.name, welcome: "Welcome.", agreement: "In my own words." };
  const own = await requestOf(policy, offered, async () => "The packaged text.");
  assert.equal(own.before?.own?.text, "In my own words.");
  const kept = await practice.inviting.preview({ ...own, welcome: "Welcome back." });
  assert.deepEqual(kept, { text: "In my own words.", own: true });
  const changed = await practice.inviting.preview({ ...own, holdDays: 31 });
  assert.ok("text" in changed && !changed.own && changed.text !== "In my own words.");
  const named = await practice.inviting.preview({ ...own, name: "Rosa W." });
  assert.ok("text" in named && !named.own);
  assert.equal(usual.before?.own, null);
});

test("whose work numbers some are is signed, offered again, and what own words speak of", async () => {
  const practice = new Practice();
  const phones = ["+44 7700 900142", "+44 20 7946 0000", "+49 30 1234"];
  const workNumbers = { coach: [phones[2] ?? ""], client: [phones[0] ?? ""] };
  const request = { ...REQUEST, phones, workNumbers };
  const { id } = await practice.inviting.invite(request, "Harrow Coaching");
  const policy = parsePolicy(practice.item.policy);
  assert.deepEqual([policy.coachWorkPhones, policy.clientWorkPhones], [4, 1]);
  const { before, ...entered } = await practice.inviting.terms(id);
  assert.deepEqual(entered, request);
  assert.equal(before?.own, null);
  const offered = { name: REQUEST.name, welcome: "", agreement: "In my own words." };
  const own = await requestOf(policy, offered, async () => "The packaged text.");
  const changed = await practice.inviting.preview({ ...own, workNumbers: REQUEST.workNumbers });
  assert.ok("text" in changed && !changed.own);
});

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
