/**
 * Open inbox: what a person does in it, and what happens to it meanwhile.
 *
 * Owns the parts of one engagement while it is open, and the events that the page is told of. Must never tell of anything
 * that is due by the relay's clock.
 */

import type { Api, MailboxFacts } from "../api.ts";
import { ContentKind } from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import type {
  Event,
  FoundInside,
  Layout,
  ListPage,
  ListRow,
  Message,
  Opened,
  SendRequest,
} from "../session.ts";
import type { Account } from "./account.ts";
import type { Composed } from "./compose.ts";
import type { Dates } from "./dates.ts";
import { fault, fetched } from "./fault.ts";
import { Keepers } from "./keepers.ts";
import { Alarm, listen } from "./live.ts";
import type { LogHead } from "./loghead.ts";
import { firstWords, Mailbox } from "./mailbox.ts";
import { Memory } from "./memory.ts";
import type { Outbox } from "./outbox.ts";
import type { Reading } from "./reading.ts";
import type { Run } from "./run.ts";
import type { Covering, SealedIndex } from "./sealedindex.ts";
import { type Entry, formerOf, kindOf, Shelf } from "./shelf.ts";
import { Standing } from "./standing.ts";
import type { Unsent } from "./unsent.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

/** So many new rows are waited for before the list is shown; more come behind it. */
const WAITED_FOR_ROWS = 50;
/** What could not be fetched behind the list is tried again after so long. */
const AGAIN_MS = 30_000;
/** How many of the newest messages are asked for the head of the log that their writer had seen. */
const HEADS_MET = 4;

interface Around {
  readonly api: Api;
  readonly account: Account;
  readonly world: World;
  readonly relayName: string;
  readonly chosen: Bytes | null;
  readonly tell: (event: Event) => void;
}

export class OpenInbox {
  readonly #around: Around;
  readonly #standing: Standing;
  readonly #memory: Memory;
  #dates: Dates | null = null;
  readonly #keepers: Keepers;
  readonly #shelf = new Shelf();
  readonly #alarm: Alarm;
  #logHead: LogHead | null = null;
  readonly #shownIds = new Set<string>();
  #workroom: Workroom | null = null;
  readonly #stop = new AbortController();
  #outbox: Outbox | null = null;
  #mailbox: Mailbox | null = null;
  #reading: Reading | null = null;
  #index: SealedIndex | null = null;
  /** What the index covered when this inbox was opened, until the rest is known too. */
  #covering: Promise<Covering | null> = Promise.resolve(null);
  #settling: Promise<void> | null = null;
  #retry: () => void = () => {};
  #unsent: Unsent | null = null;
  #address = "";
  #begun = false;
  /** Steps of the report on the shelf: they stand in no list, so the page is told of a new one. */
  #reports = 0;

  constructor(around: Around) {
    const { api, account, world } = around;
    // What comes in once this inbox has ended is nothing for the one that is open then.
    const tell = (event: Event) => this.#stop.signal.aborted || around.tell(event);
    this.#around = { ...around, tell };
    this.#standing = new Standing(api, account, world, around.chosen);
    const { pins } = account.records.vault;
    this.#keepers = new Keepers(api, world.clock, pins, account.keys.access, world.random);
    this.#memory = new Memory(account, this.#standing, world);
    this.#alarm = new Alarm(world, () => this.#expireDue());
  }

  /** Follow what has been signed, and renew a card that is due. */
  async begin(mailboxes: readonly MailboxFacts[]): Promise<Opened> {
    const returning = await this.#refresh();
    if (returning) {
      return returning;
    }
    await this.#standing.renewCard();
    const { myMailbox } = this.#standing.place;
    const mine = mailboxes.find((one) => same(one.mailboxId, myMailbox));
    if (!mine) {
      throw fault("gone");
    }
    this.#address = mine.address;
    const { standing, memory, keepers, shelf } = this.#parts;
    this.#mailbox = new Mailbox({ ...this.#around, standing, memory, keepers, shelf }, mine.cursor);
    // Whatever is wrong with the index, the mailbox itself is there to be read.
    this.#covering = this.#openIndex(mine.cursor).catch(() => null);
    return this.#opened();
  }

