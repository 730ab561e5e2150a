/** *Clients* of a coach with two hundred: how much is asked for, and that a glance costs no public-key operation for a row. */

import "../crypto/unfrozen.testing.ts";

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../api.ts";
import { RelayClock } from "../clock.ts";
import { ContentKind } from "../crypto/content.ts";
import { publicKeyOperations } from "../crypto/counted.testing.ts";
import {
  type Bytes,
  concat,
  counted,
  textBytes,
  toBase64url,
  toHex,
  u32,
  u64,
} from "../crypto/encoding.ts";
import {
  By,
  bareRow,
  encodeList,
  indexKey,
  type Place,
  StepNumber,
  sealSegment,
} from "../crypto/index.ts";
import { dumpJson } from "../crypto/json.ts";
import * as wire from "../crypto/keeper_wire.ts";
import { dayOf, Role, ZERO_ID } from "../crypto/names.ts";
import { counting } from "../crypto/sources.testing.ts";
import { H, SignKey } from "../crypto/suite.ts";
import { accountKeys } from "../crypto/unlock.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import type { Event } from "../session.ts";
import { Fields } from "../wire.ts";
import type { Account } from "./account.ts";
import { Clients } from "./clients.ts";
import { tellElsewhere } from "./elsewhere.ts";
import * as enrol from "./enrol.ts";
import { engagementKept, Records } from "./vault.ts";
import type { World } from "./world.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const CLIENTS = 200;
/** As many as the page asks for in one go. */
const LOOKED_AT_ONCE = 20;
/** The rows of an index; one more has come since in every other inbox. */
const INDEXED = 3;
const NONE: Bytes = new Uint8Array(0);

/** A coach with so many clients, each with an index of three rows: a letter, a report, and in every fourth the coach's signature. */
class Practice {
  readonly random = counting(24);
  readonly keeper = SignKey.fromSeed(this.random(32));
  readonly asked: string[] = [];
  readonly account: Account;
  readonly clients: Clients;
  readonly ids: readonly string[];
  most = 0;
  #waiting = 0;
  readonly #items: readonly EngagementItem[];
  readonly #boxes = new Map<string, Bytes>();

  constructor(count: number) {
    const seeds = enrol.drawSeeds(NOW, NOW + 90 * DAY, this.random);
    const signer = () => SignKey.fromSeed(this.random(32)).public;
    const pins = {
      relayPublic: signer(),
      logPublic: signer(),
      doorPublic: signer(),
      noticePublic: signer(),
      keepers: [{ keeperId: this.random(16), public: this.keeper.public }],
    };
    const keys = accountKeys(seeds.accountKey);
    this.#items = Array.from({ length: count }, (_, at) => this.#item(at));
    this.ids = this.#items.map(({ engagementId }) => toBase64url(engagementId));
    const kept = this.#items.flatMap((item, at) => {
      const day = dayOf(endsAt(at));
      const place = {
        ...{ accountId: seeds.accountId, mailboxId: item.myMailboxId },
        ...{ day, number: 0, version: 1 },
      };
      const key = indexKey(keys.indexBase, [shareOf(day, keys.access.public)], day);
      const box = this.#segment(place, key, at);
      const listed = { day, number: 0, version: 1, boxHash: H(box) };
      const list = encodeList({ below: 0, upTo: INDEXED, segments: [listed] });
      const index = `index/${toHex(item.engagementId)}`;
      return [
        ...engagementKept(item, endsAt(at)),
        [index, { plain: list, expiresAt: endsAt(at) }],
      ] as const;
    });
    const card = enrol.firstCard(seeds, pins, "https://inbox.harrow.example", NOW);
    const { vault } = enrol.firstVault(seeds, card, pins, NOW, this.random, new Map(kept));
    const records = new Records(this.#api(), vault, this.random);
    records.load = async () => {
      this.asked.push("vault");
      return records.vault;
    };
    this.account = { name: "anna", accountKey: seeds.accountKey, keys, records };
    const clock = new RelayClock(() => NOW * 1000);
    const world = { random: this.random, clock } as unknown as World;
    this.clients = new Clients(this.#api(), this.account, world);
  }

  #item(at: number): EngagementItem {
    return {
      ...{ myRole: Role.COACH, active: true, engagementId: this.random(16) },
      ...{ myMailboxId: this.random(16), theirMailboxId: ZERO_ID, notesMailboxId: ZERO_ID },
      ...{ invitationSecret: new Uint8Array(32), theirStatement: NONE, policy: NONE, act: NONE },
      ...{ myName: "Anna Harrow", theirName: `Client ${at}` },
    };
  }

  #segment(place: Place, key: Bytes, at: number): Bytes {
    const row = (order: number, kind: number, grade: number, by: By) => ({
      ...bareRow({
        ...{ order, envelopeId: this.random(16), envelopeClass: 1 },
        ...{ createdAt: NOW - DAY + order, sealedUntil: endsAt(at) },
      }),
      ...{ origin: 1, count: order, contentId: this.random(32), threadId: this.random(16) },
      ...{ kind, grade, by },
    });
    const last = at % 4 === 0 ? By.ME : By.OTHER;
    const rows = [
      row(1, ContentKind.MESSAGE, 0, By.OTHER),
      row(2, ContentKind.REPORT, StepNumber.VERSION, By.OTHER),
      row(3, ContentKind.REPORT, StepNumber.SIGNED, last),
    ];
    const box = sealSegment(key, place, rows, this.random(24));
    this.#boxes.set(
      toHex(place.mailboxId),
      concat(u32(place.day), u64(0), u64(1), counted(box, 4)),
    );
    return box;
  }

  /** The relay, as far as *Clients* asks it. */
  #api(): Api {
    const heard = async <Answer>(what: string, answer: () => Answer) => {
      this.asked.push(what);
      this.most = Math.max(this.most, ++this.#waiting);
      await new Promise((resolve) => setImmediate(resolve));
      this.#waiting -= 1;
      return answer();
    };
    return {
      account: () => heard("account", () => ({ coach: true, mailboxes: this.#mailboxes() })),
      ask: (_: string, path: string) => heard(path, () => this.#engagements()),
      indexPage: (mailbox: Bytes) =>
        heard("index", () => ({ body: this.#boxes.get(toHex(mailbox)), more: false })),
      rowsAfter: () => heard("since", () => ({ rows: [], next: INDEXED + 1, more: false })),
      openLocks: (id: Bytes, raw: Bytes) => heard("keeper", () => this.#answer(id, raw)),
    } as unknown as Api;
  }

  #mailboxes() {
    return this.#items.map(({ myMailboxId: mailboxId }, at) => ({
      ...{ mailboxId, address: `${at}@inbox.harrow.example`, cursor: INDEXED + (at % 2) },
    }));
  }

  #engagements(): Fields {
    const engagements = this.#items.map(({ engagementId }, at) => ({
      ...{ engagement_id: toBase64url(engagementId), state: "active", ends_at: endsAt(at) },
      ...{ acts: 1, asked: 0 },
    }));
    return Fields.of(dumpJson({ engagements }));
  }

  #answer(id: Bytes, raw: Bytes): Bytes {
    const request = wire.parseOpenRequest(raw, id);
    const days = request.days.map((day) => ({
      status: wire.Status.HERE,
      share: shareOf(day, request.accessPublic),
    }));
    return wire.sealAnswer({ grants: [], days }, request, raw, this.keeper, this.random);
  }

  /** Look at all, in the way of the page. */
  async look() {
    const found = [];
    for (let at = 0; at < this.ids.length; at += LOOKED_AT_ONCE) {
      found.push(...(await this.clients.glances(this.ids.slice(at, at + LOOKED_AT_ONCE))));
    }
    return found;
  }
}

