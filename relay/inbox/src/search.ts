/**
 * Search: how words that somebody types are looked for. Owns what counts as the same letter and what of a row is looked
 * through. Pure; keeps nothing but what it has folded of a row, for as long as the row itself is kept.
 */

import type { ListRow } from "./session.ts";

/** The same text for what a person takes for the same: without case, accents, or more than one space. */
export function fold(text: string): string {
  return letters(text).replace(/\s+/g, " ");
}

/** Without case and accents; most texts have none, which is quickly seen. */
function letters(text: string): string {
  const plain = /^[\0-\x7f]*$/.test(text);
  return (plain ? text : text.normalize("NFKD").replace(/\p{Mn}+/gu, "")).toLowerCase();
}

/** The words that somebody has typed; each of them has to be found. */
export function wanted(typed: string): readonly string[] {
  return fold(typed).split(" ").filter(Boolean);
}

export function isFoundIn(folded: string, words: readonly string[]): boolean {
  return words.every((word) => folded.includes(word));
}

const folded = new WeakMap<ListRow, string>();

/** What a row shows, folded: who, subject, first words and names of files. `you` is how my own rows are called. */
export function shownOf(row: ListRow, you: string): string {
  const known = folded.get(row);
  if (known !== undefined) {
    return known;
  }
  const who = row.mine ? `${you} ${row.senderName}` : row.senderName;
  // What a row shows stands on one line already.
  const shown = [who, row.subject, row.firstWords, ...(row.fileNames ?? [])];
  const text = shown.map(letters).join("\n");
  folded.set(row, text);
  return text;
}

/** The rows that have all of the words, in the order of `rows`. */
export function matching(rows: readonly ListRow[], typed: string, you: string): readonly ListRow[] {
  const words = wanted(typed);
  return words.length > 0 ? rows.filter((row) => isFoundIn(shownOf(row, you), words)) : [];
}
