/**
 * Inbox parts: what an open inbox consists of.
 *
 * Owns that each part is there once, and that what the list can wait for is fetched when something first needs it. Must
 * never make a part twice, because each keeps something of its own, nor fetch one that nobody needs.
 */

import type { Api, MailboxFacts } from "../api.ts";
import type { Bytes } from "../crypto/encoding.ts";
import type { Event, Opened } from "../session.ts";
import type { Account } from "./account.ts";
import type { Dates } from "./dates.ts";
import { fault, fetched } from "./fault.ts";
import { Keepers } from "./keepers.ts";
import type { LogHead } from "./loghead.ts";
import { Mailbox } from "./mailbox.ts";
import { Memory } from "./memory.ts";
import type { Outbox } from "./outbox.ts";
import type { Reading } from "./reading.ts";
import type { Covering, SealedIndex } from "./sealedindex.ts";
import { Shelf } from "./shelf.ts";
import { Standing } from "./standing.ts";
import type { Tools } from "./tools.ts";
import type { Unsent } from "./unsent.ts";
import type { Workroom } from "./workroom.ts";
import type { World } from "./world.ts";

/** So many new rows are waited for before the list is shown; more come behind it. */
const WAITED_FOR_ROWS = 50;

/** What an inbox is opened with. */
export interface Around {
  readonly api: Api;
  readonly account: Account;
  readonly world: World;
  readonly relayName: string;
  readonly chosen: Bytes | null;
  readonly tell: (event: Event) => void;
}

/** What is there from the beginning; every other part is made with it. */
interface Base extends Around {
  readonly standing: Standing;
  readonly memory: Memory;
  readonly keepers: Keepers;
  readonly shelf: Shelf;
}

/** What a part may ask of the whole inbox. */
type Whole = Pick<Tools, "follow" | "look" | "remove">;

export class InboxParts {
  readonly base: Base;
  readonly #whole: Whole;
  #covering: Promise<Covering | null> = Promise.resolve(null);
  #address = "";
  #mailbox: Mailbox | null = null;
  #index: SealedIndex | null = null;
  #reading: Reading | null = null;
  #unsent: Unsent | null = null;
  #dates: Dates | null = null;
  #logHead: LogHead | null = null;
  #outbox: Outbox | null = null;
  #workroom: Workroom | null = null;

  constructor(around: Around, whole: Whole) {
    const { api, account, world, chosen } = around;
    const standing = new Standing(api, account, world, chosen);
    const { pins } = account.records.vault;
    const keepers = new Keepers(api, world.clock, pins, account.keys.access, world.random);
    const memory = new Memory(account, standing, world);
    this.base = { ...around, standing, memory, keepers, shelf: new Shelf() };
    this.#whole = whole;
  }

  /** What the relay says of the mailbox is known: rows can be had of it. */
  begin({ address, cursor }: MailboxFacts): void {
    this.#address = address;
    this.#mailbox = new Mailbox(this.base, cursor);
    // Whatever is wrong with the index, the mailbox itself is there to be read.
    this.#covering = this.#openIndex(cursor).catch(() => null);
  }

  /** Bring what the index knows onto the shelf, and what came since, where that is little. */
  async #openIndex(cursor: number): Promise<Covering | null> {
    const { mailbox } = this;
    const { SealedIndex: Kind } = await fetched(() => import("./sealedindex.ts"));
    this.#index = new Kind({ ...this.base, mailbox });
    const covering = await this.#index.open();
    if (!covering) {
      return null;
    }
    mailbox.startAbove(covering.upTo);
    if (covering.missing.size === 0 && cursor - covering.upTo <= WAITED_FOR_ROWS) {
      // The account says how far the mailbox reaches: where that is as far as the index does, nothing is asked.
      await (cursor > covering.upTo && mailbox.sync());
      this.base.shelf.covered(null, covering.below);
    }
    return covering;
  }

  /** What the page is told of the engagement. */
  opened(): Opened {
    return this.base.standing.opened(this.base.relayName, this.#address);
  }

  /** A fault `locked` before there is one. */
  get mailbox(): Mailbox {
    if (!this.#mailbox) {
      throw fault("locked");
    }
    return this.#mailbox;
  }

  /** What the index covered when this inbox was opened; null where there is none. */
  get covering(): Promise<Covering | null> {
    return this.#covering;
  }

  /** null until it has been fetched. */
  get index(): SealedIndex | null {
    return this.#index;
  }

  async reader(): Promise<Reading> {
    const { mailbox } = this;
    const { Reading: Kind } = await fetched(() => import("./reading.ts"));
    this.#reading ??= new Kind({ ...this.base, mailbox });
    return this.#reading;
  }

  async unsent(): Promise<Unsent> {
    const { Unsent: Kind } = await fetched(() => import("./unsent.ts"));
    this.#unsent ??= new Kind(this.base);
    return this.#unsent;
  }

  async dates(): Promise<Dates> {
    const { Dates: Kind } = await fetched(() => import("./dates.ts"));
    this.#dates ??= new Kind(this.base);
    return this.#dates;
  }

  /** Fetched behind the list: no message waits for the log. */
  async log(): Promise<LogHead> {
    const { LogHead: Kind } = await fetched(() => import("./loghead.ts"));
    this.#logHead ??= new Kind(this.base);
    return this.#logHead;
  }

  async sender(): Promise<Outbox> {
    const [{ Outbox: Kind }, logHead] = await Promise.all([
      fetched(() => import("./outbox.ts")),
      this.log(),
    ]);
    this.#outbox ??= new Kind({ ...this.base, logHead });
    return this.#outbox;
  }

  /** *Our work*: fetched when somebody first goes there. */
  async work(): Promise<Workroom> {
    const [{ Workroom: Kind }, outbox, logHead] = await Promise.all([
      fetched(() => import("./workroom.ts")),
      this.sender(),
      this.log(),
    ]);
    const { mailbox } = this;
    this.#workroom ??= new Kind({ ...this.base, ...this.#whole, outbox, logHead, mailbox });
    return this.#workroom;
  }

  /** These have gone: no part keeps anything of them. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.base.shelf.remove(id);
      this.#reading?.forget(id);
    }
    this.#index?.forget(ids);
  }

  /** Store what has been gathered. */
  async flush(): Promise<void> {
    await this.base.memory.flush();
    await this.#index?.flush();
  }
}
