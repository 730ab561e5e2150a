/** The words of *What this server can see*. Why each thing is stored stands in rows.json, which a test holds against the server's own tables. */

import { said } from "./language.ts";
import rows from "./rows.json" with { type: "json" };
import { counted } from "./words.ts";

/** What one table is, and why each of its columns is there. */
export interface TableWords {
  readonly heading: string;
  readonly why: string;
  readonly columns: Readonly<Record<string, string>>;
}

export const rowWords = said("rows", {
  lead: "This is what lies on the server about you, as it lies there. What was said is not among it, because it is locked before it gets there.",
  count: (n: number) => counted(n, "row", "rows"),
  none: "Nothing.",
  newest: (shown: number, all: number) => `The newest ${shown} of ${all}`,
  row: (n: number) => `Row ${n}`,
  locked: (size: string, begins: string) => (begins ? `${size}, beginning ${begins}` : "empty"),
  nothing: "nothing",
  besides:
    "Besides, for an hour after a mail has come in, a mark that tells it from the same mail sent twice; and your request to take something back, while it waits for the keeper of the dates. Neither leads to you.",
  sees: "Whoever runs this server also sees when you are here and from which network, as with any page. That is not written down.",
  tables: rows.tables as Readonly<Record<string, TableWords>>,
  shared: rows.shared as Readonly<Record<string, string>>,
});
