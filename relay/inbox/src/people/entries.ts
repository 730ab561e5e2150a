/**
 * Entries: what an envelope becomes on the shelf, be it opened, unreadable, or gone before it was read.
 *
 * Owns what of a content is kept, and what the list says of it. Must never say in a row how the text of a mail, or of what
 * is for its owner alone, begins. (docs/protocol.md, parts 6 and 14.)
 */

import * as content from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { type Envelope, EnvelopeClass, keeperLocks } from "../crypto/envelope.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import type { Opened } from "../crypto/sealing.ts";
import type { ListRow } from "../session.ts";
import type { Tombstone } from "../wire.ts";
import type { Memory } from "./memory.ts";
import { bytesIn, type Entry, type EntryContent, SHOWN_KINDS } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import { firstWords, oneLine } from "./text.ts";
import type { World } from "./world.ts";

const SPECIAL_KINDS: readonly number[] = [
  content.ContentKind.AGREEMENT,
  content.ContentKind.SPOKEN,
  content.ContentKind.CALL,
  content.ContentKind.MAIL,
  content.ContentKind.NOTICE,
  content.ContentKind.OWN,
  content.ContentKind.REPORT,
];

interface Around {
  readonly standing: Standing;
  readonly memory: Memory;
  readonly world: World;
  readonly relayName: string;
}

/** An envelope row, parsed; `envelope` is null where it is none. The id is the envelope's, else one of its bytes. */
export interface Arrived {
  readonly id: string;
  readonly order: number;
  readonly envelope: Envelope | null;
  /** When the relay took it, to the day: noon of that day. */
  readonly receivedAt: number;
}

/** What is kept of an opened content. */
export function contentOf({ content: frame, contentId, classOfOrigin }: Opened): EntryContent {
  const { senderFp, writer, count, previousId, kind } = frame;
  return {
    step: { fp: senderFp, writer, count, contentId, previousId },
    contentId,
    kind,
    origin: classOfOrigin,
    shared: classOfOrigin === EnvelopeClass.MESSAGE,
    shown: SHOWN_KINDS.includes(kind),
    special: SPECIAL_KINDS.includes(kind) ? { kind, fixed: frame.fixed, shown: frame.shown } : null,
    checkpointHash: frame.checkpointHash,
    promisedAt: frame.expiresAt,
    daysAfterOpening: content.daysAfterOpening(frame),
    former: [],
    files: frame.attachments.map((record) => ({ record, ...content.file(frame, record) })),
    mail: kind === content.ContentKind.MAIL ? content.parseDoorFacts(frame.fixed) : null,
  };
}

/** An envelope that was opened, under this id; `kept` is what is kept of it. */
export async function openedEntry(
  id: string,
  order: number,
  envelope: Envelope,
  { content: frame }: Opened,
  kept: EntryContent,
  around: Around,
): Promise<Entry> {
  const { header, headerHash } = envelope;
  const { envelopeId, envelopeClass, expiresAt: sealedUntil } = header;
  const row = await openedRow(id, order, envelope, frame, kept, around);
  const locks = { headerHash, records: keeperLocks(envelope).map((lock) => lock.record) };
  return { row, envelopeId, sealedUntil, locks, content: kept, envelopeClass };
}

async function openedRow(
  id: string,
  order: number,
  { header }: Envelope,
  frame: content.Content,
  kept: EntryContent,
  { standing, memory, world, relayName }: Around,
): Promise<ListRow> {
  const { terms, place } = standing;
  const { clients } = terms;
  const head = kept.mail ? await world.mail.head(kept.mail.head) : null;
  // Of what is for nobody else not even the beginning goes into a row.
  const silent = head !== null || frame.kind === content.ContentKind.OWN;
  const mine = same(frame.senderFp, place.me.fp) || clients?.mine(frame.senderFp) === true;
  return {
    id,
    threadId: toHex(frame.threadId),
    order,
    mine,
    senderName: head ? oneLine(head.from) : nameOf(frame.senderFp, mine, standing, relayName),
    subject: oneLine(head ? head.subject : content.subject(frame)),
    firstWords: firstWords(silent ? "" : content.text(frame)),
    files: head ? 0 : kept.files.length,
    ...(kept.files.length > 0 && { fileBytes: bytesIn(kept.files) }),
    ...(!head && kept.files.length > 0 && { fileNames: kept.files.map(({ name }) => name) }),
    createdAt: kept.mail?.receivedAt ?? frame.createdAt,
    expiresAt: terms.dateOf(header.envelopeId, header.expiresAt, frame.createdAt, kept.former),
    unread: !mine && !memory.marks.has(order),
    byMail: head !== null,
    ...(header.envelopeClass === EnvelopeClass.RESEALED && { keptLonger: true as const }),
    ...(clients?.gaveBack(header, terms) && { givenBack: true as const }),
  };
}

function nameOf(
  fp: Bytes,
  mine: boolean,
  { place, item, terms }: Standing,
  relayName: string,
): string {
  if (mine) {
    return item.myName;
  }
  const other = same(fp, place.otherFp) || terms.clients?.formerFps.some((one) => same(one, fp));
  return other ? item.theirName : relayName;
}

/** What cannot be opened still stands in the list, with the code that says why. */
export function failedEntry(
  { id, order, envelope, receivedAt }: Arrived,
  code: string,
  { standing, world }: Pick<Around, "standing" | "world">,
): Entry {
  const sealedUntil = envelope?.header.expiresAt ?? standing.terms.endsAt;
  const row = {
    ...bareRow(id, order, sealedUntil),
    mine: false,
    senderName: standing.item.theirName,
    // Nothing of it that could be read says when it was written: this is right to the day, and nobody may show its hour.
    createdAt: Math.min(receivedAt, world.clock.now()),
    failed: { code },
  };
  const envelopeId = envelope?.header.envelopeId ?? new Uint8Array(16);
  const envelopeClass = envelope?.header.envelopeClass ?? null;
  return { row, envelopeId, sealedUntil, locks: null, content: null, envelopeClass };
}

/** What I wrote and what went before the other person opened it: the day is left of it, and nothing else. */
export function unreadEntry(
  order: number,
  { envelopeId, goneOnDay }: Tombstone,
  { item, terms }: Standing,
): Entry {
  const sealedUntil = terms.endsAt;
  const row = {
    ...bareRow(toHex(envelopeId), order, sealedUntil),
    mine: true,
    senderName: item.myName,
    createdAt: goneOnDay * DAY_SECONDS,
    wentUnread: true as const,
  };
  return { row, envelopeId, sealedUntil, locks: null, content: null, envelopeClass: 0 };
}

function bareRow(id: string, order: number, expiresAt: number) {
  const words = { subject: "", firstWords: "" };
  return { id, threadId: id, order, ...words, files: 0, expiresAt, unread: false, byMail: false };
}
