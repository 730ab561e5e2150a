/** The order of a coach's clients. Pure. Whoever waits stands first; but while somebody looks at the list nothing in it moves unasked. */

import type { ClientRow } from "./session.own.ts";

const STATES: readonly ClientRow["state"][] = ["draft", "active", "held", "gone", "withdrawn"];

/** Who asks first, then who is invited, then those who work, then the rest; by name among equals. */
export function byNeed(one: ClientRow, other: ClientRow): number {
  const rank = (row: ClientRow) => (row.asked > 0 || row.reply ? 0 : STATES.indexOf(row.state) + 1);
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}

/** The rows as they were `shown`, by their ids; whoever was not there yet comes last, by need. */
export function asShown(
  rows: readonly ClientRow[],
  shown: readonly string[],
): readonly ClientRow[] {
  const place = new Map(shown.map((id, at) => [id, at]));
  const at = ({ id }: ClientRow) => place.get(id) ?? shown.length;
  return [...rows].sort((one, other) => at(one) - at(other) || byNeed(one, other));
}

/** Whether somebody would stand elsewhere if the list were put in order anew. */
export function isOutOfOrder(rows: readonly ClientRow[]): boolean {
  return rows.some((row, at) => {
    const before = rows[at - 1];
    return before !== undefined && byNeed(before, row) > 0;
  });
}
