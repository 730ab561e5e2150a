/**
 * Log head: the newest checkpoint of the relay's log that was verified here, and what the other person has seen of it.
 *
 * Owns the vault's item `log`: the checkpoint as the relay signed it, and the hashes that it could not yet explain, each
 * with the instant since when. My head's hash goes out with each content; a hash that arrives and is not on the way to my
 * head makes the relay explain itself, and where it has not within a day, a person is told. (docs/protocol.md, parts 8
 * and 16.)
 */

import type { Api } from "../api.ts";
import {
  type Bytes,
  concat,
  countedText,
  isZero,
  Reader,
  same,
  toHex,
  u8,
  u16,
  u64,
} from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import * as log from "../crypto/log.ts";
import { DAY_SECONDS, ZERO_HASH } from "../crypto/names.ts";
import { openNote } from "../crypto/notes.ts";
import { type Account, authority } from "./account.ts";
import { Fault } from "./fault.ts";
import { type Changes, KEPT_SECONDS } from "./vault.ts";
import type { World } from "./world.ts";

const ITEM = "log";
const MOST_DOUBTS = 64;
/** How long a relay may take to explain a hash. */
const PATIENCE_SECONDS = DAY_SECONDS;

/** A hash that somebody named and that the relay has not joined to my head. */
interface Doubt {
  readonly hash: Bytes;
  readonly since: number;
}

/** A verified checkpoint: the note, its text and what it says. */
interface Head {
  readonly note: string;
  readonly text: string;
  readonly checkpoint: log.Checkpoint;
}

interface Parts {
  readonly api: Api;
  readonly account: Account;
  readonly world: World;
}

