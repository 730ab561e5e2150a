/**
 * Seen: what a person has looked at.
 *
 * Owns the marks of what was read, and telling the relay that something was opened. Must never tell that of anything which
 * its owner has not opened, nor take it back: unread again is for its owner alone.
 */

import type { Api } from "../api.ts";
import type { Memory } from "./memory.ts";
import type { Entry, Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";

interface Parts {
  readonly api: Api;
  readonly standing: Standing;
  readonly memory: Memory;
  readonly shelf: Shelf;
}

export class Seen {
  readonly #parts: Parts;
  /** Those of which the relay has been told, or is being told. */
  readonly #toldIds = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  markRead(id: string): void {
    const { memory, shelf } = this.#parts;
    const entry = shelf.get(id);
    this.#acknowledge(entry);
    if (entry?.row.unread) {
      memory.setMarks(memory.marks.with(entry.row.order));
      shelf.change(id, { unread: false });
      this.settle();
    }
  }

  /** Read or unread for their owner alone: whoever wrote something is not told that it was opened, nor that it was not. */
  async markAll(ids: readonly string[], unread: boolean): Promise<void> {
    const { memory, shelf } = this.#parts;
    const entries = ids.flatMap((id) => shelf.get(id) ?? []).filter(({ row }) => !row.mine);
    for (const { row } of entries) {
      const { marks } = memory;
      memory.setMarks(unread ? marks.without(row.order) : marks.with(row.order));
      shelf.change(row.id, { unread });
    }
    if (!unread) {
      this.settle();
    }
    await memory.flush();
  }

  /** Say that a person has seen it; what could not be said is said at the next look. */
  #acknowledge(entry: Entry | undefined): void {
    if (!entry?.content || entry.row.mine || this.#toldIds.has(entry.row.id)) {
      return;
    }
    const { api, standing } = this.#parts;
    this.#toldIds.add(entry.row.id);
    api.acknowledge(standing.place.myMailbox, [entry.envelopeId]).catch(() => {
      this.#toldIds.delete(entry.row.id);
    });
  }

  /** Where the shelf reaches down to all that is marked, everything below the lowest that was never read is read. */
  settle(): void {
    const { memory, shelf } = this.#parts;
    const { marks } = memory;
    if (shelf.bottom <= marks.upTo + 1) {
      const shown = shelf.shown().map(({ row }) => row);
      const orders = shown.filter((row) => row.unread).map((row) => row.order);
      const unread = orders.filter((order) => !marks.again.includes(order));
      const newest = shown[0]?.order ?? 0;
      const upTo = unread.reduce((least, order) => Math.min(least, order - 1), newest);
      memory.setMarks(marks.allUpTo(upTo));
    }
  }
}
