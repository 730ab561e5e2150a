/**
 * Reading: messages with their text and files.
 *
 * Owns what a message is made of when it is read: its text, the facts of its files, and, for mail, the mail itself, which
 * is fetched and taken apart only then. Files leave here as plain bytes without a kind: what they are shown as is judged by
 * who shows them.
 */

import type { Api } from "../api.ts";
import type { Attachment } from "../crypto/blob.ts";
import { ContentKind, type DoorFacts } from "../crypto/content.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { Verdict } from "../crypto/mailin.ts";
import type { Mail } from "../mail/parse.ts";
import type {
  FileFacts,
  FilePart,
  Layout,
  MailFacts,
  MailGrade,
  Message,
  RefusedMail,
} from "../session.ts";
import { afterOpening } from "./afteropening.ts";
import { Incoming } from "./download.ts";
import { failureOf, fault } from "./fault.ts";
import { safeName } from "./filenames.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Memory } from "./memory.ts";
import { openedMarks } from "./openedmarks.ts";
import { UNANSWERED } from "./outbox.ts";
import type { Run } from "./run.ts";
import type { Entry, EntryContent, Shelf, WriterStep } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import { firstWords, oneLine } from "./text.ts";
import type { World } from "./world.ts";

/** Mails that stay taken apart, for looking at their files one after the other. */
const MAILS_KEPT = 3;
const RAW_NAME = "message.eml";
const RAW_TYPE = "message/rfc822";
/** Above this a mail is only saved: taking it apart takes several times its size in memory. */
const MOST_PARSED_BYTES = 48 * 1024 * 1024;
/** The door's grades in their order, from 1 (docs/protocol.md, part 6). */
const GRADES: readonly MailGrade[] = [
  "unchecked",
  "signed",
  "server",
  "rule",
  "rule-signed",
  "code",
];
/** As many as a notice may name (docs/protocol.md, part 18). */
const MOST_REFUSED = 64;

interface Parts {
  readonly api: Api;
  readonly world: World;
  readonly mailbox: Mailbox;
  readonly standing: Standing;
  readonly memory: Memory;
  readonly shelf: Shelf;
}

