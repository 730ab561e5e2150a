/**
 * Open inbox: what a person does in it, and what happens to it meanwhile.
 *
 * Owns the parts of one engagement while it is open, and the events that the page is told of. Must never tell of anything
 * that is due by the relay's clock.
 */

import type { Api, MailboxFacts } from "../api.ts";
import { same, toHex } from "../crypto/encoding.ts";
import type { Event, ListPage, ListRow, Message, Opened, SendRequest } from "../session.ts";
import type { Account } from "./account.ts";
import type { Composed } from "./compose.ts";
import { Dates } from "./dates.ts";
import { fault, fetched } from "./fault.ts";
import { Keepers } from "./keepers.ts";
import { Alarm, listen } from "./live.ts";
import { firstWords, Mailbox } from "./mailbox.ts";
import { Memory } from "./memory.ts";
import type { Outbox } from "./outbox.ts";
import { Reading } from "./reading.ts";
import type { Run } from "./run.ts";
import { Shelf } from "./shelf.ts";
import { Standing } from "./standing.ts";
import type { World } from "./world.ts";

interface Around {
  readonly api: Api;
  readonly account: Account;
  readonly world: World;
  readonly relayName: string;
  readonly tell: (event: Event) => void;
}

export class OpenInbox {
  readonly #around: Around;
  readonly #standing: Standing;
  readonly #memory: Memory;
  readonly #dates: Dates;
  readonly #keepers: Keepers;
  readonly #shelf = new Shelf();
  readonly #alarm: Alarm;
  readonly #stop = new AbortController();
  #outbox: Outbox | null = null;
  #mailbox: Mailbox | null = null;
  #reading: Reading | null = null;
  #address = "";

  constructor(around: Around) {
    const { api, account, world } = around;
    this.#around = around;
    this.#standing = new Standing(api, account, world);
    const { pins } = account.records.vault;
    this.#keepers = new Keepers(api, world.clock, pins, account.keys.access, world.random);
    this.#memory = new Memory(account, this.#standing, world);
    this.#dates = new Dates({ ...around, standing: this.#standing, keepers: this.#keepers });
    this.#alarm = new Alarm(world, () => this.#expireDue());
  }