export class LogHead {
  readonly #parts: Parts;
  readonly #name: string;
  readonly #known = new Set<string>();
  #head: Head | null = null;
  #doubts: Doubt[] = [];
  #told = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#name = `${authority(parts.world.origin)}/log`;
    this.#remember();
  }

  /** What goes out with a content: the hash of my head, zeros before the first. */
  get hash(): Bytes {
    return this.#head ? log.checkpointHash(this.#head.text) : ZERO_HASH;
  }

  get note(): string | null {
    return this.#head?.note ?? null;
  }

  get checkpoint(): log.Checkpoint | null {
    return this.#head?.checkpoint ?? null;
  }

  /** Whether the relay shows two people different records: answers yes once. */
  takeFork(): boolean {
    const now = this.#parts.world.clock.now();
    const forked = this.#doubts.some(({ since }) => now - since >= PATIENCE_SECONDS);
    const news = forked && !this.#told;
    this.#told ||= forked;
    return news;
  }

  /** Go on to the relay's newest checkpoint where it continues mine, and ask again what was in doubt. */
  async refresh(): Promise<void> {
    const note = await this.#parts.api.checkpoint();
    if (note !== null && note === this.#head?.note) {
      this.#settle(this.hash);
    } else if (note !== null) {
      await this.#moveTo(note);
    }
    // A head of mine that the relay has left behind is explained by a newest one that continues it, and by nothing else.
    for (const { hash } of this.#doubts.filter((one) => !same(one.hash, this.hash))) {
      await this.#judge(hash);
    }
    await this.#keep();
  }

  /** Judge the heads that contents have named. */
  async meet(hashes: readonly Bytes[]): Promise<void> {
    const fresh = hashes.filter((one) => !isZero(one) && !this.#isKnown(one));
    const doubted = this.#doubts.length;
    for (const hash of new Map(fresh.map((one) => [toHex(one), one])).values()) {
      await this.#judge(hash);
    }
    if (this.#doubts.length !== doubted) {
      await this.#keep();
    }
  }

  #isKnown(hash: Bytes): boolean {
    return this.#known.has(toHex(hash)) || this.#doubts.some((one) => same(one.hash, hash));
  }

  /** A head that does not continue mine is refused and doubted; mine stays. */
  async #moveTo(note: string): Promise<void> {
    const before = this.#head ? this.hash : log.checkpointHash(note);
    try {
      const next = this.#open(note);
      const mine = this.#head;
      if (mine && next.checkpoint.size < mine.checkpoint.size) {
        this.#doubt(before);
        return;
      }
      await this.#join(mine?.checkpoint ?? null, next.checkpoint);
      this.#head = next;
      this.#settle(before);
      this.#settle(this.hash);
    } catch (reason) {
      this.#excuse(reason, () => this.#doubt(before));
    }
  }

  async #judge(hash: Bytes): Promise<void> {
    try {
      const note = await this.#parts.api.checkpoint(hash);
      const theirs = note === null ? null : this.#open(note);
      if (!theirs || !same(log.checkpointHash(theirs.text), hash)) {
        this.#doubt(hash);
        return;
      }
      const mine = this.#head?.checkpoint ?? null;
      const earlier = mine && mine.size > theirs.checkpoint.size;
      await (earlier ? this.#join(theirs.checkpoint, mine) : this.#join(mine, theirs.checkpoint));
      this.#settle(hash);
    } catch (reason) {
      this.#excuse(reason, () => this.#doubt(hash));
    }
  }

  /** No line is no doubt; a proof that fails is, and a relay that refuses one or has no time for just that: it has a day. */
  #excuse(reason: unknown, doubt: () => void): void {
    const away =
      reason instanceof Fault && ["offline", "locked", "stopped"].includes(reason.failure.code);
    if (!away && !(reason instanceof KeysError) && !(reason instanceof Fault)) {
      throw reason;
    }
    if (!away) {
      doubt();
    }
  }

  /** Have it proved that one tree begins with the other. */
  async #join(first: log.Checkpoint | null, second: log.Checkpoint): Promise<void> {
    if (!first) {
      return;
    }
    const asked = first.size > 0 && first.size < second.size;
    const proof = asked ? await this.#parts.api.consistency(first.size, second.size) : [];
    log.verifyConsistency(first.size, second.size, proof, first.root, second.root);
  }

  #open(note: string): Head {
    const text = openNote(note, this.#name, this.#parts.account.records.vault.pins.logPublic);
    const checkpoint = log.parseCheckpoint(text);
    if (checkpoint.origin !== this.#name) {
      throw new Fault({ code: "unknown", detail: "log" });
    }
    return { note, text, checkpoint };
  }

  #doubt(hash: Bytes): void {
    const there = this.#doubts.some((one) => same(one.hash, hash));
    if (!there && this.#doubts.length < MOST_DOUBTS) {
      this.#doubts.push({ hash, since: this.#parts.world.clock.now() });
    }
  }

  #settle(hash: Bytes): void {
    this.#known.add(toHex(hash));
    this.#doubts = this.#doubts.filter((one) => !same(one.hash, hash));
  }

  // --- the vault's item ---

  #remember(): void {
    const plain = this.#parts.account.records.vault.item(ITEM);
    if (!plain) {
      return;
    }
    const { note, doubts } = parseLogItem(plain);
    this.#doubts = doubts;
    if (note) {
      this.#head = this.#open(note);
      this.#known.add(toHex(this.hash));
    }
  }

  async #keep(): Promise<void> {
    const { records } = this.#parts.account;
    const plain = encodeLogItem(this.#head?.note ?? "", this.#doubts);
    const expiresAt = this.#parts.world.clock.now() + KEPT_SECONDS;
    const change = (): Changes => new Map([[ITEM, { plain, expiresAt }]]);
    const held = records.vault.item(ITEM);
    const empty = !this.#head && this.#doubts.length === 0;
    if (!empty && !(held && same(held, plain))) {
      await records.change(change);
    }
  }
}

function encodeLogItem(note: string, doubts: readonly Doubt[]): Bytes {
  const rows = doubts.map(({ hash, since }) => concat(hash, u64(since)));
  return concat(u8(1), countedText(note, 2), u16(doubts.length), ...rows);
}

function parseLogItem(plain: Bytes): { note: string; doubts: Doubt[] } {
  const reader = new Reader(plain);
  reader.expect(new Uint8Array([1]), "version");
  const note = reader.text(2);
  const count = reader.between(reader.u16(), 0, MOST_DOUBTS, "doubts");
  const doubts = Array.from({ length: count }, () => ({
    hash: reader.take(32),
    since: reader.u64(),
  }));
  reader.finish();
  return { note, doubts };
}