/** Nobody's work ends on the day of another's. */
function endsAt(at: number): number {
  return (Math.floor(NOW / DAY) + 20 + at) * DAY;
}

function shareOf(day: number, accessPublic: Bytes): Bytes {
  return wire.dayShare(H(textBytes(`day ${day}`)), accessPublic);
}

test("two hundred clients cost three requests, two more for each at most, and one to a keeper for twenty", async () => {
  const practice = new Practice(CLIENTS);
  const rows = await practice.clients.rows(null);
  assert.equal(rows.length, CLIENTS);
  assert.deepEqual(practice.asked.splice(0).sort(), ["/v1/engagements", "account", "vault"]);
  practice.most = 0;
  const glances = await practice.look();
  const count = (what: string) => practice.asked.filter((one) => one === what).length;
  assert.deepEqual(
    [count("index"), count("since"), count("keeper")],
    [CLIENTS, CLIENTS / 2, CLIENTS / LOOKED_AT_ONCE],
  );
  assert.equal(practice.asked.length, CLIENTS + CLIENTS / 2 + CLIENTS / LOOKED_AT_ONCE);
  assert.ok(practice.most <= 6, `${practice.most} at once`);
  assert.equal(glances.length, CLIENTS);
  assert.equal(glances.filter(({ report }) => report).length, (CLIENTS * 3) / 4);
  assert.ok(glances.every(({ unread }) => unread === 1));
  practice.asked.length = 0;
  assert.deepEqual(await practice.look(), glances);
  assert.deepEqual(practice.asked, [], "what nothing has changed of is not asked for again");
});

test("twenty at a glance cost as many public-key operations as one", async () => {
  const counts: number[] = [];
  for (const clients of [1, LOOKED_AT_ONCE]) {
    const practice = new Practice(clients);
    await practice.clients.rows(null);
    counts.push(await publicKeyOperations(() => practice.look()));
  }
  assert.ok((counts[0] ?? 0) > 0);
  assert.equal(counts[1], counts[0]);
});

test("where something came is read anew, and nobody else is asked of", async () => {
  const practice = new Practice(CLIENTS);
  await practice.clients.rows(null);
  const [before] = await practice.look();
  const id = practice.ids[0] ?? "";
  practice.asked.length = 0;
  const asked = () => practice.asked.splice(0).sort();
  assert.deepEqual(await practice.clients.fresh([{ id, cursor: INDEXED }]), [before]);
  assert.deepEqual(asked(), [], "it reached so far before");
  const [after] = await practice.clients.fresh([{ id, cursor: INDEXED + 1 }]);
  assert.equal(after?.id, id);
  assert.deepEqual(asked(), ["index", "keeper", "since"]);
  assert.deepEqual(await practice.clients.fresh([{ id: "nobody", cursor: 9 }]), []);
  assert.deepEqual(asked(), []);
});

test("what came into a mailbox is told of the client whose it is, and of nobody where it is none's", () => {
  const practice = new Practice(2);
  const told: Event[] = [];
  const tell = (event: Event) => told.push(event);
  const [, second] = practice.account.records.vault.engagements;
  assert.ok(second);
  tellElsewhere(practice.account, tell, second.myMailboxId, 7);
  tellElsewhere(practice.account, tell, second.notesMailboxId, 8);
  tellElsewhere(practice.account, tell, new Uint8Array(16).fill(9), 9);
  const id = toBase64url(second.engagementId);
  assert.deepEqual(told, [{ kind: "client", id, cursor: 7 }]);
});
