/** A stay from the invitation to the lock, against a relay, a keeper and a coach in memory. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { same, toHex } from "../crypto/encoding.ts";
import { openReply } from "../crypto/reply.ts";
import { SignKey } from "../crypto/suite.ts";
import type { EnrolmentDraft, Event, Failure } from "../session.ts";
import { failureOf } from "./fault.ts";
import { type Heard, House } from "./house.testing.ts";
import { Visit } from "./visit.ts";

const PASSWORD = "five plain words to type";
const run = { progress: () => {}, signal: new AbortController().signal };

/** What a call fails with. */
async function failing(work: Promise<unknown>): Promise<Failure> {
  return await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => failureOf(reason),
  );
}

const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

function visitOf(house: House): Visit {
  const visit = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(visit);
  return visit;
}

async function joined(house: House): Promise<{ visit: Visit; draft: EnrolmentDraft }> {
  const visit = visitOf(house);
  await visit.openInvitation(house.fragment);
  const draft = await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
  return { visit, draft };
}

const posts = (heard: readonly Heard[], ending: string) =>
  heard.filter(({ method, path }) => method === "POST" && path.endsWith(ending));

test("a language that was chosen is told to every browser of its owner", async () => {
  const house = new House();
  const { visit, draft } = await joined(house);
  await visit.own("keepLanguage", ["de"], run);
  await failing(visit.own("keepLanguage", ["DE!"], run));
  const elsewhere = visitOf(house);
  const opened = await elsewhere.unlock({ name: draft.inboxName, password: PASSWORD }, null);
  assert.equal(opened.language, "de");
  await elsewhere.own("keepLanguage", [""], run);
  const again = await visitOf(house).unlock({ name: draft.name, password: PASSWORD }, null);
  assert.equal(again.language, "");
});