export class Reading {
  readonly #parts: Parts;
  readonly #mails = new Map<string, Mail>();
  /** The file that was broken off last, and how far it came. */
  #broken: { readonly of: string; readonly incoming: Incoming } | null = null;
  /** The files that are handed out part by part. Nothing of what was handed out is in them. */
  readonly #parting = new Map<string, Incoming>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(id: string): Promise<Message> {
    return await this.#message(await this.#parts.mailbox.find(id));
  }

  /** Every message of a thread that is known, oldest first; of mine, where both signed it, whether they were opened. */
  async thread(threadId: string): Promise<Message[]> {
    const entries = this.#parts.shelf.shown().filter((entry) => entry.row.threadId === threadId);
    const found = await this.#parts.mailbox.allOpened(entries.reverse());
    const marks = openedMarks(this.#parts, found);
    const messages: Message[] = [];
    for (const entry of found) {
      messages.push(await this.#message(entry));
    }
    const markOf = await marks;
    return messages.map((one, at) => ({ ...one, ...markOf(found[at] as Entry) }));
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    const found = await this.#file(id, index);
    return "record" in found
      ? await this.#fetch(`${id} ${index}`, found.record, run)
      : new Blob([found.content]);
  }

  /** The part of a file that begins there: at 0, or where the part before it ended. */
  async filePart(id: string, index: number, from: number, { signal }: Run): Promise<FilePart> {
    const of = `${id} ${index}`;
    if (from === 0) {
      const found = await this.#file(id, index);
      if ("content" in found) {
        return { bytes: found.content, last: true };
      }
      this.#parting.set(of, new Incoming(found.record));
    }
    const incoming = this.#parting.get(of);
    if (incoming?.given !== from) {
      throw fault("gone");
    }
    return await this.#next(of, incoming, signal);
  }

  async #next(of: string, incoming: Incoming, signal: AbortSignal): Promise<FilePart> {
    try {
      const part = await incoming.next(this.#parts.api, signal);
      if (part.last) {
        this.#parting.delete(of);
      }
      return part;
    } catch (reason) {
      if (!UNANSWERED.includes(failureOf(reason).code)) {
        this.#parting.delete(of);
      }
      throw reason;
    }
  }

  /** Where its bytes are: in a blob of its own, or here, as part of a mail. */
  async #file(
    id: string,
    index: number,
  ): Promise<{ readonly record: Attachment } | { readonly content: Bytes }> {
    const entry = await this.#parts.mailbox.find(id);
    if (!entry.content) {
      throw fault("gone");
    }
    const { mail, files } = entry.content;
    const part = mail ? (await this.#mail(entry, entry.content))?.files[index] : undefined;
    const found = part ?? files[mail ? 0 : index];
    if (!found) {
      throw fault("gone");
    }
    return found;
  }

  /** A file that was broken off goes on where it was, if it is the one that is asked for next. */
  async #fetch(of: string, record: Attachment, { progress, signal }: Run): Promise<Blob> {
    const incoming = this.#broken?.of === of ? this.#broken.incoming : new Incoming(record);
    this.#broken = null;
    const meter = (done: number) => progress({ done, total: record.plainBytes });
    try {
      return await incoming.fetch(this.#parts.api, meter, signal);
    } catch (reason) {
      if (UNANSWERED.includes(failureOf(reason).code)) {
        this.#broken = { of, incoming };
      }
      throw reason;
    }
  }

  /** How a mail looks as its author made it; null where it has nothing but words. */
  async layout(id: string): Promise<Layout | null> {
    const entry = await this.#parts.mailbox.find(id);
    if (!entry.content?.mail) {
      throw fault("gone");
    }
    return (await this.#mail(entry, entry.content))?.layout ?? null;
  }

  /** Nothing of a message that went stays here. */
  forget(id: string): void {
    this.#mails.delete(id);
    this.#broken = null;
    for (const of of this.#parting.keys()) {
      if (of.startsWith(`${id} `)) {
        this.#parting.delete(of);
      }
    }
  }

  async #message(entry: Entry): Promise<Message> {
    const { row, content } = entry;
    if (!content) {
      return { ...row, text: "", attachments: [], gapBefore: false };
    }
    // What a coach gave back begins where it begins: what there was before it is not missing.
    const gapBefore = !content.mail && !row.givenBack && this.#isGap(content);
    if (content.mail) {
      return await this.#mailMessage(entry, content, content.mail);
    }
    const text = await this.#parts.mailbox.text(entry);
    const refused = refusedOf(content);
    const attachments = fileFacts(content, row.expiresAt);
    const counted = afterOpening(entry, this.#parts.standing, this.#parts.world.clock.now());
    return {
      ...row,
      text,
      attachments,
      gapBefore,
      ...(refused && { refused }),
      ...(counted && { afterOpening: counted }),
    };
  }

  #isGap({ step }: EntryContent): boolean {
    const { shelf, memory, standing } = this.#parts;
    const head = memory.headAtStart(step.fp, step.writer);
    // Where an inbox was reopened, a writer begins with what is there of them.
    const begins = standing.terms.clients?.givesBack && !head && !hasBefore(shelf, step);
    return !begins && shelf.isGap(step, head);
  }

  async #mailMessage(entry: Entry, content: EntryContent, facts: DoorFacts): Promise<Message> {
    const mail = await this.#mail(entry, content);
    const raw = content.files.map(({ record }, at) => ({
      index: (mail?.files.length ?? 0) + at,
      name: RAW_NAME,
      type: RAW_TYPE,
      bytes: record.plainBytes,
      expiresAt: Math.min(record.expiresAt, entry.row.expiresAt),
    }));
    const parts = (mail?.files ?? []).map((file, index) => ({
      index,
      name: safeName(file.name, index),
      type: file.type,
      bytes: file.content.length,
      expiresAt: entry.row.expiresAt,
    }));
    const text = mail?.text ?? "";
    const seen = { files: parts.length, firstWords: firstWords(text) };
    const row = this.#parts.shelf.change(entry.row.id, seen) ?? entry.row;
    return {
      ...row,
      text,
      attachments: [...parts, ...raw],
      mail: this.#facts(row.senderName, content, facts, mail),
      gapBefore: false,
    };
  }

  #facts(from: string, content: EntryContent, facts: DoorFacts, mail: Mail | null): MailFacts {
    const { grade, tls, receivedAt } = facts;
    const named = GRADES[grade - 1] ?? "unchecked";
    const said = this.#parts.memory.verdict(content.contentId);
    return {
      from,
      grade: named,
      tls,
      receivedAt,
      copiedToWork: content.special?.shown.copied_to_work === true,
      confirm: said === Verdict.MINE ? "mine" : named === "server" ? "asked" : null,
      opened: mail ? (mail.cut ? "cut" : "whole") : "file",
      hasLayout: mail?.layout != null,
    };
  }

  /** The mail, taken apart; null where it is too large for that, or no mail within limits. */
  async #mail(entry: Entry, content: EntryContent): Promise<Mail | null> {
    const { id } = entry.row;
    const known = this.#mails.get(id);
    const record = content.files[0]?.record;
    if (known || !record || record.plainBytes > MOST_PARSED_BYTES) {
      return known ?? null;
    }
    const { signal } = new AbortController();
    const blob = await new Incoming(record).fetch(this.#parts.api, () => {}, signal);
    const mail = await this.#parts.world.mail.mail(new Uint8Array(await blob.arrayBuffer()));
    if (mail) {
      this.#mails.set(id, mail);
      const [oldest] = this.#mails.keys();
      if (this.#mails.size > MAILS_KEPT && oldest !== undefined) {
        this.#mails.delete(oldest);
      }
    }
    return mail;
  }
}

/** Whether anything that this writer sent before is here. */
function hasBefore(shelf: Shelf, { fp, writer, count }: WriterStep): boolean {
  return shelf.all().some(({ content, known }) => {
    const mark = content?.step ?? known?.mark;
    return mark && same(mark.fp, fp) && mark.writer === writer && mark.count < count;
  });
}

function fileFacts({ files }: EntryContent, expiresAt: number): FileFacts[] {
  return files.map(({ record, name, type }, index) => ({
    index,
    name: safeName(name, index),
    type,
    bytes: record.plainBytes,
    expiresAt: Math.min(record.expiresAt, expiresAt),
  }));
}

/** What a notice says of mail that was turned away; null for anything else. What is not as it should be is left out. */
function refusedOf({ special }: EntryContent): RefusedMail[] | null {
  if (special?.kind !== ContentKind.NOTICE || special.shown.about !== "refused") {
    return null;
  }
  const listed = Array.isArray(special.shown.refused) ? special.shown.refused : [];
  return listed.slice(0, MOST_REFUSED).flatMap((one): RefusedMail[] => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) {
      return [];
    }
    const { address, reason, at } = one;
    const fits = typeof address === "string" && typeof reason === "string";
    return fits && Number.isSafeInteger(at)
      ? [{ address: oneLine(address), reason: oneLine(reason), at: Number(at) }]
      : [];
  });
}
