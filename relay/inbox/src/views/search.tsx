/**
 * Search: over what the list shows, as somebody types, and inside all messages when they ask for it. Owns no words: they are the shared
 * state's, so that *Back* finds them with their results, and gone with the lock.
 */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Inside } from "../inbox.ts";
import { tag } from "../language.ts";
import { href } from "../route.ts";
import { matching, shownOf } from "../search.ts";
import type { Failure, ListRow } from "../session.ts";
import { searchWords } from "../words.search.ts";
import { words } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { type MonthOfRows, useGrowing } from "./list.tsx";
import { Heading, Icon, Trouble } from "./parts.tsx";

interface SearchProps {
  /** The message that is read beside the results. */
  readonly openId: string | null;
  readonly alone: boolean;
  /** How the list draws rows, handed in so that it need not be fetched twice. */
  readonly Rows: typeof MonthOfRows;
  readonly load: () => Promise<Failure | null>;
}

export function Search({ openId, alone, Rows, load }: SearchProps) {
  const { inbox, dispatch } = useDesk();
  const { words: typed, inside } = inbox.search;
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const found = useFound();
  const search = (text: string) => {
    stop.current?.abort();
    dispatch({ kind: "search", words: text });
  };
  return (
    <section class="list search" aria-label={searchWords.heading}>
      <div class="list-top">
        {alone ? (
          <Heading>{searchWords.heading}</Heading>
        ) : (
          <h2 class="beside">{searchWords.heading}</h2>
        )}
        <a class="button to-list" href={href({ view: "list", filter: "all" })}>
          {searchWords.back}
        </a>
      </div>
      <Field typed={typed} search={search} alone={alone} />
      {typed.trim() !== "" && (
        <>
          <p class="found" role="status">
            {inside?.state === "done" && found.length === 0
              ? searchWords.noneInside
              : searchWords.found(found.length)}
          </p>
          <Results rows={found} openId={openId} Rows={Rows} />
          <InsideAll inside={inside} stop={stop} />
          <Covered load={load} />
        </>
      )}
    </section>
  );
}

/** What the list's own words find, and below it in the same order what was found inside. */
function useFound(): readonly ListRow[] {
  const { inbox } = useDesk();
  const { words: typed, inside } = inbox.search;
  useFolded(inbox.rows);
  const rows = useMemo(() => matching(inbox.rows, typed, words.list.you), [inbox.rows, typed]);
  return useMemo(() => {
    const ids = new Set([...rows.map((row) => row.id), ...(inside?.found ?? [])]);
    return inbox.rows.filter((row) => ids.has(row.id) && !inbox.leaving.includes(row.id));
  }, [rows, inside?.found, inbox.leaving]);
}

const FOLDED_AT_ONCE = 500;

/** Rows are folded a few at a time before somebody has typed, so that the first letter is answered at once. */
function useFolded(rows: readonly ListRow[]): void {
  useEffect(() => {
    let at = 0;
    let timer = setTimeout(function some() {
      for (const row of rows.slice(at, at + FOLDED_AT_ONCE)) {
        shownOf(row, words.list.you);
      }
      at += FOLDED_AT_ONCE;
      if (at < rows.length) {
        timer = setTimeout(some);
      }
    });
    return () => clearTimeout(timer);
  }, [rows]);
}

function Field({
  typed,
  search,
  alone,
}: {
  typed: string;
  search: (text: string) => void;
  alone: boolean;
}) {
  const { inbox } = useDesk();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (alone) {
      field.current?.focus({ preventScroll: true });
    }
  }, [alone]);
  return (
    <search class="search-field">
      <label for="search">{searchWords.field(inbox.rows.length)}</label>
      <Icon shape="search" />
      <input
        id="search"
        ref={field}
        type="search"
        value={typed}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="search"
        aria-describedby="search-hint"
        onInput={(event) => search(event.currentTarget.value)}
      />
      <p id="search-hint" class="hint">
        {searchWords.hint}
      </p>
    </search>
  );
}

