/** *What this server can see*: its own rows about the person, each with why it is there. Shows what it is given and leaves nothing out. */

import type { Cell, StoredTable } from "../session.own.ts";
import { exactly } from "../time.ts";
import { rowWords } from "../words.rows.ts";
import { settingWords } from "../words.settings.ts";
import { size } from "../words.ts";
import { useAsked } from "./asked.ts";
import { failureWords, useDesk } from "./desk.ts";
import { UpToSettings } from "./frame.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";

/** Columns that hold an instant: shown as one, and as the number that it is. */
const INSTANT = /_at$|^added_on$|^quiet_at$/;
const NEVER = 4_000_000_000;

export function Rows() {
  const { session, opened } = useDesk();
  const { value: tables, failure, load } = useAsked(() => session.own("rows", []));
  return (
    <>
      <UpToSettings />
      <Heading>{settingWords.server.heading}</Heading>
      <p class="lead">{rowWords.lead}</p>
      {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!tables && !failure && <Wait>{settingWords.loading}</Wait>}
      {tables && inOrder(tables).map((table) => <Table key={table.table} table={table} />)}
      {tables && (
        <>
          <p class="quiet-text">{rowWords.besides}</p>
          <p class="quiet-text">{rowWords.sees}</p>
        </>
      )}
    </>
  );
}

/** As the reasons are written: what everybody looks for first stands first. */
function inOrder(tables: readonly StoredTable[]): readonly StoredTable[] {
  const names = Object.keys(rowWords.tables);
  return [...tables].sort((one, other) => names.indexOf(one.table) - names.indexOf(other.table));
}

function Table({ table }: { table: StoredTable }) {
  const words = rowWords.tables[table.table];
  return (
    <section class="card stored">
      <h2>{words?.heading ?? table.table}</h2>
      <p>{words?.why}</p>
      {table.rows.length === 0 ? (
        <p class="meta">{rowWords.none}</p>
      ) : (
        <details>
          <summary>
            {rowWords.count(table.count)}
            <span class="unseen"> {words?.heading}</span>
          </summary>
          {table.count > table.rows.length && (
            <p class="meta">{rowWords.newest(table.rows.length, table.count)}</p>
          )}
          {table.rows.map((row, at) => (
            <Row key={rowWords.row(at)} table={table} row={row} number={at + 1} />
          ))}
        </details>
      )}
    </section>
  );
}

interface RowProps {
  readonly table: StoredTable;
  readonly row: readonly Cell[];
  readonly number: number;
}

function Row({ table, row, number }: RowProps) {
  const { zone } = useDesk();
  return (
    <>
      <h3>{rowWords.row(number)}</h3>
      <dl class="facts">
        {table.columns.map((column, at) => (
          <div key={column}>
            <dt>
              <code>{column}</code> <span>{shown(column, row[at] ?? null, zone)}</span>
            </dt>
            <dd>{rowWords.tables[table.table]?.columns[column] ?? rowWords.shared[column]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function shown(column: string, cell: Cell, zone: string): string {
  if (cell === null) {
    return rowWords.nothing;
  }
  if (typeof cell === "object") {
    return rowWords.locked(size(cell.sizeBytes), cell.begins);
  }
  const instant = typeof cell === "number" && INSTANT.test(column) && cell > 0 && cell < NEVER;
  return instant ? exactly(cell, zone) : String(cell);
}