describe("joining", () => {
  test("looking and beginning spend nothing, however often", async () => {
    const house = new House();
    const visit = visitOf(house);
    for (let time = 0; time < 5; time++) {
      const facts = await visit.openInvitation(house.fragment);
      assert.deepEqual(
        [facts.coachName, facts.welcome, facts.agreement],
        ["Anna Harrow", "Come in.", "We agree."],
      );
    }
    const draft = await visit.beginEnrolment();
    assert.match(draft.inboxName, /^[a-z]+-[a-z]+-\d\d@inbox\.harrow\.example$/);
    assert.equal(draft.sheet.length, 6);
    assert.ok(house.heard.every(({ method }) => method === "GET"));
  });

  test("a lost answer is asked for again with the same bytes", async () => {
    const house = new House();
    const visit = visitOf(house);
    await visit.openInvitation(house.fragment);
    await visit.beginEnrolment();
    let lost = 5;
    house.spoil = ({ path }, answer) => {
      if (path.endsWith("/redeem") && lost-- > 0) {
        throw new TypeError("no line");
      }
      return answer;
    };
    const choice = { signature: "Maya", password: PASSWORD };
    assert.equal((await failing(visit.finishEnrolment(choice))).code, "offline");
    assert.equal((await visit.finishEnrolment(choice)).otherName, "Anna Harrow");
    const [first, ...others] = posts(house.heard, "/redeem").map(({ body }) => body);
    assert.ok(first && others.length === 5 && others.every((body) => same(body, first)));
  });

  test("a reply opens nothing, and after a lost answer the same bytes are sent again", async () => {
    const house = new House();
    const visit = visitOf(house);
    let lost = 5;
    house.spoil = (_, answer) => {
      if (lost-- > 0) {
        throw new TypeError("no line");
      }
      return answer;
    };
    const wish = { kind: "change", text: "Thirty days are enough." };
    const say = (said: object) => visit.coming("reply", [house.fragment, said]);
    assert.equal((await failing(say(wish))).code, "offline");
    await say(wish);
    await say({ kind: "work", text: "" });
    assert.ok(house.heard.every(({ method, path }) => method === "PUT" && path.endsWith("/reply")));
    const bodies = house.heard.map(({ body }) => toHex(body));
    assert.equal(new Set(bodies).size, 2, "one for each thing that was said");
    assert.deepEqual(
      house.replies.slice(-2).map(({ box, ends }) => [openReply(house.keys, box), ends]),
      [
        [{ kind: 1, text: wish.text }, false],
        [{ kind: 3, text: "" }, true],
      ],
    );
  });

  test("what cannot be said, or by no link of a client's, is sent to nobody", async () => {
    const house = new House();
    const say = (fragment: string, kind: string, text: string) =>
      failing(visitOf(house).coming("reply", [fragment, { kind, text }]));
    for (const fragment of ["", "1.short", `2${house.fragment.slice(1)}`, `${house.fragment}A`]) {
      assert.equal((await say(fragment, "no", "")).code, "invitation-mistyped");
    }
    for (const [kind, text] of [
      ["change", ""],
      ["change", "x".repeat(4001)],
      ["no", "No."],
    ] as const) {
      assert.equal((await say(house.fragment, kind, text)).code, "unknown");
    }
    assert.deepEqual(house.heard, []);
  });

  test("what is no invitation of this place is refused", async () => {
    const house = new House();
    for (const fragment of [
      "",
      "1.short",
      `3${house.fragment.slice(1)}`,
      `${house.fragment.slice(0, -1)}B`,
    ]) {
      assert.equal(
        (await failing(visitOf(house).openInvitation(fragment))).code,
        "invitation-mistyped",
      );
    }
    const world = { ...house.world(), origin: "https://other.example" };
    const elsewhere = new Visit(world, () => {});
    assert.deepEqual(await failing(elsewhere.openInvitation(house.fragment)), {
      code: "unknown",
      detail: "invitation",
    });
  });

  const device = (name: string, fill = 7) => ({
    name,
    credentialId: new Uint8Array(20).fill(fill),
    result: new Uint8Array(32).fill(fill),
  });
  const byDevice = { signature: "Maya", password: null };

  test("who joins by the device opens by it and by the sheet, and has no password", async () => {
    const house = new House();
    const visit = visitOf(house);
    await visit.openInvitation(house.fragment);
    const { name, sheet } = await visit.beginEnrolment();
    await visit.holdPasskey(device(name));
    assert.ok(house.heard.every(({ method }) => method === "GET"));
    await visit.finishEnrolment(byDevice);
    const { methods } = JSON.parse(new TextDecoder().decode(house.redeemed ?? new Uint8Array()));
    assert.deepEqual(
      methods.map((one: { kind: string; kdf: number }) => [one.kind, one.kdf]),
      [
        ["passkey", 0],
        ["sheet", 1],
      ],
    );
    await visitOf(house).unlock(device(name), null);
    await visitOf(house).unlock({ name, sheet: sheet.join(" ") }, null);
    const stranger = visitOf(house).unlock(device(name, 8), null);
    assert.equal((await failing(stranger)).code, "wrong-password");
  });

  test("a device that was held is used only where it is chosen, for its own name", async () => {
    const house = new House();
    const visit = visitOf(house);
    await visit.openInvitation(house.fragment);
    const first = await visit.beginEnrolment();
    assert.equal((await failing(visit.finishEnrolment(byDevice))).code, "invitation-unknown");
    await visit.holdPasskey(device(first.name));
    const { name } = await visit.beginEnrolment();
    assert.equal((await failing(visit.holdPasskey(device(first.name)))).code, "refused");
    const nothing = { ...device(name), result: new Uint8Array(32) };
    assert.equal((await failing(visit.holdPasskey(nothing))).code, "refused");
    assert.equal((await failing(visit.finishEnrolment(byDevice))).code, "invitation-unknown");
    assert.equal(house.redeemed, null);
    await visit.holdPasskey(device(name));
    await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
    const sent = new TextDecoder().decode(house.redeemed ?? new Uint8Array());
    assert.ok(!sent.includes('"passkey"') && sent.includes('"password"'));
  });

  test("a short password is refused before anything is sent", async () => {
    const house = new House();
    const visit = visitOf(house);
    await visit.openInvitation(house.fragment);
    await visit.beginEnrolment();
    const choice = { signature: "Maya", password: "short" };
    assert.equal((await failing(visit.finishEnrolment(choice))).code, "password-short");
    assert.equal(house.redeemed, null);
  });
});

