/**
 * Giving back: what a coach still has of a conversation, sealed once more to a client who lost every way in.
 *
 * Owns what goes back, under which date, and that what is there already is left alone: all of it may be done again. Must
 * never seal anything to somebody whom no act of both has made the client, nor under a date later than its own.
 * (docs/protocol.md, part 25, step 6.)
 */

import { isProblem } from "../api.ts";
import { ActKind } from "../crypto/acts.ts";
import { type Content, ContentKind } from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { type Envelope, EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import { Malformed } from "../crypto/errors.ts";
import type { Grant } from "../crypto/keeper_wire.ts";
import { dayOf, Role } from "../crypto/names.ts";
import { reseal } from "../crypto/resealing.ts";
import { type Addressing, type Opened, openParts, type Part } from "../crypto/sealing.ts";
import { chooseReadingKey } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import type { GivenBack } from "../session.own.ts";
import { encodeDeposit, Problem } from "../wire.ts";
import { fault } from "./fault.ts";
import { Due, type Examined, examine, finish, Unreadable } from "./receive.ts";
import type { Run } from "./run.ts";
import { type Entry, formerOf } from "./shelf.ts";
import type { Tools } from "./tools.ts";

const PAGE_ROWS = 200;
/** Sealed and sent beside each other. */
const AT_ONCE = 4;
/** Kinds that tell of keys and copies that are no more. */
const NOT_GIVEN: readonly number[] = [
  ContentKind.STATEMENT,
  ContentKind.SPOKEN,
  ContentKind.OWN_GONE,
];
/** Said of the line or the whole inbox, not of one item: the rest would fare no better. */
const ENDS_ALL = ["offline", "server", "locked", "too-many-requests", "full", "closed"];

/** Something of my own mailbox, opened; the part is as it was signed. */
interface Found {
  readonly part: Part;
  readonly content: Content;
  readonly until: number;
}

type Grants = ReadonlyMap<string, Grant>;

/** Go through my whole mailbox, and seal to the newcomer what both had. A fault `gone` where nothing was reopened. */
export async function giveBack(tools: Tools, run: Run): Promise<GivenBack> {
  const { standing, mailbox, shelf, look } = tools;
  await standing.refresh();
  if (standing.place.myRole !== Role.COACH || !standing.terms.clients?.formerFps.length) {
    throw fault("gone");
  }
  await look();
  await mailbox.toBottom();
  const entries = new Map(shelf.all().map((entry) => [toHex(entry.envelopeId), entry]));
  const went = { given: 0, before: 0, left: 0 };
  let [done, more] = [0, true];
  for (let below: number | null = null; more; ) {
    const page = await pageOf(tools, below, entries);
    for (let at = 0; at < page.found.length; at += AT_ONCE) {
      run.signal.throwIfAborted();
      const some = page.found.slice(at, at + AT_ONCE);
      for (const one of await Promise.all(some.map((found) => give(tools, found)))) {
        went[one] += 1;
      }
      run.progress({ done: Math.min(done + at, entries.size), total: entries.size });
    }
    done += page.rows;
    below = page.next;
    more = page.more;
  }
  run.progress({ done: entries.size, total: entries.size });
  return went;
}

/** What of a page of my mailbox is to be given back, the newest first. */
async function pageOf(tools: Tools, below: number | null, entries: ReadonlyMap<string, Entry>) {
  const { api, standing, keepers } = tools;
  const page = await api.rowsBefore(standing.place.myMailbox, below, PAGE_ROWS);
  const raws = page.rows.flatMap((row) => (row.kind === "envelope" ? [row.raw] : []));
  const rows = await Promise.all(raws.map((raw) => orNull(() => examined(tools, raw))));
  const openable = rows.flatMap((one) => one ?? []);
  const grants = await keepers.open(openable);
  const found = await Promise.all(
    openable.map((one, at) => {
      const entry = entries.get(toHex(one.envelope.header.envelopeId));
      return entry ? orNull(() => opened(tools, one, grants[at] as Grants, entry)) : null;
    }),
  );
  const { rows: all, next, more } = page;
  return { found: found.flatMap((one) => one ?? []), rows: all.length, next, more };
}

async function examined({ standing, keepers, world }: Tools, raw: Bytes): Promise<Examined> {
  const envelope: Envelope = parseEnvelope(raw);
  const owners = await keepers.dayKeyIds(dayOf(envelope.header.expiresAt));
  return examine(envelope, standing.place, standing.terms, world.clock.now(), owners);
}

async function opened(
  tools: Tools,
  one: Examined,
  grants: Grants,
  entry: Entry,
): Promise<Found | null> {
  const { standing, world } = tools;
  const { place, terms } = standing;
  const { envelope, readerShare, locks } = one;
  const found = await finish(one, grants, place, terms, world.clock.now());
  if (!isToBeGiven(tools, found)) {
    return null;
  }
  const shares = [...locks.keys()].flatMap((name) => grants.get(name)?.share ?? []);
  const [part] = await openParts(envelope, readerShare, shares);
  const { envelopeId, expiresAt } = envelope.header;
  const { content } = found;
  const until = terms.dateOf(envelopeId, expiresAt, content.createdAt, formerOf(entry));
  return part && until > world.clock.now() ? { part, content, until } : null;
}

/** Both had it before it was lost; it tells of no keys, and is nobody else's. */
function isToBeGiven({ standing }: Tools, { content, classOfOrigin }: Opened): boolean {
  const { place, terms } = standing;
  const reopened = terms.acts.filter(({ core }) => core.kind === ActKind.REOPEN_MAILBOX).at(-1);
  const here = [place.me.fp, ...(terms.clients?.formerFps ?? [])];
  const people = [content.senderFp, ...content.recipients.map(({ fp }) => fp)];
  return (
    classOfOrigin === EnvelopeClass.MESSAGE &&
    !NOT_GIVEN.includes(content.kind) &&
    content.createdAt <= (reopened?.core.issuedAt ?? 0) &&
    people.every((fp) => here.some((one) => same(one, fp)))
  );
}

/** Seal one and send it; what lies there already, and what the relay refuses, hinders no other. */
async function give(tools: Tools, { part, content, until }: Found): Promise<keyof GivenBack> {
  const { api, keepers, world } = tools;
  const dayKeys = await keepers.dayKeys(dayOf(until));
  const envelope = await reseal(addressed(tools, content, until), part, dayKeys, world.random);
  const blobIds = content.attachments.map(({ blobId }) => blobId);
  try {
    await api.deposit(encodeDeposit([{ envelope, blobIds }]));
    return "given";
  } catch (reason) {
    if (isProblem(reason, "envelope-conflict")) {
      return "before";
    }
    if (reason instanceof Problem && !ENDS_ALL.includes(reason.failure.code)) {
      return "left";
    }
    throw reason;
  }
}

/** To the newcomer; who may revoke it stays as it was. */
function addressed(
  { standing, world }: Tools,
  content: Content,
  until: number,
): Omit<Addressing, "envelopeClass" | "policyTag"> {
  const { place, terms } = standing;
  const { card } = place.other;
  const key = chooseReadingKey(card, world.clock.now());
  const mayRecall = terms.byHash(content.policyHash)?.authorMayRecall ?? false;
  return {
    mailboxId: place.theirMailbox,
    expiresAt: until,
    recipientFp: place.otherFp,
    target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
    readerAccess: card.accessPublic,
    revokerAccess: mayRecall ? place.me.access.public : card.accessPublic,
    notBefore: 0,
  };
}

/** What cannot be read here is not given back; a keeper that is away, or the line, is no such reason. */
async function orNull<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (reason) {
    if (reason instanceof Due || reason instanceof Unreadable || reason instanceof Malformed) {
      return null;
    }
    throw reason;
  }
}
