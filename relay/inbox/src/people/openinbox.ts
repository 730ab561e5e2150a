/**
 * Open inbox: what a person does in it.
 *
 * Owns what each thing that the page may ask of an open inbox comes to. Must never tell the page anything once it has
 * ended.
 */

import type { MailboxFacts } from "../api.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import type {
  Event,
  FilePart,
  FoundInside,
  Layout,
  ListPage,
  ListRow,
  Message,
  Opened,
  SendRequest,
} from "../session.ts";
import type { Composed } from "./compose.ts";
import { fault, fetched } from "./fault.ts";
import { type Around, InboxParts } from "./inboxparts.ts";
import { Meanwhile } from "./meanwhile.ts";
import type { Run } from "./run.ts";
import { Seen } from "./seen.ts";
import { firstWords } from "./text.ts";
import type { Unsent } from "./unsent.ts";
import type { Workroom } from "./workroom.ts";

export class OpenInbox {
  readonly #parts: InboxParts;
  readonly #seen: Seen;
  readonly #meanwhile: Meanwhile;
  readonly #stop = new AbortController();

  constructor(around: Around) {
    // What comes in once this inbox has ended is nothing for the one that is open then.
    const tell = (event: Event) => this.#stop.signal.aborted || around.tell(event);
    const whole = {
      follow: () => this.#meanwhile.follow(),
      look: () => this.#meanwhile.look(),
      remove: (ids: readonly string[]) => this.#meanwhile.remove(ids),
    };
    this.#parts = new InboxParts({ ...around, tell }, whole);
    this.#seen = new Seen(this.#parts.base);
    this.#meanwhile = new Meanwhile(this.#parts, this.#seen, this.#stop);
  }

  /** Follow what has been signed, and renew a card that is due. */
  async begin(mailboxes: readonly MailboxFacts[]): Promise<Opened> {
    const returning = await this.#meanwhile.refresh();
    if (returning) {
      return returning;
    }
    const { standing } = this.#parts.base;
    await standing.renewCard();
    const { myMailbox } = standing.place;
    const mine = mailboxes.find((one) => same(one.mailboxId, myMailbox));
    if (!mine) {
      throw fault("gone");
    }
    this.#parts.begin(mine);
    return this.#parts.opened();
  }

  get engagementId(): Bytes {
    return this.#parts.base.standing.engagementId;
  }

  /** Stop listening and timing. */
  end(): void {
    this.#meanwhile.end();
  }

  /** Store what has been gathered. */
  async flush(): Promise<void> {
    await this.#parts.flush();
  }

  async unsent(): Promise<Unsent> {
    return await this.#parts.unsent();
  }

  async work(): Promise<Workroom> {
    return await this.#parts.work();
  }

  // --- reading ---

  async list(before: number | null): Promise<ListPage> {
    await this.#parts.covering;
    const { mailbox, index } = this.#parts;
    const fetching = async () => mailbox.shelved(before) ?? (await mailbox.list(before));
    const page = await fetching().finally(() => this.#meanwhile.begin());
    this.#meanwhile.taken();
    index?.touch();
    this.#meanwhile.settle(page.before);
    return page;
  }

  async read(id: string): Promise<Message> {
    return await (await this.#parts.reader()).read(id);
  }

  async thread(threadId: string): Promise<readonly Message[]> {
    return await (await this.#parts.reader()).thread(threadId);
  }

  async markRead(id: string): Promise<void> {
    this.#seen.markRead(id);
    const entry = this.#parts.base.shelf.get(id);
    if (entry?.content?.daysAfterOpening) {
      const dates = await this.#parts.dates();
      if (await dates.countFromOpening(entry)) {
        await this.#meanwhile.follow();
      }
    }
  }

  async markAll(ids: readonly string[], unread: boolean): Promise<void> {
    await this.#seen.markAll(ids, unread);
  }

  async searchInside(typed: string, run: Run): Promise<FoundInside> {
    const [{ searchInside }, reading] = await Promise.all([
      fetched(() => import("./deepsearch.ts")),
      this.#parts.reader(),
    ]);
    const { base, mailbox, index } = this.#parts;
    const found = await searchInside(typed, { shelf: base.shelf, mailbox, reading }, run);
    index?.touch();
    return found;
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    return await (await this.#parts.reader()).file(id, index, run);
  }

  async filePart(id: string, index: number, from: number, run: Run): Promise<FilePart> {
    return await (await this.#parts.reader()).filePart(id, index, from, run);
  }

  /** How a mail looks, as its author made it. */
  async layout(id: string): Promise<Layout | null> {
    return await (await this.#parts.reader()).layout(id);
  }

  // --- writing ---

  async send(request: SendRequest, run: Run): Promise<ListRow> {
    const composed = await (await this.#parts.sender()).send(request, run);
    (await this.#parts.dates()).remember(composed);
    // It is stored for both: whatever fails from here on, it has been sent.
    await this.#meanwhile.look().catch(() => {});
    const entry = this.#parts.base.shelf.get(toHex(composed.ownEnvelopeId));
    return entry?.row ?? this.#provisional(request, composed);
  }

  /** How my message stands in the list until its own copy has been opened. */
  #provisional(request: SendRequest, composed: Composed): ListRow {
    const { shelf, standing, world } = this.#parts.base;
    const id = toHex(composed.ownEnvelopeId);
    return {
      id,
      threadId: request.threadId ?? id,
      order: (shelf.shown()[0]?.row.order ?? 0) + 1,
      mine: true,
      senderName: standing.item.myName,
      subject: request.subject,
      firstWords: firstWords(request.text),
      files: request.files.length,
      fileBytes: request.files.reduce((sum, file) => sum + file.size, 0),
      createdAt: world.clock.now(),
      expiresAt: composed.expiresAt,
      unread: false,
      byMail: false,
    };
  }

  // --- letting go ---

  /** What I say of a mail that my address alone vouches for; one that was not mine goes. */
  async judgeMail(id: string, mine: boolean): Promise<void> {
    const entry = await this.#parts.mailbox.find(id);
    if (!entry.content) {
      throw fault("gone");
    }
    await this.#parts.base.memory.judge(entry.content.contentId, mine);
    if (!mine) {
      await (await this.#parts.dates()).expireMine([entry]);
      this.#meanwhile.remove([id]);
    }
  }

  async expire(id: string, whose: "mine" | "both"): Promise<void> {
    const entry = await this.#parts.mailbox.find(id);
    const dates = await this.#parts.dates();
    await (whose === "mine" ? dates.expireMine([entry]) : dates.recall(entry));
    this.#meanwhile.remove([id]);
  }

  async expireMine(ids: readonly string[]): Promise<void> {
    const { base, mailbox } = this.#parts;
    const known = ids.flatMap((id) => base.shelf.get(id) ?? []);
    const entries = await mailbox.allOpened(known);
    await (await this.#parts.dates()).expireMine(entries);
    this.#meanwhile.remove(ids);
  }

  async shorten(id: string, expiresAt: number): Promise<void> {
    const dates = await this.#parts.dates();
    await dates.shorten(await this.#parts.mailbox.find(id), expiresAt);
    await this.#meanwhile.follow();
  }
}