  /** Once the list is there, or could not be had: nobody waits for the rest. */
  #beginAfterwards(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#listen();
      // So that a page that has lost its line meanwhile can read and answer what is there.
      Promise.all([this.#reader(), this.#sender(), this.#changing()]).catch(() => {});
      this.#afterwards().catch(() => {});
    }
  }

  /** Read what is in force. Who is not the client, yet or any longer, is told so instead. */
  async #refresh(): Promise<Opened | null> {
    return await this.#standing.refresh().then(
      () => null,
      async (reason) => {
        const { returning } = await fetched(() => import("./returning.ts"));
        return await returning(this.#around, this.#standing.item, reason);
      },
    );
  }

  /** Bring what the index knows onto the shelf, and what came since, where that is little. */
  async #openIndex(cursor: number): Promise<Covering | null> {
    const mailbox = this.#need(this.#mailbox);
    const { SealedIndex: Kind } = await fetched(() => import("./sealedindex.ts"));
    this.#index = new Kind({ ...this.#around, ...this.#parts, mailbox });
    const covering = await this.#index.open();
    if (!covering) {
      return null;
    }
    mailbox.startAbove(covering.upTo);
    if (cursor - covering.upTo <= WAITED_FOR_ROWS) {
      // The account says how far the mailbox reaches: where that is as far as the index does, nothing is asked.
      await (cursor > covering.upTo && mailbox.sync());
      this.#shelf.covered(null, covering.below);
    }
    return covering;
  }

  /** Behind the list: what came since the index was written, what has to be made again of it, and everything below it. */
  #settle(before: number): void {
    this.#settling ??= this.#settleAll(before).catch(() => {
      this.#settling = null;
      this.#retry = this.#around.world.after(AGAIN_MS, () => this.#settle(before));
    });
  }

  async #settleAll(before: number): Promise<void> {
    const [{ settle }, covering] = await Promise.all([
      fetched(() => import("./behind.ts")),
      this.#covering,
    ]);
    const mailbox = this.#need(this.#mailbox);
    const [index, stop] = [this.#index, this.#stop.signal];
    await settle({ ...this.#around, ...this.#parts, mailbox, index, covering, stop }, before);
    this.#setAlarm();
    this.#settleMarks();
    this.#afterTaking();
  }

  async #reader(): Promise<Reading> {
    const mailbox = this.#need(this.#mailbox);
    const { Reading: Kind } = await fetched(() => import("./reading.ts"));
    this.#reading ??= new Kind({ ...this.#around, ...this.#parts, mailbox });
    return this.#reading;
  }

  async unsent(): Promise<Unsent> {
    const { Unsent: Kind } = await fetched(() => import("./unsent.ts"));
    this.#unsent ??= new Kind({ ...this.#around, ...this.#parts });
    return this.#unsent;
  }

  async #changing(): Promise<Dates> {
    const { Dates: Kind } = await fetched(() => import("./dates.ts"));
    this.#dates ??= new Kind({ ...this.#around, ...this.#parts });
    return this.#dates;
  }

  /** What can wait until the list is there: the log, and what both have agreed to keep longer. */
  async #afterwards(): Promise<void> {
    this.#tellHappened().catch(() => {});
    await (await this.#log()).refresh();
    this.#tellFork();
    if (this.#standing.terms.extensions.length > 0) {
      await (await this.work()).resealAll();
    }
    const releases = this.#standing.itemName("releases");
    if (this.#around.account.records.vault.item(releases)) {
      await (await this.work()).report("settle", []);
    }
  }

  /** Something was done to the account from elsewhere: its owner is asked. */
  async #tellHappened(): Promise<void> {
    const { api, account, world, tell } = this.#around;
    const { newestHappened } = await fetched(() => import("./happened.ts"));
    const happened = await newestHappened(api, account, world);
    if (happened) {
      tell({ kind: "happened", happened });
    }
    if (happened?.what === "reopened") {
      await this.#followEngagement();
    }
  }

  #tellFork(): void {
    if (this.#logHead?.takeFork()) {
      this.#around.tell({ kind: "records" });
    }
  }

  /** Fetched behind the list: no message waits for the log. */
  async #log(): Promise<LogHead> {
    const { LogHead: Kind } = await fetched(() => import("./loghead.ts"));
    this.#logHead ??= new Kind(this.#around);
    return this.#logHead;
  }

  get engagementId(): Bytes {
    return this.#standing.engagementId;
  }

  /** Stop listening and timing. */
  end(): void {
    this.#stop.abort();
    this.#alarm.clear();
    this.#index?.end();
    this.#retry();
  }

  /** Store what has been gathered. */
  async flush(): Promise<void> {
    await this.#memory.flush();
    await this.#index?.flush();
  }

  async list(before: number | null): Promise<ListPage> {
    await this.#covering;
    const mailbox = this.#need(this.#mailbox);
    const fetching = async () =>
      mailbox.shelved(before) ?? (await this.#fetchPage(mailbox, before));
    const page = await fetching().finally(() => this.#beginAfterwards());
    this.#setAlarm();
    this.#settleMarks();
    this.#afterTaking();
    this.#index?.touch();
    this.#settle(page.before);
    return page;
  }

  async #fetchPage(mailbox: Mailbox, before: number | null): Promise<ListPage> {
    const { ids, more, before: next } = await mailbox.list(before);
    return { rows: ids.flatMap((id) => this.#row(id)), more, before: next };
  }

  async read(id: string): Promise<Message> {
    return await (await this.#reader()).read(id);
  }

  async thread(threadId: string): Promise<readonly Message[]> {
    return await (await this.#reader()).thread(threadId);
  }

  async markRead(id: string): Promise<void> {
    const entry = this.#shelf.get(id);
    this.#acknowledge(entry);
    if (entry?.row.unread) {
      this.#memory.setMarks(this.#memory.marks.with(entry.row.order));
      this.#shelf.change(id, { unread: false });
      this.#settleMarks();
    }
  }

  /** Unread again, for its owner alone: whoever wrote it was told that it was opened, and is told nothing more. */
  async markUnread(id: string): Promise<void> {
    const entry = this.#shelf.get(id);
    if (entry && !entry.row.mine) {
      this.#memory.setMarks(this.#memory.marks.without(entry.row.order));
      this.#shelf.change(id, { unread: true });
      await this.#memory.flush();
    }
  }

  /** Say that a person has seen it; what could not be said is said at the next look. */
  #acknowledge(entry: Entry | undefined): void {
    if (!entry?.content || entry.row.mine || this.#shownIds.has(entry.row.id)) {
      return;
    }
    const { api } = this.#around;
    this.#shownIds.add(entry.row.id);
    api.acknowledge(this.#standing.place.myMailbox, [entry.envelopeId]).catch(() => {
      this.#shownIds.delete(entry.row.id);
    });
  }

  /** *Our work*: fetched when somebody first goes there. */
  async work(): Promise<Workroom> {
    const [{ Workroom: Kind }, outbox, logHead] = await Promise.all([
      fetched(() => import("./workroom.ts")),
      this.#sender(),
      this.#log(),
    ]);
    this.#workroom ??= new Kind({
      ...this.#around,
      ...this.#parts,
      outbox,
      logHead,
      mailbox: this.#need(this.#mailbox),
      follow: () => this.#followEngagement(),
      look: () => this.#look(),
      remove: (ids) => this.#remove(ids),
    });
    return this.#workroom;
  }

  async send(request: SendRequest, run: Run): Promise<ListRow> {
    const composed = await (await this.#sender()).send(request, run);
    (await this.#changing()).remember(composed);
    // It is stored for both: whatever fails from here on, it has been sent.
    await this.#look().catch(() => {});
    const [row] = this.#row(toHex(composed.ownEnvelopeId));
    return row ?? this.#provisional(request, composed);
  }

  async #sender(): Promise<Outbox> {
    const [{ Outbox: Kind }, logHead] = await Promise.all([
      fetched(() => import("./outbox.ts")),
      this.#log(),
    ]);
    this.#outbox ??= new Kind({ ...this.#around, ...this.#parts, logHead });
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

  async searchInside(typed: string, run: Run): Promise<FoundInside> {
    const [{ searchInside }, reading] = await Promise.all([
      fetched(() => import("./deepsearch.ts")),
      this.#reader(),
    ]);
    const { shelf } = this.#parts;
    const found = await searchInside(
      typed,
      { shelf, mailbox: this.#need(this.#mailbox), reading },
      run,
    );
    this.#index?.touch();
    return found;
  }

  async file(id: string, index: number, run: Run): Promise<Blob> {
    return await (await this.#reader()).file(id, index, run);
  }

  /** How a mail looks, as its author made it. */
  async layout(id: string): Promise<Layout | null> {
    return await (await this.#reader()).layout(id);
  }

  /** What I say of a mail that my address alone vouches for; one that was not mine goes. */
  async judgeMail(id: string, mine: boolean): Promise<void> {
    const entry = await this.#need(this.#mailbox).find(id);
    if (!entry.content) {
      throw fault("gone");
    }
    await this.#memory.judge(entry.content.contentId, mine);
    if (!mine) {
      await (await this.#changing()).expireMine(entry);
      this.#remove([id]);
    }
  }

  async expire(id: string, whose: "mine" | "both"): Promise<void> {
    const entry = await this.#need(this.#mailbox).find(id);
    const dates = await this.#changing();
    await (whose === "mine" ? dates.expireMine(entry) : dates.recall(entry));
    this.#remove([id]);
  }

  async shorten(id: string, expiresAt: number): Promise<void> {
    const dates = await this.#changing();
    await dates.shorten(await this.#need(this.#mailbox).find(id), expiresAt);
    await this.#followEngagement();
  }

  // --- what happens meanwhile ---

  #listen(): void {
    const { api, world, tell } = this.#around;
    const { place, engagementId } = this.#standing;
    const listener = {
      look: () => this.#look(),
      engagement: () => this.#followEngagement(),
      others: () => tell({ kind: "clients" }),
      account: () => this.#tellHappened(),
      connection: (state: "live" | "lost") => tell({ kind: "connection", state }),
    };
    const listening = { mailboxId: place.myMailbox, engagementId };
    listen(api, world, listening, listener, this.#stop.signal).catch(() => {
      tell({ kind: "connection", state: "lost" });
    });
  }

  async #look(): Promise<void> {
    await this.#covering;
    const { rows, gone } = await this.#need(this.#mailbox).sync();
    if (rows.length + gone.length > 0) {
      this.#index?.touch();
    }
    if (gone.length > 0) {
      this.#remove(gone);
    }
    if (rows.length > 0) {
      this.#around.tell({ kind: "arrived", rows });
    }
    this.#setAlarm();
    this.#settleMarks();
    this.#afterTaking();
    const reports = this.#shelf.all().filter((one) => kindOf(one) === ContentKind.REPORT).length;
    if (reports !== this.#reports) {
      this.#reports = reports;
      this.#around.tell({ kind: "engagement", opened: this.#opened() });
    }
  }

  /** What arrived may name another head of the log, replace an older copy, or propose something. */
  #afterTaking(): void {
    const entries = this.#shelf.all();
    // A relay that has once shown two logs must go on with both: the newest heads tell as much as all would.
    const theirs = entries.filter(({ content, row }) => content?.shared && !row.mine);
    const newest = theirs.sort((one, other) => other.row.order - one.row.order);
    const hashes = newest
      .slice(0, HEADS_MET)
      .flatMap(({ content }) => (content ? [content.checkpointHash] : []));
    this.#meet(hashes).catch(() => {});
    const replaced = this.#need(this.#mailbox).takeReplaced();
    if (replaced.length > 0) {
      this.#letGo(replaced).catch(() => {});
    }
    if (this.#hasAgreements()) {
      this.#countProposals().catch(() => {});
    }
  }

  #hasAgreements(): boolean {
    return this.#shelf.all().some((entry) => kindOf(entry) === ContentKind.AGREEMENT);
  }

  async #meet(hashes: readonly Bytes[]): Promise<void> {
    await (await this.#log()).meet(hashes);
    this.#tellFork();
  }

  /** The older copies of what is kept longer now: mine to let go. */
  async #letGo(envelopeIds: readonly Bytes[]): Promise<void> {
    await this.#around.api.expireOwn(this.#standing.place.myMailbox, envelopeIds);
  }

  async #countProposals(): Promise<void> {
    await this.#need(this.#mailbox).openKinds([ContentKind.AGREEMENT]);
    const waiting = (await this.work()).agreementsWaiting();
    if (this.#standing.setAgreementsOpen(waiting)) {
      this.#around.tell({ kind: "engagement", opened: this.#opened() });
    }
  }

  /** Follow the engagement; an act may have brought dates forward. */
  async #followEngagement(): Promise<void> {
    const returning = await this.#refresh();
    if (returning) {
      this.#around.tell({ kind: "engagement", opened: returning });
      this.end();
      return;
    }
    if (this.#hasAgreements()) {
      await this.#need(this.#mailbox).openKinds([ContentKind.AGREEMENT]);
      this.#standing.setAgreementsOpen((await this.work()).agreementsWaiting());
    }
    this.#around.tell({ kind: "engagement", opened: this.#opened() });
    const { terms } = this.#standing;
    const moved = this.#shelf.all().flatMap((entry) => {
      const { row, envelopeId, sealedUntil } = entry;
      const madeAt = entry.content || entry.known ? row.createdAt : null;
      const expiresAt = terms.dateOf(envelopeId, sealedUntil, madeAt, formerOf(entry));
      return expiresAt === row.expiresAt ? [] : (this.#shelf.change(row.id, { expiresAt }) ?? []);
    });
    this.#expireDue();
    const now = this.#around.world.clock.now();
    const rows = moved.filter((row) => row.expiresAt > now);
    if (rows.length > 0) {
      this.#around.tell({ kind: "arrived", rows });
    }
    if (terms.extensions.length > 0) {
      (await this.work()).resealAll().catch(() => {});
    }
  }

  #expireDue(): void {
    const now = this.#around.world.clock.now();
    if (this.#standing.advance()) {
      this.#around.tell({ kind: "engagement", opened: this.#opened() });
    }
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
    this.#index?.forget(ids);
    this.#around.tell({ kind: "gone", ids });
  }

  #setAlarm(): void {
    const now = this.#around.world.clock.now();
    const { workEndsAt, endsAt } = this.#standing.terms;
    const ahead = [workEndsAt, endsAt].filter((instant) => instant > now);
    const dates = [...ahead, ...this.#shelf.all().map(({ row }) => row.expiresAt)];
    this.#alarm.set(dates.reduce((least, date) => Math.min(least, date), Number.POSITIVE_INFINITY));
  }

  /** Where the shelf reaches down to all that is marked, everything below the lowest that was never read is read. */
  #settleMarks(): void {
    const { marks } = this.#memory;
    if (this.#shelf.bottom <= marks.upTo + 1) {
      const shown = this.#shelf.shown().map(({ row }) => row);
      const orders = shown.filter((row) => row.unread).map((row) => row.order);
      const unread = orders.filter((order) => !marks.again.includes(order));
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
