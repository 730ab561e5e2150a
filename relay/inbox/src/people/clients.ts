/**
 * Clients: a coach's people, as *Clients* shows them, without opening a message of theirs.
 *
 * Owns what is told of each: how far the engagement is, what was answered to an invitation, and at a glance the last word, the
 * next deletion and what is unread. A glance is read from the sealed index, and of what came since only how much there is, so
 * no row costs an operation with a public key; dates are by the relay's word, as the states are. (docs/protocol.md, part 19.)
 */

import type { Api, MailboxFacts } from "../api.ts";
import { type Act, ActKind, parseAct } from "../crypto/acts.ts";
import { ContentKind } from "../crypto/content.ts";
import { type Bytes, same, toBase64url, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import { KeysError, Malformed } from "../crypto/errors.ts";
import { indexKey, openSegment, parseList, type SegmentList } from "../crypto/index.ts";
import { dayOf } from "../crypto/names.ts";
import { H } from "../crypto/suite.ts";
import type { EngagementHead } from "../crypto/vault.ts";
import type { ClientGlance, ClientNews, ClientRow } from "../session.own.ts";
import type { Fields } from "../wire.ts";
import type { Account } from "./account.ts";
import { type Dated, glanceOf } from "./glance.ts";
import type { Inviting } from "./inviting.ts";
import { Keepers } from "./keepers.ts";
import { ReadMarks } from "./marks.ts";
import { type Found, fetchSegments, placeName } from "./segments.ts";
import { SHOWN_KINDS } from "./shelf.ts";
import type { World } from "./world.ts";

const STATES: readonly ClientRow["state"][] = ["draft", "active", "held", "gone", "withdrawn"];
/** Where a client is whom the vault still has as invited. */
const ANSWERED: readonly ClientRow["state"][] = ["active", "held", "gone"];
/** It is an agreement, and names no envelope. */
const FIRST_ACT = 1;
const NO_DATES: ReadonlyMap<string, number> = new Map();
/** Mailboxes that are asked for at a time. */
const AT_ONCE = 4;
/** What came since counts one by one; of more there is said that it is more. */
const MOST_SINCE = 50;

/** What was found of an engagement when the list was fetched. */
interface Known {
  readonly item: EngagementHead;
  readonly endsAt: number;
  readonly cursor: number;
  /** The number of the newest act. */
  readonly acts: number;
}

/** An index that is to be opened. */
interface Asked {
  readonly id: string;
  readonly known: Known;
  readonly list: SegmentList;
}

export class Clients {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  readonly #known = new Map<string, Known>();
  /** What acts say of dates, up to which number, by engagement. */
  readonly #acts = new Map<string, { number: number; dates: ReadonlyMap<string, number> }>();
  /** What was said of each, and of what: it is not asked for again. */
  readonly #said = new Map<string, { readonly of: string; readonly glance: ClientGlance }>();

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  /** All of them; `inviting` where an invitation may have been answered. */
  async rows(inviting: Inviting | null): Promise<readonly ClientRow[]> {
    await inviting?.takeIn();
    const [{ mailboxes }, found] = await Promise.all([
      this.#api.account(),
      this.#api.ask("GET", "/v1/engagements"),
      this.#account.records.load(),
    ]);
    const shown = new Map(
      found.objects("engagements").map((one) => [toHex(one.bytes("engagement_id", 16)), one]),
    );
    const { engagements } = this.#account.records.vault;
    this.#known.clear();
    return engagements.flatMap((item) => {
      const facts = shown.get(toHex(item.engagementId));
      const mailbox = mailboxes.find((one) => same(one.mailboxId, item.myMailboxId));
      if (!facts) {
        return [];
      }
      const reply = (invitation: Fields) => inviting?.reply(item, invitation) ?? null;
      const row = clientRow(item, facts, mailbox?.address ?? "", reply);
      if (mailbox && item.active) {
        this.#known.set(row.id, knownOf(item, facts, mailbox));
      }
      return [row];
    });
  }

  /** What is to be said of these at a glance; of whom nothing is known yet, nothing. */
  async glances(ids: readonly string[]): Promise<readonly ClientGlance[]> {
    await this.#account.records.hold(ids.flatMap((id) => this.#names(id)));
    const asked = ids.flatMap((id) => this.#asked(id));
    const fresh = asked.filter((one) => this.#said.get(one.id)?.of !== this.#standOf(one));
    const today = dayOf(this.#world.clock.now() + 1);
    const days = fresh.flatMap(({ list }) => list.segments.map(({ day }) => day));
    const keys = await this.#keys([...new Set(days)].filter((day) => day >= today));
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE);
      await Promise.all(some.map((one) => this.#look(one, keys)));
    }
    return asked.flatMap(({ id }) => this.#said.get(id)?.glance ?? []);
  }

  /** The same once something has come into these inboxes: nothing is asked of any other. */
  async fresh(news: readonly ClientNews[]): Promise<readonly ClientGlance[]> {
    for (const { id, cursor } of news) {
      const known = this.#known.get(id);
      if (known && known.cursor < cursor) {
        this.#known.set(id, { ...known, cursor });
      }
    }
    return await this.glances(news.map(({ id }) => id));
  }

  #names(id: string): string[] {
    const known = this.#known.get(id);
    const hex = known && toHex(known.item.engagementId);
    return hex ? [`index/${hex}`, `read/${hex}`] : [];
  }

  /** The dates that were brought forward, by envelope id in hex: what came after the acts that were read before. */
  async #shortened({ item, acts }: Known): Promise<ReadonlyMap<string, number>> {
    const id = toBase64url(item.engagementId);
    const before = this.#acts.get(id) ?? { number: FIRST_ACT, dates: new Map<string, number>() };
    if (before.number >= acts) {
      return before.dates;
    }
    const path = `/v1/engagements/${id}/acts?after=${before.number}`;
    const found = (await this.#api.ask("GET", path)).list("acts");
    const read = found.flatMap((raw) => attempt(() => parseAct(raw)) ?? []);
    const dates = shortenedBy(read, before.dates);
    this.#acts.set(id, { number: before.number + found.length, dates });
    return dates;
  }

  #asked(id: string): Asked[] {
    const known = this.#known.get(id);
    const plain = known && this.#item("index", known.item);
    const list = plain ? attempt(() => parseList(plain)) : null;
    return known && list ? [{ id, known, list }] : [];
  }

  #item(name: "index" | "read", { engagementId }: EngagementHead): Bytes | null {
    return this.#account.records.vault.item(`${name}/${toHex(engagementId)}`);
  }

  /** All that a glance is made of, and the day: what it says of the next week moves with that. */
  #standOf({ known, list }: Asked): string {
    const boxes = list.segments.map(({ boxHash }) => toHex(boxHash).slice(0, 16));
    const marks = this.#item("read", known.item);
    const dates = [known.cursor, known.endsAt, known.acts];
    return [
      ...dates,
      dayOf(this.#world.clock.now() + 1),
      marks && toHex(H(marks)),
      ...boxes,
    ].join();
  }

  /** One question to each keeper for all days of all of them. */
  async #keys(days: readonly number[]): Promise<ReadonlyMap<number, Bytes>> {
    const { vault } = this.#account.records;
    const { access, indexBase } = this.#account.keys;
    const { clock, random } = this.#world;
    const keepers = new Keepers(this.#api, clock, vault.pins, access, random);
    const shares = days.length > 0 ? await keepers.dayShares(days) : new Map<number, Bytes[]>();
    return new Map([...shares].map(([day, one]) => [day, indexKey(indexBase, one, day)]));
  }

  async #look(asked: Asked, keys: ReadonlyMap<number, Bytes>): Promise<void> {
    const { id, known, list } = asked;
    const mailboxId = known.item.myMailboxId;
    const news = known.cursor > list.upTo;
    const [rows, page] = await Promise.all([
      this.#rows(asked, keys),
      news ? this.#api.rowsAfter(mailboxId, list.upTo) : null,
    ]);
    const arrived = (page?.rows ?? []).flatMap((row) =>
      row.kind === "envelope" ? [parseEnvelope(row.raw).header] : [],
    );
    const letters = arrived.filter(({ envelopeClass }) => LETTERS.includes(envelopeClass));
    const since = page?.more ? MOST_SINCE + 1 : letters.length;
    const dates = letters.map(({ expiresAt }) => expiresAt);
    const glance = glanceOf(rows, dates, this.#marks(known.item), this.#world.clock.now());
    this.#said.set(id, { of: this.#standOf(asked), glance: { id, since, ...glance } });
  }

  /** The rows of the segments that the vault's list names; what is missing or foreign is left out. */
  async #rows({ known, list }: Asked, keys: ReadonlyMap<number, Bytes>): Promise<Dated[]> {
    const shortened = list.segments.length > 0 ? await this.#shortened(known) : NO_DATES;
    const { accountId } = this.#account.records.vault;
    const mailboxId = known.item.myMailboxId;
    const boxes =
      list.segments.length > 0
        ? await fetchSegments(this.#api, mailboxId)
        : new Map<string, Found>();
    const found = list.segments.flatMap(({ day, number, version, boxHash }) => {
      const [key, box] = [keys.get(day), boxes.get(placeName({ day, number }))?.box];
      const place = { accountId, mailboxId, day, number, version };
      const believed = key && box && same(H(box), boxHash);
      return (believed && attempt(() => openSegment(key, place, box))) || [];
    });
    const newest = new Map<string, Dated>();
    for (const row of found.sort((one, other) => one.order - other.order)) {
      if (SHOWN_KINDS.includes(row.kind) || row.kind === ContentKind.REPORT) {
        const earlier = shortened.get(toHex(row.envelopeId)) ?? known.endsAt;
        const expiresAt = Math.min(row.sealedUntil, known.endsAt, earlier);
        newest.set(toHex(row.contentId), { row, expiresAt });
      }
    }
    return [...newest.values()];
  }

  #marks(item: EngagementHead): ReadMarks {
    const plain = this.#item("read", item);
    return (plain && attempt(() => ReadMarks.parse(plain))) || ReadMarks.NONE;
  }
}

/** What people write; the rest is between programs. */
const LETTERS: readonly number[] = [EnvelopeClass.MESSAGE, EnvelopeClass.DOOR];

function knownOf(item: EngagementHead, facts: Fields, { cursor }: MailboxFacts): Known {
  return { item, cursor, endsAt: facts.whole("ends_at"), acts: facts.whole("acts") };
}

function shortenedBy(
  acts: readonly Act[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const found = new Map(before);
  for (const { core } of acts.filter((one) => one.core.kind === ActKind.SHORTEN)) {
    for (const id of core.envelopeIds.map(toHex)) {
      found.set(id, Math.min(found.get(id) ?? core.date, core.date));
    }
  }
  return found;
}

/** What is written by a later release, or damaged, is none. */
function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (reason) {
    if (reason instanceof KeysError) {
      return null;
    }
    throw reason;
  }
}

function clientRow(
  item: EngagementHead,
  facts: Fields,
  address: string,
  reply: (invitation: Fields) => ClientRow["reply"],
): ClientRow {
  const invitation = facts.has("invitation") ? facts.object("invitation") : null;
  const open = invitation?.text("state", 16) === "open";
  const state = stateOf(facts.text("state", 16));
  return {
    id: toBase64url(item.engagementId),
    name: item.theirName,
    state,
    address,
    endsAt: facts.whole("ends_at"),
    asked: facts.whole("asked"),
    answered: !item.active && ANSWERED.includes(state),
    invitedUntil: open ? invitation.whole("expires_at") : 0,
    reply: invitation && reply(invitation),
  };
}

function stateOf(name: string): ClientRow["state"] {
  const found = STATES.find((one) => one === name);
  if (found === undefined) {
    throw new Malformed("another word than the contract has");
  }
  return found;
}