  /** Follow what has been signed, renew a card that is due, and begin to listen. */
  async begin(mailboxes: readonly MailboxFacts[]): Promise<Opened> {
    await this.#standing.refresh();
    await this.#standing.renewCard();
    const { myMailbox } = this.#standing.place;
    const mine = mailboxes.find((one) => same(one.mailboxId, myMailbox));
    if (!mine) {
      throw fault("gone");
    }
    this.#address = mine.address;
    const { standing, memory, keepers, shelf } = this.#parts;
    this.#mailbox = new Mailbox({ ...this.#around, standing, memory, keepers, shelf }, mine.cursor);
    this.#reading = new Reading({
      ...this.#around,
      mailbox: this.#mailbox,
      standing,
      memory,
      shelf,
    });
    this.#listen();
    // Fetched behind the list, so that an answer can be sent from a page that has lost its line meanwhile.
    this.#sender().catch(() => {});
    return this.#opened();
  }

  /** Stop listening and timing. */
  end(): void {
    this.#stop.abort();
    this.#alarm.clear();
  }

  /** Store what has been gathered. */
  async flush(): Promise<void> {
    await this.#memory.flush();
  }

  async list(before: number | null): Promise<ListPage> {
    const { ids, more, before: next } = await this.#need(this.#mailbox).list(before);
    this.#setAlarm();
    this.#settleMarks();
    return { rows: ids.flatMap((id) => this.#row(id)), more, before: next };
  }

  async read(id: string): Promise<Message> {
    return await this.#need(this.#reading).read(id);
  }

  async thread(threadId: string): Promise<readonly Message[]> {
    return await this.#need(this.#reading).thread(threadId);
  }

  async markRead(id: string): Promise<void> {
    const entry = this.#shelf.get(id);
    if (entry?.row.unread) {
      this.#memory.setMarks(this.#memory.marks.with(entry.row.order));
      this.#shelf.change(id, { unread: false });
      this.#settleMarks();
    }
  }

  async send(request: SendRequest, run: Run): Promise<ListRow> {
    const composed = await (await this.#sender()).send(request, run);
    this.#dates.remember(composed);
    // It is stored for both: whatever fails from here on, it has been sent.
    await this.#look().catch(() => {});
    const [row] = this.#row(toHex(composed.ownEnvelopeId));
    return row ?? this.#provisional(request, composed);
  }

  async #sender(): Promise<Outbox> {
    const { Outbox: Kind } = await fetched(() => import("./outbox.ts"));
    this.#outbox ??= new Kind({ ...this.#around, ...this.#parts });
    return this.#outbox;
  }

  /** How my message stands in the list until its own copy has been opened. */
  #provisional(request: SendRequest, composed: Composed): ListRow {
    const id = toHex(composed.ownEnvelopeId);
    return {
      id,
      threadId: request.threadId ?? id,
      order: (this.#shelf.shown()[0]?.row.order ?? 0) + 1,
      mine: true,
      senderName: this.#standing.item.myName,
      subject: request.subject,
      firstWords: firstWords(request.text),
      files: request.files.length,
      createdAt: this.#around.world.clock.now(),
      expiresAt: composed.expiresAt,
      unread: false,
      byMail: false,
    };
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    return await this.#need(this.#reading).file(id, index, run);
  }

  async expire(id: string, whose: "mine" | "both"): Promise<void> {
    const entry = await this.#need(this.#mailbox).find(id);
    await (whose === "mine" ? this.#dates.expireMine(entry) : this.#dates.recall(entry));
    this.#remove([id]);
  }

  async shorten(id: string, expiresAt: number): Promise<void> {
    await this.#dates.shorten(await this.#need(this.#mailbox).find(id), expiresAt);
    await this.#followEngagement();
  }

  // --- what happens meanwhile ---

  #listen(): void {
    const { api, world, tell } = this.#around;
    const { place, engagementId } = this.#standing;
    const listener = {
      look: () => this.#look(),
      engagement: () => this.#followEngagement(),
      connection: (state: "live" | "lost") => tell({ kind: "connection", state }),
    };
    const listening = { mailboxId: place.myMailbox, engagementId };
    listen(api, world, listening, listener, this.#stop.signal).catch(() => {
      tell({ kind: "connection", state: "lost" });
    });
  }

  async #look(): Promise<void> {
    const { rows, gone } = await this.#need(this.#mailbox).sync();
    if (gone.length > 0) {
      this.#remove(gone);
    }
    if (rows.length > 0) {
      this.#around.tell({ kind: "arrived", rows });
    }
    this.#setAlarm();
    this.#settleMarks();
  }

  /** Follow the engagement; an act may have brought dates forward. */
  async #followEngagement(): Promise<void> {
    await this.#standing.refresh();
    this.#around.tell({ kind: "engagement", opened: this.#opened() });
    const { terms } = this.#standing;
    const moved = this.#shelf.all().flatMap(({ row, envelopeId, sealedUntil }) => {
      const expiresAt = terms.dateOf(envelopeId, sealedUntil);
      return expiresAt === row.expiresAt ? [] : (this.#shelf.change(row.id, { expiresAt }) ?? []);
    });
    this.#expireDue();
    const now = this.#around.world.clock.now();
    const rows = moved.filter((row) => row.expiresAt > now);
    if (rows.length > 0) {
      this.#around.tell({ kind: "arrived", rows });
    }
  }

  #expireDue(): void {
    const now = this.#around.world.clock.now();
    const due = this.#shelf.all().filter(({ row }) => row.expiresAt <= now);
    if (due.length > 0) {
      this.#remove(due.map(({ row }) => row.id));
    }
    this.#setAlarm();
  }

  #remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.#shelf.remove(id);
      this.#reading?.forget(id);
    }
    this.#around.tell({ kind: "gone", ids });
  }

  #setAlarm(): void {
    const dates = this.#shelf.all().map(({ row }) => row.expiresAt);
    this.#alarm.set(dates.reduce((least, date) => Math.min(least, date), Number.POSITIVE_INFINITY));
  }

  /** Where the shelf reaches down to all that is marked, everything below the lowest unread is read. */
  #settleMarks(): void {
    const { marks } = this.#memory;
    if (this.#shelf.bottom <= marks.upTo + 1) {
      const shown = this.#shelf.shown().map(({ row }) => row);
      const unread = shown.filter((row) => row.unread).map((row) => row.order);
      const newest = shown[0]?.order ?? 0;
      const upTo = unread.reduce((least, order) => Math.min(least, order - 1), newest);
      this.#memory.setMarks(marks.allUpTo(upTo));
    }
  }

  #opened(): Opened {
    return this.#standing.opened(this.#around.relayName, this.#address);
  }

  #row(id: string): ListRow[] {
    const row = this.#shelf.get(id)?.row;
    return row ? [row] : [];
  }

  get #parts() {
    const [standing, memory, keepers] = [this.#standing, this.#memory, this.#keepers];
    return { standing, memory, keepers, shelf: this.#shelf };
  }

  #need<Part>(part: Part | null): Part {
    if (!part) {
      throw fault("locked");
    }
    return part;
  }
}