describe("unlocking", () => {
  const house = new House();
  let draft: EnrolmentDraft;
  before(async () => {
    draft = (await joined(house)).draft;
  });

  test("password and sheet open the inbox, and nothing else does", async () => {
    const { name, sheet } = draft;
    assert.equal((await visitOf(house).unlock({ name, password: PASSWORD }, null)).myName, "Maya");
    assert.equal(
      (await visitOf(house).unlock({ name, sheet: sheet.join(" ") }, null)).myName,
      "Maya",
    );
    const wrong = await failing(visitOf(house).unlock({ name, password: `${PASSWORD}!` }, null));
    assert.equal(wrong.code, "wrong-password");
  });

  test("a mistyped group is named without asking the relay", async () => {
    const heard = house.heard.length;
    const sheet = ["00000", ...draft.sheet.slice(1)].join(" ");
    const failure = await failing(visitOf(house).unlock({ name: draft.name, sheet }, null));
    assert.equal(failure.code, "sheet-group");
    assert.equal(failure.group, 1);
    assert.equal(house.heard.length, heard);
  });

  test("an older vault than this page has seen is refused", async () => {
    const visit = visitOf(house);
    await visit.unlock({ name: draft.name, password: PASSWORD }, null);
    const { seen } = await visit.sealAside("x");
    const ahead = { ...seen, counter: seen.counter + 1 };
    const failure = await failing(
      visitOf(house).unlock({ name: draft.name, password: PASSWORD }, ahead),
    );
    assert.deepEqual(failure, { code: "unknown", detail: "vault-rollback" });
  });

  test("a card of mine that I did not sign is noticed", async () => {
    const forged = new House();
    const { draft: mine } = await joined(forged);
    forged.statements = [forged.coachStatement];
    const failure = await failing(
      visitOf(forged).unlock({ name: mine.name, password: PASSWORD }, null),
    );
    assert.deepEqual(failure, { code: "unknown", detail: "own-statement" });
  });

  test("unsent text comes back for the same person alone", async () => {
    const visit = visitOf(house);
    await visit.unlock({ name: draft.name, password: PASSWORD }, null);
    const keepsake = await visit.sealAside("half a thought");
    assert.ok(!new TextDecoder().decode(keepsake.sealed ?? undefined).includes("thought"));
    assert.equal(await visit.openAside(keepsake), "half a thought");
    const other = new House();
    other.random(1);
    const stranger = (await joined(other)).visit;
    const elsewhere = { ...keepsake, seen: { ...keepsake.seen, account: "00" } };
    assert.equal(await stranger.openAside(elsewhere), null);
    await visit.lock();
    assert.equal((await failing(visit.list(null))).code, "locked");
  });
});

describe("one of several engagements", () => {
  test("what was written to one person never stands ready for another", async () => {
    const house = new House();
    const { visit } = await joined(house);
    const keepsake = await visit.sealAside("for Sorrel alone");
    assert.equal(await visit.openAside(keepsake), "for Sorrel alone");
    const engagement = "AAAAAAAAAAAAAAAAAAAAAA";
    const ofAnother = { ...keepsake, seen: { ...keepsake.seen, engagement } };
    assert.equal(await visit.openAside(ofAnother), null);
  });

  test("turning to another that fails leaves the open one as it was", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("Soon", { expiresAt: house.now + 10 });
    await visit.list(null);
    const { engagement } = (await visit.sealAside("")).seen;
    house.spoil = ({ path }, answer) => {
      if (path.startsWith("/v1/engagements/")) {
        throw new TypeError("no line");
      }
      return answer;
    };
    assert.equal((await failing(visit.choose(engagement))).code, "offline");
    house.pass(10);
    assert.ok(house.told.some((event) => event.kind === "gone"));
  });
});