const AT_ONCE = 200;

interface ResultsProps {
  readonly rows: readonly ListRow[];
  readonly openId: string | null;
  readonly Rows: typeof MonthOfRows;
}

function Results({ rows, openId, Rows }: ResultsProps) {
  const { inbox, dispatch, now, zone } = useDesk();
  const minute = Math.floor(now() / 60) * 60;
  const all = AT_ONCE * (inbox.search.further + 1);
  const most = useGrowing(all, inbox.search.words);
  const drawn = useMemo(
    () =>
      rows.length > 0 && (
        <Rows
          part={{ name: searchWords.results, rows: rows.slice(0, most) }}
          openId={openId}
          now={minute}
          zone={zone}
        />
      ),
    [rows, most, openId, minute, zone, tag],
  );
  const left = rows.length - all;
  return (
    <>
      {drawn}
      {left > 0 && (
        <div class="earlier">
          <button type="button" onClick={() => dispatch({ kind: "furtherFound" })}>
            {searchWords.more(Math.min(left, AT_ONCE))}
          </button>
        </div>
      )}
    </>
  );
}

/** The way to start looking inside; it runs as somebody's presence. */
function useInside(stop: { current: AbortController | null }): () => void {
  const { session, inbox, dispatch, present } = useDesk();
  const { words: typed } = inbox.search;
  return () => {
    const run = new AbortController();
    stop.current?.abort();
    stop.current = run;
    const leave = present();
    const tell = (inside: Inside) => {
      if (stop.current === run) {
        dispatch({ kind: "inside", inside });
      }
    };
    let last: Inside = { state: "running", read: 0, total: inbox.rows.length, found: [] };
    tell(last);
    session
      .searchInside(
        typed,
        ({ done, total, found }) => {
          last = { state: "running", read: done, total, found: found ?? last.found };
          tell(last);
        },
        run.signal,
      )
      .then((found) => tell({ ...found, state: run.signal.aborted ? "stopped" : "done" }))
      .catch((reason) => tell({ ...last, state: failureOf(reason) }))
      .finally(leave);
  };
}

interface InsideProps {
  readonly inside: Inside | null;
  readonly stop: { current: AbortController | null };
}

function InsideAll({ inside, stop }: InsideProps) {
  const { opened } = useDesk();
  const start = useInside(stop);
  const running = inside?.state === "running";
  return (
    <div class="inside">
      {running ? (
        <>
          <progress value={inside.read} max={Math.max(inside.total, 1)} />
          <p role="status">{searchWords.read(inside.read, inside.total)}</p>
          <button type="button" onClick={() => stop.current?.abort()}>
            {searchWords.stop}
          </button>
        </>
      ) : (
        inside?.state !== "done" && (
          <button type="button" onClick={start}>
            {inside ? searchWords.again : searchWords.inside}
          </button>
        )
      )}
      {typeof inside?.state === "object" && <Trouble text={failureWords(inside.state, opened)} />}
    </div>
  );
}

/** What was looked through, and what was not. */
function Covered({ load }: { load: () => Promise<Failure | null> }) {
  const { inbox } = useDesk();
  const { inside } = inbox.search;
  return (
    <footer class="covered">
      <p>{searchWords.covered(inbox.rows.length)}</p>
      {inside && inside.state !== "running" && (
        <p>{searchWords.coveredInside(inside.read, inside.total)}</p>
      )}
      {inside?.tooLarge !== undefined && inside.tooLarge > 0 && (
        <p>{searchWords.tooLarge(inside.tooLarge)}</p>
      )}
      {inbox.reading && <p>{searchWords.reading}</p>}
      {!inbox.reading && inbox.more && (
        <>
          <p>{searchWords.notWhole}</p>
          <button type="button" onClick={() => load()}>
            {searchWords.fetch}
          </button>
        </>
      )}
    </footer>
  );
}
