/** The list: rows under their months, newest first; what waits at its top; what is further back. Owns nothing of what a message says. */

import { Component } from "preact";
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
import { type Filter, href, type Order } from "../route.ts";
import type { Failure, ListRow } from "../session.ts";
import { brief, day, keeping, weekdayAndDay } from "../time.ts";
import { firstName, size, words } from "../words.ts";
import { failureWords, useDesk } from "./desk.ts";
import { lazy } from "./lazy.tsx";
import { Banner, Heading, Icon, Trouble, useKeys, Wait } from "./parts.tsx";

const Happened = lazy(async () => (await import("./happened.tsx")).Happened);
const EndCard = lazy(async () => (await import("./endcard.tsx")).EndCard);
const Leaving = lazy(async () => (await import("./leaving.tsx")).Leaving);
const Replies = lazy(async () => (await import("./replies.tsx")).Replies);
const Prose = lazy(async () => (await import("./prose.tsx")).Prose);

interface ListProps {
  readonly filter: Filter;
  readonly order: Order;
  /** The message that is read beside the list. */
  readonly openId: string | null;
  /** Whether the list is the view itself; beside a message its heading is not the page's. */
  readonly alone: boolean;
  /** Fetches the next rows; answers with what failed. */
  readonly load: () => Promise<Failure | null>;
  readonly failure: Failure | null;
}

export function List({ filter, order, openId, alone, load, failure }: ListProps) {
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
        {opened.engagementState === "active" && !nothing && (
          <a class="button" href={href({ view: "write" })}>
            {words.list.write}
          </a>
        )}
      </div>
      <Newcomers />
      {!nothing && <SearchLink />}
      {!nothing && <Filters filter={filter} order={order} />}
      {inbox.happened && <Happened />}
      {inbox.replies.length > 0 && <Replies />}
      {opened.released && <Leaving />}
      <AskedCard />
      {endStage(opened.policy.holdEndsAt, now()) && <EndCard />}
      <GoingCard filter={filter} />
      {failure && !inbox.loaded && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!failure && !inbox.loaded && <Wait>{words.list.loading}</Wait>}
      {nothing ? (
        <Empty />
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
    next.focus();
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

interface RowsProps {
  readonly rows: readonly ListRow[];
  /** So many of them; the others come by a button. */
  readonly drawn: number;
  readonly filter: Filter;
  readonly order: Order;
  readonly openId: string | null;
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

function Rows({ rows, drawn: all, filter, order, openId }: RowsProps) {
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
      <MonthOfRows key={part.name} {...{ part, openId, zone, sizes }} now={minute} />
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

interface Told {
  readonly now: number;
  readonly zone: string;
}

/** How tall a month out of sight will be, about: so that *Back* finds the place where somebody was. */
function foresee(section: HTMLElement | null, rows: number): void {
  if (section) {
    section.style.containIntrinsicBlockSize = `auto ${2.75 + 7.5 * rows}rem`;
  }
}

/** Rows under a heading. */
export function MonthOfRows({
  part,
  openId,
  now,
  zone,
  sizes = false,
}: Told & { part: Month; openId: string | null; sizes?: boolean }) {
  return (
    <section class="month" ref={(section) => foresee(section, part.rows.length)}>
      <h2>{part.name}</h2>
      <ol>
        {part.rows.map((row) => (
          <li key={row.id}>
            <Line {...{ row, now, zone, sizes, tag }} open={row.id === openId} />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface LineProps extends Told {
  readonly row: ListRow;
  readonly open: boolean;
  /** It says how large its files are. */
  readonly sizes: boolean;
  readonly tag: string;
}

/** A row that is drawn again only when something of it has changed. */
class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const names = ["row", "now", "zone", "open", "sizes", "tag"] as const;
    return names.some((name) => next[name] !== this.props[name]);
  }

  render(line: LineProps) {
    return <Row {...line} />;
  }
}

function GivenBack() {
  const { opened } = useDesk();
  return <span class="row-extra">{words.list.givenBack(firstName(opened.otherName))}</span>;
}

function Row({ row, now, zone, open, sizes }: LineProps) {
  const kept = keeping(row.expiresAt, now, zone);
  const who = row.mine ? words.list.you : row.senderName;
  if (row.wentUnread) {
    return <WentUnread row={row} now={now} zone={zone} open={open} who={who} />;
  }
  const subject = row.failed ? words.list.failed : row.subject || words.list.noSubject;
  const when = brief(row.createdAt, now, zone);
  const large = sizes && row.fileBytes ? size(row.fileBytes) : null;
  const name = words.list.rowName({
    unread: row.unread,
    who,
    subject,
    when: weekdayAndDay(row.createdAt, now, zone),
    files: row.files,
    large,
    keeping: words.keeping(kept),
  });
  return (
    <a
      id={`row-${row.id}`}
      class={row.unread ? "row unread" : "row"}
      href={href({ view: "message", id: row.id })}
      aria-label={name}
      aria-current={open ? "true" : undefined}
    >
      <span class="row-who">
        {row.unread && <span class="dot" />}
        <span class="cut">{who}</span>
        <span class="row-when">{when}</span>
      </span>
      <span class="row-subject cut">{subject}</span>
      <span class="row-words cut">{row.firstWords}</span>
      <span class="row-foot">
        <span class={kept.kind === "kept" ? "kept" : "kept soon"}>
          {kept.kind !== "kept" && <Icon shape="clock" />}
          {words.keeping(kept)}
        </span>
        {row.byMail && <span class="row-extra">{words.list.byMail}</span>}
        {row.givenBack && <GivenBack />}
        {row.files > 0 && (
          <span class="row-extra">
            <Icon shape="file" />
            {words.files(row.files)}
          </span>
        )}
        {large && <span class="row-extra">{large}</span>}
      </span>
    </a>
  );
}

/** Nothing is left of it but the day on which it went. */
function WentUnread({
  row,
  now,
  zone,
  open,
  who,
}: Told & { row: ListRow; open: boolean; who: string }) {
  return (
    <a
      id={`row-${row.id}`}
      class="row went"
      href={href({ view: "message", id: row.id })}
      aria-current={open ? "true" : undefined}
    >
      <span class="row-who">
        <span class="cut">{who}</span>
      </span>
      <span class="row-words">{words.list.wentUnread(day(row.createdAt, now, zone))}</span>
    </a>
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
      ) : (
        <p>{opened.engagementState === "draft" ? words.list.empty(name) : words.list.allGone}</p>
      )}
    </div>
  );
}