describe("reading", () => {
  test("a page is opened by one question to the keeper, newest first", async () => {
    const house = new House();
    const { visit } = await joined(house);
    const first = await house.write("One");
    await house.write("Two", { count: 2, previousId: first });
    const page = await visit.list(null);
    assert.deepEqual(
      page.rows.map((row) => [row.subject, row.senderName, row.unread]),
      [
        ["Two", "Anna Harrow", true],
        ["One", "Anna Harrow", true],
      ],
    );
    assert.equal(posts(house.heard, "/open").length, 1);
    const message = await visit.read(page.rows[0]?.id ?? "");
    assert.deepEqual([message.text, message.gapBefore], ["Two, at length", false]);
  });

  test("what fails a check stands in the list with its code, and shows nothing", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("Forged", {}, SignKey.fromSeed(house.random(32)));
    house.put(new Uint8Array([1, 2, 3]));
    await house.write("Statement", { senderStatementHash: house.random(32) });
    await house.write("Policy", { policyHash: house.random(32) });
    const { rows } = await visit.list(null);
    assert.deepEqual(
      rows.map((row) => [row.failed?.code, row.subject]),
      [
        ["policy", ""],
        ["statement", ""],
        ["header", ""],
        ["signature", ""],
      ],
    );
  });

  test("an envelope that the relay shows twice stands there once", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("Once");
    house.put((house.rows[0] as { content: Uint8Array<ArrayBuffer> }).content);
    assert.equal((await visit.list(null)).rows.length, 1);
  });

  test("something missing before a message is said", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("Third", { count: 3, previousId: house.random(32) });
    const { rows } = await visit.list(null);
    assert.equal((await visit.read(rows[0]?.id ?? "")).gapBefore, true);
  });

  test("a keeper that is away is said to be, and nothing is concluded", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("One");
    house.spoil = ({ path }, answer) =>
      path.endsWith("/open") ? house.no(503, "keeper-away") : answer;
    assert.equal((await failing(visit.list(null))).code, "keeper-away");
    house.spoil = ({ path }, answer) =>
      path.endsWith("/open") ? house.bytes(house.random(300)) : answer;
    assert.equal((await failing(visit.list(null))).code, "keeper-away");
    house.spoil = (_, answer) => answer;
    assert.equal((await visit.list(null)).rows.length, 1);
  });

  test("what is due goes at its second, and is not found afterwards", async () => {
    const house = new House();
    const { visit } = await joined(house);
    await house.write("Soon", { expiresAt: house.now + 10 });
    const { rows } = await visit.list(null);
    const id = rows[0]?.id ?? "";
    house.pass(9);
    assert.ok(!house.told.some((event) => event.kind === "gone"));
    house.pass(1);
    assert.deepEqual(house.told.filter((event) => event.kind === "gone").at(-1), {
      kind: "gone",
      ids: [id],
    });
    assert.equal((await failing(visit.read(id))).code, "gone");
  });

  test("a mark is kept in the vault and joins what another browser has stored", async () => {
    const house = new House();
    const { visit, draft } = await joined(house);
    const first = await house.write("One");
    await house.write("Two", { count: 2, previousId: first });
    const other = visitOf(house);
    await other.unlock({ name: draft.name, password: PASSWORD }, null);
    const [two, one] = (await visit.list(null)).rows;
    await other.list(null);
    await visit.markRead(two?.id ?? "");
    await visit.lock();
    await other.markRead(one?.id ?? "");
    await other.lock();
    const third = visitOf(house);
    await third.unlock({ name: draft.name, password: PASSWORD }, null);
    assert.deepEqual(
      (await third.list(null)).rows.map((row) => row.unread),
      [false, false],
    );
  });

  test("what is marked unread is unread in the next browser, though another one that is open knows it as read", async () => {
    const house = new House();
    const { visit, draft } = await joined(house);
    const first = await house.write("One");
    await house.write("Two", { count: 2, previousId: first });
    const [two, one] = (await visit.list(null)).rows;
    await visit.markRead(one?.id ?? "");
    await visit.lock();
    const entered = async () => {
      const entering = visitOf(house);
      await entering.unlock({ name: draft.name, password: PASSWORD }, null);
      return { entering, unread: (await entering.list(null)).rows.map((row) => row.unread) };
    };
    const [{ entering: marking }, { entering: other }] = [await entered(), await entered()];
    await marking.markAll([one?.id ?? ""], true);
    await other.markRead(two?.id ?? "");
    await other.lock();
    assert.deepEqual((await entered()).unread, [false, true]);
  });

  test("an ended session is told once, and everything is locked", async () => {
    const house = new House();
    const { visit } = await joined(house);
    house.spoil = ({ path }, answer) =>
      path.includes("/envelopes") ? house.no(401, "not-signed-in") : answer;
    assert.equal((await failing(visit.list(null))).code, "locked");
    assert.deepEqual(
      house.told.filter((event) => event.kind === "locked"),
      [{ kind: "locked", why: "ended" }],
    );
    assert.equal((await failing(visit.list(null))).code, "locked");
  });
});

