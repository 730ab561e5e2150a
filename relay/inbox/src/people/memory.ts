/**
 * Memory: what a person's browsers remember of an engagement together, in the vault: the last content of each writer,
 * what has been read, and which mail was one's own.
 *
 * Owns these items and when they are written. My own count is stored before anything is sent under it, because a count
 * that is forgotten is a count used twice; the rest is gathered and stored a little later. (docs/protocol.md, parts 6
 * and 8.)
 */

import { type Bytes, type Random, same, toHex } from "../crypto/encoding.ts";
import { encodeVerdicts, MOST_VERDICTS, parseVerdicts, Verdict } from "../crypto/mailin.ts";
import { ID_BYTES, ZERO_HASH } from "../crypto/names.ts";
import { encodeWriters, type WriterMark } from "../crypto/vault.ts";
import type { Account } from "./account.ts";
import { ReadMarks } from "./marks.ts";
import type { Standing } from "./standing.ts";
import { idBytes } from "./text.ts";
import type { Changes, Vault } from "./vault.ts";
import type { World } from "./world.ts";

/** Marks are gathered for so long before they are written. */
const GATHER_MS = 3_000;

/** Where a writer stands: the count of its next content and the content id of the one before it. */
export interface Step {
  readonly writer: number;
  readonly count: number;
  readonly previousId: Bytes;
}

export class Memory {
  readonly #account: Account;
  readonly #standing: Standing;
  readonly #world: World;
  readonly #writers = new Map<string, WriterMark>();
  readonly #atStart: ReadonlyMap<string, WriterMark>;
  #marks: ReadMarks;
  /** As they were when the vault was last seen. */
  #storedMarks: ReadMarks;
  /** By the beginning of a content id, in hex; what was said last stands last. */
  #verdicts: ReadonlyMap<string, Verdict>;
  #mine: { readonly writer: number; count: number; previousId: Bytes } | null = null;
  #dirty = false;
  #written: Promise<void> = Promise.resolve();
  #forgetTimer: (() => void) | null = null;

  constructor(account: Account, standing: Standing, world: World) {
    this.#account = account;
    this.#standing = standing;
    this.#world = world;
    const { vault } = account.records;
    this.#marks = this.#marksOf(vault);
    this.#storedMarks = this.#marks;
    this.#verdicts = this.#verdictsOf(vault);
    for (const mark of vault.writers(standing.engagementId)) {
      this.#writers.set(writerName(mark.fp, mark.writer), mark);
    }
    this.#atStart = new Map(this.#writers);
  }

  get marks(): ReadMarks {
    return this.#marks;
  }

  /** What was said of a mail whose server alone vouches for it. */
  verdict(contentId: Bytes): Verdict | null {
    return this.#verdicts.get(startOf(contentId)) ?? null;
  }

  /** Say it; resolves once the relay has stored it. */
  async judge(contentId: Bytes, mine: boolean): Promise<void> {
    const said = mine ? Verdict.MINE : Verdict.NOT_MINE;
    this.#verdicts = newest([...this.#verdicts, [startOf(contentId), said]]);
    this.#dirty = true;
    await this.flush();
  }

  /** The last content that any browser knew of a writer when this inbox was opened. */
  headAtStart(fp: Bytes, writer: number): WriterMark | undefined {
    return this.#atStart.get(writerName(fp, writer));
  }

