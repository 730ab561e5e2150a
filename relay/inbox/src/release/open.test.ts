/** The sponsor's page asks every keeper for every lock, believes no answer by itself, and says one thing of all that is not there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, fromBase64url, same } from "../crypto/encoding.ts";
import { parseOpenRequest, Status, sealAnswer } from "../crypto/keeper_wire.ts";
import { linkAccessKey, openKeeperLock } from "../crypto/locks.ts";
import {
  dayKey,
  keeperId,
  LINK,
  NOW,
  released,
  stranger,
  TERMS,
} from "../crypto/released.testing.ts";
import { counting } from "../crypto/sources.testing.ts";
import { judged, NotShown, openRelease } from "./open.ts";

const random = counting(77);
const EMPTY = { status: Status.GONE, share: new Uint8Array(32), revokerHash: new Uint8Array(32) };
const none = (status: Status) => ({ ...EMPTY, status, notBefore: 0, expiresAt: 0 });

/** A keeper: opens what was sealed to its day, and refuses the rest; `status` where it does not. */
function keeper(status: Status = Status.HERE, id = keeperId) {
  return async (asked: Bytes, raw: Bytes): Promise<ArrayBuffer> => {
    const request = parseOpenRequest(raw, asked);
    assert.ok(same(request.accessPublic, linkAccessKey(LINK.secret).public));
    const grants = request.items.map(({ lock, headerHash }) => {
      if (status !== Status.HERE || !same(asked, id)) {
        return none(status === Status.HERE ? Status.REFUSED : status);
      }
      return { status, ...openKeeperLock(lock, dayKey, headerHash) };
    });
    // No page knows a keeper's key: whoever signs, only a right share opens.
    return sealAnswer({ grants, days: [] }, request, raw, stranger, random).buffer;
  };
}

test("a release is opened with what the keeper gives, in whatever order keepers are named", async () => {
  const { served } = await released();
  const other = new Uint8Array(16).fill(9);
  for (const keeperIds of [[keeperId], [other, keeperId], [keeperId, other]]) {
    const found = await judged(LINK, { ...served, keeperIds }, NOW, random, keeper());
    assert.ok(same(found.report, TERMS.report));
  }
});

test("gone, not yet and refused are nothing; a share that somebody made up opens nothing", async () => {
  const { served } = await released();
  for (const status of [Status.GONE, Status.NOT_YET, Status.REFUSED]) {
    await assert.rejects(
      judged(LINK, served, NOW, random, keeper(status)),
      (reason) => reason instanceof NotShown && reason.why === "nothing",
    );
  }
  const made = async (asked: Bytes, raw: Bytes) => {
    const request = parseOpenRequest(raw, asked);
    const grants = request.items.map(() => ({ ...none(Status.HERE), share: random(32) }));
    return sealAnswer({ grants, days: [] }, request, raw, stranger, random).buffer;
  };
  await assert.rejects(judged(LINK, served, NOW, random, made));
  await assert.rejects(judged(LINK, served, NOW, random, async () => new ArrayBuffer(3)));
});

test("whatever a relay answers that does not hold together is the one sentence", async () => {
  const ask = (body: Bytes) => async () =>
    new Response(body, { headers: { "quietbox-time": String(NOW) } });
  for (const body of [new Uint8Array(0), random(64), random(4000)]) {
    await assert.rejects(
      openRelease(LINK, "123456", ask(body), random),
      (reason) => reason instanceof NotShown && reason.why === "nothing",
    );
  }
});

test("link id and digits alone are sent, never the secret", async () => {
  const sent: Record<string, string>[] = [];
  const ask = async (_path: string, fields: object) => {
    sent.push(fields as Record<string, string>);
    throw new NotShown("wrong");
  };
  await assert.rejects(openRelease(LINK, "123456", ask, random), { why: "wrong" });
  assert.deepEqual(Object.keys(sent[0] ?? {}).sort(), ["digits", "link_id"]);
  assert.equal(fromBase64url(sent[0]?.link_id ?? "").length, 16);
});
