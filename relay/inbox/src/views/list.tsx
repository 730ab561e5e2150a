/** The list: rows under their months, newest first; what waits at its top; what is further back. Owns nothing of what a message says. */

import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  drawnRows,
  endStage,
  goingUnread,
  type Month,
  months,
  unreadCount,
  visible,
} from "../inbox.ts";
import { tag } from "../language.ts";
import { withWords } from "../languages.ts";
import { type Filter, href, type Order } from "../route.ts";
import type { Failure, ListRow } from "../session.ts";
import { firstName, words } from "../words.ts";
import { failureWords, useDesk } from "./desk.ts";
import { lazy } from "./lazy.tsx";
import { Banner, Heading, Icon, Trouble, useKeys, Wait } from "./parts.tsx";
import { Line, type LineProps, type Told } from "./row.tsx";

const Happened = lazy(async () => (await import("./happened.tsx")).Happened);
const EndCard = lazy(async () => (await import("./endcard.tsx")).EndCard);
const Leaving = lazy(async () => (await import("./leaving.tsx")).Leaving);
const Replies = lazy(async () => (await import("./replies.tsx")).Replies);
const Select = lazy(async () => (await import("./select.tsx")).Select);
const Prose = lazy(async () => (await import("./prose.tsx")).Prose);

interface ListProps {
  readonly filter: Filter;
  readonly order: Order;
  /** The message that is read beside the list. */
  readonly openId: string | null;
  /** Whether the list is the view itself; beside a message its heading is not the page's. */
  readonly alone: boolean;
  /** Messages are being chosen for something to be done with all of them. */
  readonly selecting: boolean;
  /** Fetches the next rows; answers with what failed. */
  readonly load: () => Promise<Failure | null>;
  readonly failure: Failure | null;
}

export function List({ filter, order, openId, alone, selecting, load, failure }: ListProps) {
  const desk = useDesk();
  const { inbox, opened, now } = desk;
  const minute = Math.floor(now() / 60) * 60;
  const rows = useMemo(
    () => visible(inbox, filter, minute, order),
    [inbox.rows, inbox.leaving, filter, order, minute],
  );
  const drawn = drawnRows(rows, inbox.further, minute);
  const nothing = inbox.loaded && inbox.rows.length === 0 && !inbox.more;
  useKeys(moveByArrows);
  return (
    <section class="list" aria-label={words.list.region}>
      <div class="list-top">
        {alone ? (
          <Heading>{words.list.heading}</Heading>
        ) : (
          <h2 class="beside">{words.list.heading}</h2>
        )}
        {!nothing && !selecting && <ListActions filter={filter} order={order} />}
      </div>
      <Newcomers />
      {!selecting && <AboveRows filter={filter} order={order} nothing={nothing} />}
      {failure && !inbox.loaded && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!failure && !inbox.loaded && <Wait>{words.list.loading}</Wait>}
      {nothing ? (
        <Empty />
      ) : selecting ? (
        <Select {...{ rows, drawn, filter, order, Rows }} />
      ) : (
        <Rows rows={rows} drawn={drawn} filter={filter} order={order} openId={openId} />
      )}
      {rows.length > drawn ? (
        <Further left={rows.length - drawn} order={order} />
      ) : (
        inbox.loaded && inbox.more && <Earlier load={load} />
      )}
      {inbox.loaded && inbox.reading && inbox.more && (
        <p class="further">{words.list.reading(inbox.rows.length)}</p>
      )}
    </section>
  );
}

interface ViewOfList {
  readonly filter: Filter;
  readonly order: Order;
}

function ListActions({ filter, order }: ViewOfList) {
  const { inbox, opened, go } = useDesk();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Where somebody has been choosing, what had the focus went with it.
    if (document.activeElement === document.body) {
      button.current?.focus({ preventScroll: true });
    }
  }, []);
  const select = () => {
    // Fetched before the rows are drawn anew, so that they never go away; what cannot be fetched says so in their place.
    const begin = () => go({ view: "list", filter, order, select: true });
    withWords(import("./select.tsx")).then(begin, begin);
  };
  return (
    <div class="actions">
      {inbox.rows.length > 0 && (
        <button ref={button} type="button" onClick={select}>
          {words.list.select}
        </button>
      )}
      {opened.engagementState === "active" && (
        <a class="button" href={href({ view: "write" })}>
          {words.list.write}
        </a>
      )}
    </div>
  );
}

