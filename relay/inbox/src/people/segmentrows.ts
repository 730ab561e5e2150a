/**
 * Segment rows: which rows of the shelf make which segments of a sealed index.
 *
 * Owns the rows of a segment as it is to be, and until when the relay may keep it. Pure. Must never give a segment a date
 * after that of any row in it. (docs/protocol.md, part 19.)
 */

import { toHex } from "../crypto/encoding.ts";
import { type IndexRow, numberOf } from "../crypto/index.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { rowOf } from "./indexrows.ts";
import { placeName } from "./segments.ts";
import type { Entry } from "./shelf.ts";

/** A segment as it is to be; `ids` are the envelopes of its rows. */
export interface Wanted {
  readonly day: number;
  readonly number: number;
  readonly rows: readonly IndexRow[];
  readonly ids: ReadonlySet<string>;
  readonly expiresAt: number;
}

interface DatedRow {
  readonly row: IndexRow;
  readonly expiresAt: number;
}

/** The segments of these entries, by place, from a day on; those at the places that are left out wait. */
export function wantedSegments(
  entries: readonly Entry[],
  today: number,
  leftOut: ReadonlyMap<string, unknown>,
): Map<string, Wanted> {
  const places = new Map<string, DatedRow[]>();
  for (const entry of entries) {
    const row = rowOf(entry);
    const day = row ? dayOf(row.sealedUntil) : 0;
    const name = row ? placeName({ day, number: numberOf(row.order) }) : "";
    if (row && day >= today && !leftOut.has(name)) {
      const there = places.get(name) ?? [];
      there.push({ row, expiresAt: entry.row.expiresAt });
      places.set(name, there);
    }
  }
  return new Map([...places].map(([name, rows]) => [name, wantedOf(rows)]));
}

function wantedOf(there: readonly DatedRow[]): Wanted {
  const rows = there.map(({ row }) => row).sort((one, other) => one.order - other.order);
  const [first] = rows as [IndexRow];
  const day = dayOf(first.sealedUntil);
  const dates = there.map(({ expiresAt }) => expiresAt);
  return {
    day,
    number: numberOf(first.order),
    rows,
    ids: idsOf(rows),
    expiresAt: Math.min((day + 1) * DAY_SECONDS, ...dates),
  };
}

export function idsOf(rows: readonly IndexRow[]): Set<string> {
  return new Set(rows.map((row) => toHex(row.envelopeId)));
}

/** The order in which segments are stored. */
export function byPlace(one: Wanted, other: Wanted): number {
  return one.day - other.day || one.number - other.number;
}