  /** A writer has come further; never moves back. */
  advance(mark: WriterMark): void {
    const name = writerName(mark.fp, mark.writer);
    if (mark.count > (this.#writers.get(name)?.count ?? 0)) {
      this.#writers.set(name, mark);
      this.#changed();
    }
  }

  /** Remember marks: one more message read or unread again, or that all up to an order are read. */
  setMarks(marks: ReadMarks): void {
    if (marks !== this.#marks) {
      this.#marks = marks;
      this.#changed();
    }
  }

  /** The next step of my own writer: a fresh number for each time this inbox is opened. */
  nextStep(): Step {
    if (!this.#mine) {
      const { fp } = this.#standing.place.me;
      const mine = [...this.#writers.values()].filter((mark) => same(mark.fp, fp));
      const writer = drawWriter(new Set(mine.map((mark) => mark.writer)), this.#world.random);
      this.#mine = { writer, count: 0, previousId: ZERO_HASH };
    }
    const { writer, count, previousId } = this.#mine;
    return { writer, count: count + 1, previousId };
  }

  /** Store that a step was taken; resolves once the relay has it. */
  async take(step: Step, contentId: Bytes): Promise<void> {
    const { fp } = this.#standing.place.me;
    const { writer, count } = step;
    this.#mine = { writer, count, previousId: contentId };
    this.#writers.set(writerName(fp, writer), { fp, writer, count, contentId });
    this.#dirty = true;
    await this.flush();
  }

  /** What was sent under my number was refused for good: nobody will miss a number that nothing follows. */
  abandonWriter(): void {
    this.#mine = null;
  }

  /** Write what has changed. Whoever locks waits for what is being written already, too. */
  flush(): Promise<void> {
    this.#forgetTimer?.();
    this.#forgetTimer = null;
    this.#written = this.#written.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#written;
  }

  async #write(): Promise<void> {
    if (!this.#dirty) {
      return;
    }
    this.#dirty = false;
    try {
      const { records } = this.#account;
      await records.change((vault) => this.#changes(vault));
      this.#storedMarks = this.#marksOf(records.vault);
    } catch (reason) {
      this.#dirty = true;
      throw reason;
    }
  }

  #changed(): void {
    this.#dirty = true;
    this.#forgetTimer ??= this.#world.after(GATHER_MS, () => {
      this.#forgetTimer = null;
      // What could not be stored stays dirty and goes with the next change, or is marked again at the next reading.
      this.flush().catch(() => {});
    });
  }

  /** The items as they are to be, whatever another browser has stored meanwhile. */
  #changes(vault: Vault): Changes {
    for (const mark of vault.writers(this.#standing.engagementId)) {
      const name = writerName(mark.fp, mark.writer);
      if (mark.count > (this.#writers.get(name)?.count ?? 0)) {
        this.#writers.set(name, mark);
      }
    }
    const stored = this.#marksOf(vault);
    this.#marks = this.#marks.and(stored, this.#storedMarks);
    this.#storedMarks = stored;
    this.#verdicts = newest([...this.#verdictsOf(vault), ...this.#verdicts]);
    const plains = new Map([
      [this.#standing.itemName("writers"), encodeWriters([...this.#writers.values()])],
      [this.#standing.itemName("read"), this.#marks.encode()],
      ...(this.#verdicts.size > 0 ? [this.#verdictItem()] : []),
    ]);
    const expiresAt = this.#standing.keptUntil();
    const differs = ([name, plain]: [string, Bytes]) => !same(vault.item(name) ?? NOTHING, plain);
    return new Map(
      [...plains].filter(differs).map(([name, plain]) => [name, { plain, expiresAt }]),
    );
  }

  #verdictItem(): [string, Bytes] {
    const verdicts = [...this.#verdicts].map(([start, verdict]) => ({
      start: idBytes(start),
      verdict,
    }));
    return [this.#standing.itemName("mailin"), encodeVerdicts(verdicts)];
  }

  #verdictsOf(vault: Vault): ReadonlyMap<string, Verdict> {
    const plain = vault.item(this.#standing.itemName("mailin"));
    const verdicts = plain ? parseVerdicts(plain) : [];
    return new Map(verdicts.map(({ start, verdict }) => [toHex(start), verdict]));
  }

  #marksOf(vault: Vault): ReadMarks {
    const plain = vault.item(this.#standing.itemName("read"));
    return plain ? ReadMarks.parse(plain) : ReadMarks.NONE;
  }
}

function startOf(contentId: Bytes): string {
  return toHex(contentId.slice(0, ID_BYTES));
}

/** Of each mail what was said last; where there are too many, not those that came first. */
function newest(verdicts: readonly (readonly [string, Verdict])[]): ReadonlyMap<string, Verdict> {
  return new Map([...new Map(verdicts)].slice(-MOST_VERDICTS));
}

const NOTHING: Bytes = new Uint8Array(0);

function writerName(fp: Bytes, writer: number): string {
  return `${toHex(fp)}/${writer}`;
}

/** A random number below 2^16 that is not among `taken`: a writer's number. */
function drawWriter(taken: ReadonlySet<number>, random: Random): number {
  for (;;) {
    const drawn = new DataView(random(2).buffer).getUint16(0);
    if (!taken.has(drawn)) {
      return drawn;
    }
  }
}