/** The ways through the list, and the cards; nothing of it while messages are chosen. */
function AboveRows({ filter, order, nothing }: ViewOfList & { nothing: boolean }) {
  const { inbox, opened, now } = useDesk();
  return (
    <>
      {!nothing && <SearchLink />}
      {!nothing && <Filters filter={filter} order={order} />}
      {inbox.happened && <Happened />}
      {inbox.replies.length > 0 && <Replies />}
      {opened.released && <Leaving />}
      <AskedCard />
      {endStage(opened.policy.holdEndsAt, now()) && <EndCard />}
      <GoingCard filter={filter} />
    </>
  );
}

/** Arrows move between rows; Enter is the link's own. */
function moveByArrows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".row") : null;
  if (!step || !row) {
    return;
  }
  const all = [...document.querySelectorAll<HTMLElement>(".row")];
  const next = all[all.indexOf(row) + step];
  if (next) {
    event.preventDefault();
    (next.querySelector("input") ?? next).focus();
  }
}

function Newcomers() {
  const { inbox, dispatch } = useDesk();
  if (!inbox.waiting.length) {
    return null;
  }
  return (
    <button type="button" class="newcomers" onClick={() => dispatch({ kind: "letIn" })}>
      {words.newRows(inbox.waiting.length)}
    </button>
  );
}

const FILTERS: readonly { readonly filter: Filter; readonly label: () => string }[] = [
  { filter: "all", label: () => words.list.all },
  { filter: "unread", label: () => words.list.unread },
  { filter: "files", label: () => words.list.withFiles },
  { filter: "going", label: () => words.list.going },
];

/** It looks like the field that it opens. */
function SearchLink() {
  const { inbox } = useDesk();
  return (
    <a class="search-link" href={href({ view: "search" })}>
      <Icon shape="search" />
      {words.list.search(inbox.rows.length)}
    </a>
  );
}

/** The order that is offered beside the one that is shown. */
function otherOrder(order: Order, filter: Filter): Order {
  if (order !== "newest") {
    return "newest";
  }
  return filter === "files" ? "size" : "deletion";
}

function Filters({ filter: chosen, order }: { filter: Filter; order: Order }) {
  const { inbox } = useDesk();
  const unread = unreadCount(inbox);
  const other = otherOrder(order, chosen);
  return (
    <nav class="filters" aria-label={words.list.filters}>
      {FILTERS.map(({ filter, label }) => (
        <a
          key={filter}
          href={href({ view: "list", filter, order })}
          aria-current={filter === chosen ? "true" : undefined}
        >
          {label()}
          {filter === "unread" && unread > 0 && <span class="count">{unread}</span>}
        </a>
      ))}
      {chosen !== "going" && (
        <a class="order" href={href({ view: "list", filter: chosen, order: other })}>
          {words.list.orders[other]}
        </a>
      )}
    </nav>
  );
}

/** The other person waits for a signature. */
function AskedCard() {
  const { opened } = useDesk();
  if (!opened.asked) {
    return null;
  }
  return (
    <Banner tone="note">
      <p>
        {words.list.askedCard(firstName(opened.otherName))}{" "}
        <a href={href({ view: "work", page: "change" })}>{words.list.askedLook}</a>
      </p>
    </Banner>
  );
}

/** Only when something is deleted within the week and has not been read. */
function GoingCard({ filter }: { filter: Filter }) {
  const { inbox, opened, now } = useDesk();
  const { all, unread } = goingUnread(inbox, now());
  // Where everything goes within the week, one card says so.
  const whole = (endStage(opened.policy.holdEndsAt, now()) ?? 30) < 30;
  if (!unread || filter === "going" || whole) {
    return null;
  }
  return (
    <Banner tone="soon">
      <p>
        <strong>{words.list.soonWord}</strong> {words.list.soonCard(all, unread)}{" "}
        <a href={href({ view: "list", filter: "going" })}>{words.list.look}</a>
      </p>
    </Banner>
  );
}

export interface RowsProps {
  readonly rows: readonly ListRow[];
  /** So many of them; the others come by a button. */
  readonly drawn: number;
  readonly filter: Filter;
  readonly order: Order;
  readonly openId: string | null;
  readonly As?: ComponentType<LineProps>;
}

const STEP_ROWS = 50;

/**
 * How many of `most` rows are to be drawn: further ones come some at a time, so that the first answer a press at once. What a list began with is
 * drawn whole, because *Back* has to find its place; with another `of` it begins anew.
 */
