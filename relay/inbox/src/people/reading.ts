/**
 * Reading: messages with their text and files.
 *
 * Owns what a message is made of when it is read: its text, the facts of its files, and, for mail, the mail itself, which
 * is fetched and taken apart only then. Files leave here as plain bytes without a kind: what they are shown as is judged by
 * who shows them.
 */

import type { Api } from "../api.ts";
import type { DoorFacts } from "../crypto/content.ts";
import type { FileFacts, Message } from "../session.ts";
import { download } from "./download.ts";
import { fault } from "./fault.ts";
import { type Mail, MOST_PARSED_BYTES, openMail, RAW_NAME, RAW_TYPE } from "./mail.ts";
import { firstWords, type Mailbox } from "./mailbox.ts";
import type { Memory } from "./memory.ts";
import type { Run } from "./run.ts";
import type { Entry, EntryContent, Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";

/** Mails that stay taken apart, for looking at their files one after the other. */
const MAILS_KEPT = 3;
/** Of the door's grades the one at which the author's own domain has signed the mail (docs/protocol.md, part 6). */
const ALIGNED_DKIM = 2;

interface Parts {
  readonly api: Api;
  readonly mailbox: Mailbox;
  readonly standing: Standing;
  readonly memory: Memory;
  readonly shelf: Shelf;
}

export class Reading {
  readonly #parts: Parts;
  readonly #mails = new Map<string, Mail>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(id: string): Promise<Message> {
    return await this.#message(await this.#parts.mailbox.find(id));
  }

  /** Every message of a thread that is known, oldest first. */
  async thread(threadId: string): Promise<Message[]> {
    const entries = this.#parts.shelf.shown().filter((entry) => entry.row.threadId === threadId);
    const messages: Message[] = [];
    for (const entry of entries.reverse()) {
      messages.push(await this.#message(entry));
    }
    return messages;
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    const entry = await this.#parts.mailbox.find(id);
    if (!entry.content) {
      throw fault("gone");
    }
    const { mail, files } = entry.content;
    const part = mail ? (await this.#mail(entry, entry.content))?.files[index] : undefined;
    if (part) {
      return new Blob([part.content]);
    }
    const named = files[mail ? 0 : index];
    if (!named) {
      throw fault("gone");
    }
    const { record } = named;
    const meter = (done: number) => run.progress({ done, total: record.plainBytes });
    return await download(this.#parts.api, record, meter, run.signal);
  }

  /** Nothing of a message that went stays here. */
  forget(id: string): void {
    this.#mails.delete(id);
  }

  async #message(entry: Entry): Promise<Message> {
    const { row, content } = entry;
    if (!content) {
      return { ...row, text: "", attachments: [], gapBefore: false };
    }
    const gapBefore = !content.mail && this.#isGap(content);
    if (content.mail) {
      return await this.#mailMessage(entry, content, content.mail);
    }
    const text = await this.#parts.mailbox.text(entry);
    return { ...row, text, attachments: fileFacts(content, row.expiresAt), gapBefore };
  }

  #isGap({ step }: EntryContent): boolean {
    const { shelf, memory } = this.#parts;
    return shelf.isGap(step, memory.headAtStart(step.fp, step.writer));
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
      name: file.name,
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
      mail: {
        from: row.senderName,
        checked: facts.grade === ALIGNED_DKIM,
        tls: facts.tls,
        receivedAt: facts.receivedAt,
      },
      gapBefore: false,
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
    const blob = await download(this.#parts.api, record, () => {}, new AbortController().signal);
    const mail = await openMail(new Uint8Array(await blob.arrayBuffer()));
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

function fileFacts({ files }: EntryContent, expiresAt: number): FileFacts[] {
  return files.map(({ record, name, type }, index) => ({
    index,
    name,
    type,
    bytes: record.plainBytes,
    expiresAt: Math.min(record.expiresAt, expiresAt),
  }));
}
