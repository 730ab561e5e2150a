/**
 * Shelf: what has been opened of a mailbox, in memory alone.
 *
 * Owns the entries by id, the texts that are at hand, and what is missing before what. A text that takes more room than
 * there is leaves and is fetched again; what is due leaves with everything that was kept of it.
 */

import type { Attachment } from "../crypto/blob.ts";
import { ContentKind, type DoorFacts } from "../crypto/content.ts";
import { type Bytes, isZero, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import type { IndexRow } from "../crypto/index.ts";
import type { JsonObject } from "../crypto/json.ts";
import type { WriterMark } from "../crypto/vault.ts";
import type { ListRow } from "../session.ts";
import type { RevocableLocks } from "./keepers.ts";

/** What people are shown in the list; other kinds are taken in silently. */
export const SHOWN_KINDS: readonly number[] = [
  ContentKind.MESSAGE,
  ContentKind.MAIL,
  ContentKind.NOTICE,
];

/** Characters of texts that stay in memory; a list of ten thousand short messages fits. */
const MOST_TEXT_CHARACTERS = 16 * 1024 * 1024;

/** A content in the order of its writer. */
export interface WriterStep extends WriterMark {
  readonly previousId: Bytes;
}

/** A file as its message names it. */
export interface NamedFile {
  readonly record: Attachment;
  readonly name: string;
  readonly type: string;
}

/** The parts of a content that is no plain message. */
export interface Special {
  readonly kind: ContentKind;
  readonly fixed: Bytes;
  readonly shown: JsonObject;
}

/**
 * One envelope of my mailbox. `content` is null where it could not be opened, and where `known` stands: that is a row of
 * the sealed index, which is shown and never read.
 */
export interface Entry {
  readonly row: ListRow;
  readonly envelopeId: Bytes;
  /** As sealed; an act may have brought the row's date forward. */
  readonly sealedUntil: number;
  readonly locks: RevocableLocks | null;
  readonly content: EntryContent | null;
  /** 0 of a tombstone; null where there is no header that could be read. */
  readonly envelopeClass: number | null;
  readonly known?: KnownRow;
}

/** What an index tells of an envelope that has not been opened here. */
export interface KnownRow {
  readonly row: IndexRow;
  readonly mark: WriterMark | null;
  /** The ids that a re-sealed content had before. */
  readonly former: readonly Bytes[];
}

export interface EntryContent {
  readonly step: WriterStep;
  readonly contentId: Bytes;
  readonly kind: number;
  /** The class of origin. */
  readonly origin: number;
  /** By a person: then the other one has a copy. */
  readonly shared: boolean;
  /** A message for people; other kinds are taken in silently. */
  readonly shown: boolean;
  /** What a kind that is no plain message says: a call, a change of the agreement, a mail, a notice. */
  readonly special: Special | null;
  /** The checkpoint that its writer had verified. */
  readonly checkpointHash: Bytes;
  /** The date that its author gave it. */
  readonly promisedAt: number;
  /** How many days after it was opened its author would have it go; null: nothing was said of that. */
  readonly daysAfterOpening: number | null;
  /** The ids that a re-sealed content had before: only the newest copy stands. */
  readonly former: readonly Bytes[];
  readonly files: readonly NamedFile[];
  readonly mail: DoorFacts | null;
}

/** Whether people are shown it; what could not be opened stands in the list, too. */
export function isShown({ content, known }: Entry): boolean {
  return content?.shown ?? (known ? SHOWN_KINDS.includes(known.row.kind) : true);
}

/** The kind of what is in it; 0 where that is not known. */
export function kindOf({ content, known }: Entry): number {
  return content?.kind ?? known?.row.kind ?? 0;
}

export function formerOf({ content, known }: Entry): readonly Bytes[] {
  return content?.former ?? known?.former ?? [];
}

/** What names a content in both mailboxes; null where nothing of it is known. */
export function identityOf({
  content,
  known,
}: Entry): { readonly contentId: Bytes; readonly shared: boolean } | null {
  if (content || !known) {
    return content;
  }
  const { contentId, origin } = known.row;
  return { contentId, shared: origin === EnvelopeClass.MESSAGE };
}

/** The bytes of files together, as a row has them. */
export function bytesIn(files: readonly NamedFile[]): number {
  return files.reduce((sum, { record }) => sum + record.plainBytes, 0);
}

export class Shelf {
  readonly #entries = new Map<string, Entry>();
  readonly #texts = new Map<string, string>();
  readonly #counts = new Map<string, Bytes>();
  readonly #byContent = new Map<string, string>();
  #textCharacters = 0;
  /** Everything from here up to the newest is on the shelf, or was and has gone. */
  #bottom = Number.POSITIVE_INFINITY;
  #tombstones = 0;

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** What people are shown, newest first. */
  shown(): Entry[] {
    const entries = [...this.#entries.values()].filter(isShown);
    return entries.sort((one, other) => other.row.order - one.row.order);
  }

  /** The entry that holds a content, whichever envelope brought it. */
  byContent(contentId: Bytes): Entry | undefined {
    return this.#entries.get(this.#byContent.get(toHex(contentId)) ?? "");
  }

  all(): Entry[] {
    return [...this.#entries.values()];
  }

  get bottom(): number {
    return this.#bottom;
  }

  /** A page below `before` (null: from the newest) was taken, down to `next`; 0 where nothing is below it. */
  covered(before: number | null, next: number): void {
    if ((before ?? Number.POSITIVE_INFINITY) >= this.#bottom || before === null) {
      this.#bottom = Math.min(this.#bottom, next);
    }
  }

  put(id: string, entry: Entry, text: string | null): void {
    this.#entries.set(id, entry);
    const mark = entry.content?.step ?? entry.known?.mark;
    if (mark && kindOf(entry) !== ContentKind.OWN) {
      this.#counts.set(stepName(mark, mark.count), mark.contentId);
    }
    const contentId = identityOf(entry)?.contentId;
    if (contentId) {
      this.#byContent.set(toHex(contentId), id);
    }
    if (text !== null) {
      this.#keepText(id, text);
    }
  }

  /** Change what the page is shown of an entry. */
  change(id: string, change: Partial<ListRow>): ListRow | null {
    const entry = this.#entries.get(id);
    if (!entry) {
      return null;
    }
    const row = { ...entry.row, ...change };
    this.#entries.set(id, { ...entry, row });
    return row;
  }

  text(id: string): string | undefined {
    return this.#texts.get(id);
  }

  /** Forget all of an entry, but that it was; answers whether it was there. */
  remove(id: string): boolean {
    this.#textCharacters -= this.#texts.get(id)?.length ?? 0;
    this.#texts.delete(id);
    return this.#entries.delete(id);
  }

  /** A tombstone stands in the mailbox: something went before it was ever seen here, perhaps. */
  passTombstone(id: string): void {
    this.#tombstones += this.#entries.has(id) ? 0 : 1;
  }

  /**
   * Whether something that this writer sent before has not arrived. `head` is the last content that any browser knew when
   * this page began: what is not newer was judged then. What may still lie below the bottom is not missing, and neither is
   * what may have gone on its date.
   */
  isGap(step: WriterStep, head: WriterMark | undefined): boolean {
    if ((step.count === 1) !== isZero(step.previousId)) {
      return true;
    }
    if (step.count === 1 || (head && head.count >= step.count)) {
      return head?.count === step.count && !same(head.contentId, step.contentId);
    }
    const before =
      head?.count === step.count - 1
        ? head.contentId
        : this.#counts.get(stepName(step, step.count - 1));
    if (before) {
      return !same(before, step.previousId);
    }
    return this.#bottom === 0 && this.#tombstones === 0;
  }

  #keepText(id: string, text: string): void {
    this.#textCharacters += text.length - (this.#texts.get(id)?.length ?? 0);
    this.#texts.delete(id);
    this.#texts.set(id, text);
    for (const [oldest, held] of this.#texts) {
      if (this.#textCharacters <= MOST_TEXT_CHARACTERS || oldest === id) {
        return;
      }
      this.#texts.delete(oldest);
      this.#textCharacters -= held.length;
    }
  }
}

function stepName({ fp, writer }: WriterMark, count: number): string {
  return `${toHex(fp)}/${writer}/${count}`;
}