export function useGrowing(most: number, of: string): number {
  const grown = useRef({ of, rows: most });
  const [, draw] = useState(0);
  if (grown.current.of !== of) {
    grown.current = { of, rows: 0 };
  }
  const shown = Math.min(most, grown.current.rows + STEP_ROWS);
  useEffect(() => {
    grown.current.rows = Math.max(grown.current.rows, shown);
    const timer = shown < most ? setTimeout(() => draw(shown)) : undefined;
    return () => clearTimeout(timer);
  }, [shown, most, of]);
  return shown;
}

function Rows({ rows, drawn: all, filter, order, openId, As = Line }: RowsProps) {
  const { inbox, now, zone } = useDesk();
  const most = useGrowing(all, "");
  const minute = Math.floor(now() / 60) * 60;
  // A long list is drawn again when something of it changes or a minute has passed, not with every letter that is typed beside it.
  const drawn = useMemo(() => {
    const shown = rows.slice(0, most);
    // What goes within thirty days is one list, and what is ordered by its size.
    const whole =
      filter === "going" ? words.list.going : order === "size" ? words.list.orders.size : null;
    const parts =
      whole === null ? months(shown, minute, zone, order) : [{ name: whole, rows: shown }];
    const sizes = filter !== "going" && order === "size";
    return parts.map((part) => (
      <MonthOfRows key={part.name} {...{ part, openId, zone, sizes, As }} now={minute} />
    ));
  }, [inbox.rows, inbox.leaving, most, filter, order, openId, minute, zone, tag]);
  if (inbox.loaded && rows.length === 0 && filter !== "all") {
    return (
      <p class="none">
        {words.list.none[filter]} {inbox.more && words.list.noneMore}
      </p>
    );
  }
  return <>{drawn}</>;
}

/** How tall a month out of sight will be, about: so that *Back* finds the place where somebody was. */
function foresee(section: HTMLElement | null, rows: number): void {
  if (section) {
    section.style.containIntrinsicBlockSize = `auto ${2.75 + 7.5 * rows}rem`;
  }
}

interface MonthProps extends Told {
  readonly part: Month;
  readonly openId: string | null;
  readonly sizes?: boolean;
  /** How a row is drawn: as a link, where nothing else is said. */
  readonly As?: ComponentType<LineProps>;
}

/** Rows under a heading. */
export function MonthOfRows({ part, openId, now, zone, sizes = false, As = Line }: MonthProps) {
  return (
    <section class="month" ref={(section) => foresee(section, part.rows.length)}>
      <h2>{part.name}</h2>
      <ol>
        {part.rows.map((row) => (
          <li key={row.id}>
            <As {...{ row, now, zone, sizes, tag }} open={row.id === openId} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The next two hundred of those that are known. */
function Further({ left, order }: { left: number; order: Order }) {
  const { dispatch } = useDesk();
  return (
    <div class="earlier">
      <button type="button" onClick={() => dispatch({ kind: "further" })}>
        {words.list.further(left, order)}
      </button>
    </div>
  );
}

function Earlier({ load }: { load: () => Promise<Failure | null> }) {
  const { opened } = useDesk();
  const [state, setState] = useState<"rest" | "loading" | Failure>("rest");
  const more = () => {
    setState("loading");
    load().then((failure) => setState(failure ?? "rest"));
  };
  return (
    <div class="earlier">
      {typeof state === "object" && <Trouble text={failureWords(state, opened)} />}
      {state === "loading" ? (
        <Wait>{words.list.earlierLoading}</Wait>
      ) : (
        <button type="button" onClick={more}>
          {words.list.earlier}
        </button>
      )}
    </div>
  );
}

/** The first visit: what this place is, and the coach's own words if this is the day of joining. */
function Empty() {
  const { opened, welcome } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <div class="empty">
      {welcome && (
        <blockquote class="welcome">
          <Prose text={welcome} />
          <footer>{opened.otherName}</footer>
        </blockquote>
      )}
      {opened.engagementState === "active" ? (
        <>
          <p>{words.list.empty(name)}</p>
          <a class="button do" href={href({ view: "write" })}>
            {words.list.emptyWrite(name)}
          </a>
        </>
      ) : opened.engagementState === "draft" ? (
        <p>{words.list.empty(name)}</p>
      ) : (
        <>
          <p>{words.list.allGone}</p>
          <a class="button" href={href({ view: "receipts" })}>
            {words.titles.receipts}
          </a>
        </>
      )}
    </div>
  );
}