describe("writing", () => {
  const letter = {
    subject: "Re: One",
    text: "Thank you",
    files: [],
    expiresAt: null,
    threadId: null,
  };

  test("a message is stored for both, and its count in the vault before that", async () => {
    const house = new House();
    const { visit } = await joined(house);
    house.heard.length = 0;
    const row = await visit.send(letter, run);
    assert.deepEqual([row.subject, row.mine, row.unread], ["Re: One", true, false]);
    const order = house.heard.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    assert.ok(order.indexOf("PUT /v1/vault") < order.indexOf("POST /v1/envelopes"));
    assert.equal((await visit.read(row.id)).text, "Thank you");
  });

  test("a deposit without an answer is sent again, never sealed again", async () => {
    const house = new House();
    const { visit } = await joined(house);
    let lost = 4;
    house.spoil = ({ path }, answer) => {
      if (path === "/v1/envelopes" && lost-- > 0) {
        throw new TypeError("no line");
      }
      return answer;
    };
    assert.equal((await failing(visit.send(letter, run))).code, "offline");
    await visit.send(letter, run);
    const [first, ...others] = house.deposits;
    assert.ok(first && others.length === 4 && others.every((body) => same(body, first)));
    assert.equal((await visit.list(null)).rows.length, 1);
  });

  test("a date past the agreement and an ended work are refused here", async () => {
    const house = new House();
    const { visit } = await joined(house);
    const late = { ...letter, expiresAt: house.now + 400 * 86_400 };
    assert.equal((await failing(visit.send(late, run))).code, "refused");
    house.pass(70 * 86_400);
    assert.equal((await failing(visit.send(letter, run))).code, "closed");
    assert.equal(house.deposits.length, 0);
  });

  test("a coach whose card has run out is not written to", async () => {
    const house = new House();
    const { visit } = await joined(house);
    house.pass(41 * 86_400);
    assert.deepEqual(await failing(visit.send(letter, run)), { code: "unknown", detail: "stale" });
    assert.equal(house.deposits.length, 0);
  });

  test("a coach's next card is followed and pinned", async () => {
    const house = new House();
    const { visit, draft } = await joined(house);
    house.pass(41 * 86_400);
    house.renewCoach();
    await visit.send(letter, run);
    assert.equal(house.deposits.length, 1);
    const other = visitOf(house);
    await other.unlock({ name: draft.name, password: PASSWORD }, null);
    assert.equal((await other.list(null)).rows.length, 1);
    assert.equal(house.statements.length, 2, "my own card was due as well");
  });

  test("a coach with a new identity key can be read as before, and is not written to", async () => {
    const house = new House();
    const { visit, draft } = await joined(house);
    await house.write("Before");
    house.renewCoach(SignKey.fromSeed(house.random(32)));
    assert.equal((await failing(visit.send(letter, run))).code, "contact-changed");
    const again = visitOf(house);
    await again.unlock({ name: draft.name, password: PASSWORD }, null);
    assert.equal((await again.list(null)).rows[0]?.subject, "Before");
    assert.equal(house.deposits.length, 0);
  });

  test("a day key that the keeper did not sign is not sealed to", async () => {
    const house = new House();
    const { visit } = await joined(house);
    house.spoil = ({ path }, answer) =>
      path.includes("/days") ? house.bytes(house.random(1300)) : answer;
    assert.deepEqual(await failing(visit.send(letter, run)), {
      code: "unknown",
      detail: "keeper-day",
    });
  });

  test("an act that was there may not be missing later", async () => {
    const house = new House();
    const { visit } = await joined(house);
    const row = await visit.send(letter, run);
    await visit.shorten(row.id, row.expiresAt - 86_400);
    assert.equal(house.acts.length, 2);
    house.acts.pop();
    assert.deepEqual(await failing(visit.send({ ...letter, text: "More" }, run)), {
      code: "unknown",
      detail: "acts-rollback",
    });
  });

  test("taking back names both copies and asks the keeper to refuse both", async () => {
    const house = new House();
    const { visit } = await joined(house);
    const row = await visit.send(letter, run);
    await visit.expire(row.id, "both");
    assert.equal(house.acts.length, 2);
    assert.equal(posts(house.heard, "/revoke").length, 2);
    assert.ok(house.told.some((event) => event.kind === "gone" && event.ids.includes(row.id)));
  });
});
