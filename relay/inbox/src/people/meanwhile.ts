/**
 * Meanwhile: what happens to an open inbox by itself, and what the page is told of it.
 *
 * Owns what goes on behind the list, what the wake-up line leads to, and the dates that come. Must never tell of anything
 * that is due by the relay's clock, nor keep the list waiting.
 */

import { ContentKind } from "../crypto/content.ts";
import type { Bytes } from "../crypto/encoding.ts";
import type { Opened } from "../session.ts";
import { tellElsewhere } from "./elsewhere.ts";
import { fetched } from "./fault.ts";
import type { InboxParts } from "./inboxparts.ts";
import { Alarm, listen } from "./live.ts";
import type { LogHead } from "./loghead.ts";
import type { Seen } from "./seen.ts";
import { formerOf, kindOf } from "./shelf.ts";

/** What could not be fetched behind the list is tried again after so long. */
const AGAIN_MS = 30_000;
/** How many of the newest messages are asked for the head of the log that their writer had seen. */
const HEADS_MET = 4;

export class Meanwhile {
  readonly #parts: InboxParts;
  readonly #seen: Seen;
  readonly #stop: AbortController;
  readonly #alarm: Alarm;
  #begun = false;
  #settling: Promise<void> | null = null;
  #retry: () => void = () => {};
  /** Steps of the report on the shelf: they stand in no list, so the page is told of a new one. */
  #reports = 0;

  constructor(parts: InboxParts, seen: Seen, stop: AbortController) {
    this.#parts = parts;
    this.#seen = seen;
    this.#stop = stop;
    this.#alarm = new Alarm(parts.base.world, () => this.#expireDue());
  }

  /** Stop listening and timing. */
  end(): void {
    this.#stop.abort();
    this.#alarm.clear();
    this.#parts.index?.end();
    this.#retry();
  }

  /** Read what is in force. Who is not the client, yet or any longer, is told so instead. */
  async refresh(): Promise<Opened | null> {
    const { standing } = this.#parts.base;
    return await standing.refresh().then(
      () => null,
      async (reason) => {
        const { returning } = await fetched(() => import("./returning.ts"));
        return await returning(this.#parts.base, standing.item, reason);
      },
    );
  }

  // --- behind the list ---

  /** Once the list is there, or could not be had: nobody waits for the rest. */
  begin(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#listen();
      const parts = this.#parts;
      // So that a page that has lost its line meanwhile can read and answer what is there.
      Promise.all([parts.reader(), parts.sender(), parts.dates()]).catch(() => {});
      this.#afterwards().catch(() => {});
    }
  }

  /** What can wait until the list is there: the log, and what both have agreed to keep longer. */
  async #afterwards(): Promise<void> {
    const { account, standing } = this.#parts.base;
    this.#tellHappened().catch(() => {});
    this.#tellReplies().catch(() => {});
    const log = await this.#parts.log();
    await log.refresh();
    this.#tellFork(log);
    if (standing.terms.extensions.length > 0) {
      await (await this.#parts.work()).resealAll();
    }
    if (account.records.vault.item(standing.itemName("releases"))) {
      await (await this.#parts.work()).report("settle", []);
    }
  }

  /** Below an order: what came since the index was written, what has to be made again of it, and everything below it. */
  settle(before: number): void {
    this.#settling ??= this.#settleAll(before).catch(() => {
      this.#settling = null;
      this.#retry = this.#parts.base.world.after(AGAIN_MS, () => this.settle(before));
    });
  }

  async #settleAll(before: number): Promise<void> {
    const [{ settle }, covering] = await Promise.all([
      fetched(() => import("./behind.ts")),
      this.#parts.covering,
    ]);
    const { base, mailbox, index } = this.#parts;
    await settle({ ...base, mailbox, index, covering, stop: this.#stop.signal }, before);
    this.taken();
  }

  // --- what the line tells ---

  #listen(): void {
    const { api, account, world, tell, standing } = this.#parts.base;
    const { place, engagementId } = standing;
    const listener = {
      look: () => this.look(),
      elsewhere: (mailboxId: Bytes, cursor: number) =>
        tellElsewhere(account, tell, mailboxId, cursor),
      engagement: () => this.follow(),
      others: () => this.#tellOthers(),
      account: () => this.#tellHappened(),
      connection: (state: "live" | "lost") => tell({ kind: "connection", state }),
    };
    const listening = { mailboxId: place.myMailbox, engagementId };
    listen(api, world, listening, listener, this.#stop.signal).catch(() => {
      tell({ kind: "connection", state: "lost" });
    });
  }

  /** Take what has arrived. */
  async look(): Promise<void> {
    await this.#parts.covering;
    const { base, mailbox, index } = this.#parts;
    const { rows, gone } = await mailbox.sync();
    if (rows.length + gone.length > 0) {
      index?.touch();
    }
    if (gone.length > 0) {
      this.remove(gone);
    }
    if (rows.length > 0) {
      base.tell({ kind: "arrived", rows });
    }
    this.taken();
    const reports = base.shelf.all().filter((one) => kindOf(one) === ContentKind.REPORT).length;
    if (reports !== this.#reports) {
      this.#reports = reports;
      this.#tellEngagement();
    }
  }

  /** Follow the engagement; an act may have brought dates forward. */
  async follow(): Promise<void> {
    const { standing, shelf, tell, world } = this.#parts.base;
    const returning = await this.refresh();
    if (returning) {
      tell({ kind: "engagement", opened: returning });
      this.end();
      return;
    }
    if (this.#hasAgreements()) {
      await this.#openProposals();
    }
    this.#tellEngagement();
    const { terms } = standing;
    const moved = shelf.all().flatMap((entry) => {
      const { row, envelopeId, sealedUntil } = entry;
      const madeAt = entry.content || entry.known ? row.createdAt : null;
      const expiresAt = terms.dateOf(envelopeId, sealedUntil, madeAt, formerOf(entry));
      return expiresAt === row.expiresAt ? [] : (shelf.change(row.id, { expiresAt }) ?? []);
    });
    this.#expireDue();
    const now = world.clock.now();
    const rows = moved.filter((row) => row.expiresAt > now);
    if (rows.length > 0) {
      tell({ kind: "arrived", rows });
    }
    if (terms.extensions.length > 0) {
      (await this.#parts.work()).resealAll().catch(() => {});
    }
  }

  /** Another engagement has changed: perhaps somebody who was invited has answered. */
  #tellOthers(): void {
    this.#parts.base.tell({ kind: "clients" });
    this.#tellReplies().catch(() => {});
  }

  async #tellReplies(): Promise<void> {
    const { api, account, world, tell } = this.#parts.base;
    if (account.records.vault.engagements.some((one) => !one.active)) {
      const { tellReplies } = await fetched(() => import("./replies.ts"));
      await tellReplies(api, account, world, tell);
    }
  }

  /** Something was done to the account from elsewhere: its owner is asked. */
  async #tellHappened(): Promise<void> {
    const { api, account, world, tell } = this.#parts.base;
    const { newestHappened } = await fetched(() => import("./happened.ts"));
    const happened = await newestHappened(api, account, world);
    if (happened) {
      tell({ kind: "happened", happened });
    }
    if (happened?.what === "reopened") {
      await this.follow();
    }
  }

  #tellEngagement(): void {
    this.#parts.base.tell({ kind: "engagement", opened: this.#parts.opened() });
  }

  // --- what follows from what is on the shelf ---

  /** Rows were taken: they have dates, may name another head of the log, replace an older copy, or propose something. */
  taken(): void {
    this.#setAlarm();
    this.#seen.settle();
    const entries = this.#parts.base.shelf.all();
    // A relay that has once shown two logs must go on with both: the newest heads tell as much as all would.
    const theirs = entries.filter(({ content, row }) => content?.shared && !row.mine);
    const newest = theirs.sort((one, other) => other.row.order - one.row.order);
    const hashes = newest
      .slice(0, HEADS_MET)
      .flatMap(({ content }) => (content ? [content.checkpointHash] : []));
    this.#meet(hashes).catch(() => {});
    const replaced = this.#parts.mailbox.takeReplaced();
    if (replaced.length > 0) {
      this.#letGo(replaced).catch(() => {});
    }
    if (this.#hasAgreements()) {
      this.#countProposals().catch(() => {});
    }
  }

  async #meet(hashes: readonly Bytes[]): Promise<void> {
    const log = await this.#parts.log();
    await log.meet(hashes);
    this.#tellFork(log);
  }

  #tellFork(log: LogHead): void {
    if (log.takeFork()) {
      this.#parts.base.tell({ kind: "records" });
    }
  }

  /** The older copies of what is kept longer now: mine to let go. */
  async #letGo(envelopeIds: readonly Bytes[]): Promise<void> {
    const { api, standing } = this.#parts.base;
    await api.expireOwn(standing.place.myMailbox, envelopeIds);
  }

  #hasAgreements(): boolean {
    return this.#parts.base.shelf.all().some((entry) => kindOf(entry) === ContentKind.AGREEMENT);
  }

  async #countProposals(): Promise<void> {
    if (await this.#openProposals()) {
      this.#tellEngagement();
    }
  }

  /** Count the changes of the agreement that wait for me; answers whether that is news. */
  async #openProposals(): Promise<boolean> {
    await this.#parts.mailbox.openKinds([ContentKind.AGREEMENT]);
    const waiting = (await this.#parts.work()).agreementsWaiting();
    return this.#parts.base.standing.setAgreementsOpen(waiting);
  }

  // --- what goes ---

  /** These have gone; the page is told. */
  remove(ids: readonly string[]): void {
    this.#parts.forget(ids);
    this.#parts.base.tell({ kind: "gone", ids });
  }

  #expireDue(): void {
    const { standing, shelf, world } = this.#parts.base;
    const now = world.clock.now();
    if (standing.advance()) {
      this.#tellEngagement();
    }
    const due = shelf.all().filter(({ row }) => row.expiresAt <= now);
    if (due.length > 0) {
      this.remove(due.map(({ row }) => row.id));
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    const { standing, shelf, world } = this.#parts.base;
    const now = world.clock.now();
    const { workEndsAt, endsAt } = standing.terms;
    const ahead = [workEndsAt, endsAt].filter((instant) => instant > now);
    const dates = [...ahead, ...shelf.all().map(({ row }) => row.expiresAt)];
    this.#alarm.set(dates.reduce((least, date) => Math.min(least, date), Number.POSITIVE_INFINITY));
  }
}
