/**
 * What the page knows while an inbox is open: one pure reducer. Owns rows, the open thread and the unsent draft; reads no clock, asks for nothing
 * and touches no page. What is due leaves the state with its text: nothing that has been deleted stays in the page's memory.
 */

import { type Draft, newest } from "./drafts.ts";
import type { Filter, Order } from "./route.ts";
import type {
  Failure,
  FileFacts,
  Happened,
  ListPage,
  ListRow,
  Message,
  Opened,
  ReplyHint,
} from "./session.ts";
import { DAY_SECONDS, GOING_SECONDS, month, SOON_SECONDS } from "./time.ts";

/** A message of the open thread, or the place where one was. */
export type Shown =
  | { readonly state: "here"; readonly message: Message }
  | { readonly state: "gone"; readonly id: string };

export interface Thread {
  readonly id: string;
  readonly shown: readonly Shown[];
}

export interface Inbox {
  readonly opened: Opened | null;
  /** Newest first. */
  readonly rows: readonly ListRow[];
  /** Arrived while the list was looked at, and not let in yet. */
  readonly waiting: readonly ListRow[];
  /** Not shown: their deletion leaves in a few seconds. */
  readonly leaving: readonly string[];
  readonly loaded: boolean;
  /** Rows that were there before are still on their way from the worker. */
  readonly reading: boolean;
  /** How often *earlier* was pressed, so that *Back* finds as many rows as there were. */
  readonly further: number;
  readonly search: Search;
  readonly more: boolean;
  readonly before: number | null;
  readonly connection: "live" | "lost";
  /** The server has a newer page than this one. */
  readonly newer: boolean;
  /** Something that was done to it from elsewhere. */
  readonly happened: Happened | null;
  /** A coach's: what was said to invitations by people who have not joined. */
  readonly replies: readonly ReplyHint[];
  /** *differ*: the server has shown two people different records, and not explained it within a day. */
  readonly records: "same" | "differ";
  readonly thread: Thread | null;
  readonly drafts: readonly Draft[];
}

/** What is looked for, here alone: in no address, and gone with the lock. */
export interface Search {
  readonly words: string;
  /** How often more of what was found was asked for. */
  readonly further: number;
  /** How far *inside all messages* has come; null where nobody asked for it. */
  readonly inside: Inside | null;
}

export interface Inside {
  readonly state: "running" | "stopped" | "done" | Failure;
  readonly read: number;
  readonly total: number;
  readonly found: readonly string[];
  /** Mails too large to be looked into. */
  readonly tooLarge?: number;
}

export type Action =
  | { readonly kind: "opened"; readonly opened: Opened; readonly drafts: readonly Draft[] }
  | { readonly kind: "engagement"; readonly opened: Opened }
  | { readonly kind: "page"; readonly page: ListPage }
  | { readonly kind: "known"; readonly page: ListPage; readonly reading: boolean }
  | { readonly kind: "further" }
  | { readonly kind: "search"; readonly words: string }
  | { readonly kind: "furtherFound" }
  | { readonly kind: "inside"; readonly inside: Inside | null }
  | { readonly kind: "arrived"; readonly rows: readonly ListRow[] }
  | { readonly kind: "letIn" }
  | { readonly kind: "sent"; readonly row: ListRow }
  | { readonly kind: "read"; readonly id: string }
  | { readonly kind: "marked"; readonly ids: readonly string[]; readonly unread: boolean }
  | { readonly kind: "thread"; readonly id: string; readonly messages: readonly Message[] }
  | { readonly kind: "left" }
  | { readonly kind: "gone"; readonly ids: readonly string[] }
  | { readonly kind: "tick"; readonly now: number }
  | { readonly kind: "shortened"; readonly id: string; readonly expiresAt: number }
  | { readonly kind: "leaving"; readonly ids: readonly string[] }
  | { readonly kind: "connection"; readonly state: "live" | "lost" }
  | { readonly kind: "records" }
  | { readonly kind: "newer" }
  | { readonly kind: "clients" }
  | { readonly kind: "client"; readonly id: string; readonly cursor: number }
  | { readonly kind: "happened"; readonly happened: Happened | null }
  | { readonly kind: "replies"; readonly replies: readonly ReplyHint[] }
  | { readonly kind: "draft"; readonly draft: Draft }
  | { readonly kind: "draftsKept"; readonly drafts: readonly Draft[] }
  | { readonly kind: "draftDone"; readonly threadId: string | null }
  | { readonly kind: "locked" };

export const EMPTY: Inbox = {
  opened: null,
  rows: [],
  waiting: [],
  leaving: [],
  loaded: false,
  reading: true,
  further: 0,
  search: { words: "", further: 0, inside: null },
  more: false,
  before: null,
  connection: "live",
  newer: false,
  happened: null,
  replies: [],
  records: "same",
  thread: null,
  drafts: [],
};

export function reduce(inbox: Inbox, action: Action): Inbox {
  switch (action.kind) {
    case "opened":
      return { ...EMPTY, opened: action.opened, drafts: action.drafts };
    case "engagement":
      return { ...inbox, opened: action.opened };
    case "page":
      return { ...inbox, ...withPage(inbox, action.page) };
    case "known":
      return known(inbox, action.page, action.reading);
    case "further":
      return { ...inbox, further: inbox.further + 1 };
    case "search":
      return { ...inbox, search: { words: action.words, further: 0, inside: null } };
    case "furtherFound":
      return { ...inbox, search: { ...inbox.search, further: inbox.search.further + 1 } };
    case "inside":
      return { ...inbox, search: { ...inbox.search, inside: action.inside } };
    case "arrived":
      return arrived(inbox, action.rows);
    case "letIn":
      return { ...inbox, rows: merged(inbox.rows, inbox.waiting), waiting: [] };
    case "sent":
      return {
        ...inbox,
        rows: merged(inbox.rows, [action.row]),
        waiting: without(inbox.waiting, [action.row.id]),
      };
    case "read":
      return changed(inbox, action.id, { unread: false });
    case "marked":
      return action.ids.reduce((now, id) => changed(now, id, { unread: action.unread }), inbox);
    case "thread":
      return { ...inbox, thread: threadOf(action.id, action.messages) };
    case "left":
      return { ...inbox, thread: null };
    case "gone":
      return gone(inbox, action.ids);
    case "tick":
      return tick(inbox, action.now);
    case "shortened":
      return changed(inbox, action.id, { expiresAt: action.expiresAt });
    case "leaving":
      return { ...inbox, leaving: action.ids };
    case "connection":
      return inbox.connection === action.state ? inbox : { ...inbox, connection: action.state };
    case "newer":
      return { ...inbox, newer: true };
    case "records":
      return { ...inbox, records: "differ" };
    case "clients":
    case "client":
      return inbox; // their list looks anew, where it is open
    case "happened":
      return { ...inbox, happened: action.happened };
    case "replies":
      return { ...inbox, replies: action.replies };
    case "draft":
      return { ...inbox, drafts: [...otherDrafts(inbox, action.draft.threadId), action.draft] };
    case "draftsKept":
      return {
        ...inbox,
        drafts: newest([...action.drafts, ...inbox.drafts]).filter(({ done }) => !done),
      };
    case "draftDone":
      return { ...inbox, drafts: otherDrafts(inbox, action.threadId) };
    case "locked":
      return EMPTY;
  }
}

/** Rows that were there before. What waits to be let in, or is about to leave, is no news. */
function known(inbox: Inbox, page: ListPage, reading: boolean): Inbox {
  const waiting = new Set(inbox.waiting.map((row) => row.id));
  const rows = page.rows.filter((row) => !waiting.has(row.id));
  const merge = rows.length > 0 ? merged(inbox.rows, rows) : inbox.rows;
  return { ...inbox, rows: merge, reading, more: page.more, before: page.before };
}

function withPage(inbox: Inbox, page: ListPage): Partial<Inbox> {
  return {
    rows: merged(inbox.rows, page.rows),
    loaded: true,
    more: page.more,
    before: page.before,
  };
}

/** Newest first, each once; a later copy of a row replaces an earlier one. What is kept longer stands where it was written. */
function merged(rows: readonly ListRow[], more: readonly ListRow[]): readonly ListRow[] {
  if (more.length === 0) {
    return rows;
  }
  const byId = new Map(rows.map((row) => [row.id, row]));
  if (isBelow(rows, more, byId)) {
    return [...rows, ...more];
  }
  for (const row of more) {
    byId.set(row.id, row);
  }
  const all = [...byId.values()].sort((a, b) => b.order - a.order);
  const placed = all.filter((row) => !row.keptLonger);
  for (const row of all.filter((one) => one.keptLonger)) {
    const at = placed.findIndex((one) => one.createdAt <= row.createdAt);
    placed.splice(at < 0 ? placed.length : at, 0, row);
  }
  return placed;
}

/** Whether `more` simply goes on where `rows` end, as it does when a long list comes in part by part: then nothing has to be sorted. */
function isBelow(
  rows: readonly ListRow[],
  more: readonly ListRow[],
  byId: ReadonlyMap<string, ListRow>,
): boolean {
  let above = rows.at(-1)?.order ?? Number.POSITIVE_INFINITY;
  return (
    !rows.some((row) => row.keptLonger) &&
    more.every((row) => {
      const below = row.order < above && !row.keptLonger && !byId.has(row.id);
      above = row.order;
      return below;
    })
  );
}

function without(rows: readonly ListRow[], ids: readonly string[]): readonly ListRow[] {
  return rows.filter((row) => !ids.includes(row.id));
}

/** The list never jumps: what another wrote waits for a press, unless there was nothing to jump. One's own is let in at once. */
function arrived(inbox: Inbox, rows: readonly ListRow[]): Inbox {
  const known = new Set(inbox.rows.map((row) => row.id));
  const direct = (row: ListRow) => row.mine || known.has(row.id) || inbox.rows.length === 0;
  return {
    ...inbox,
    rows: merged(inbox.rows, rows.filter(direct)),
    waiting: merged(
      inbox.waiting,
      rows.filter((row) => !direct(row)),
    ),
  };
}

function otherDrafts(inbox: Inbox, threadId: string | null): readonly Draft[] {
  return inbox.drafts.filter((draft) => draft.threadId !== threadId);
}

function threadOf(id: string, messages: readonly Message[]): Thread {
  return { id, shown: messages.map((message) => ({ state: "here", message })) };
}

function changed(inbox: Inbox, id: string, change: Partial<ListRow>): Inbox {
  const rows = inbox.rows.map((row) => (row.id === id ? { ...row, ...change } : row));
  const shown = inbox.thread?.shown.map((one) =>
    one.state === "here" && one.message.id === id
      ? { ...one, message: { ...one.message, ...withFiles(one.message, change) } }
      : one,
  );
  return { ...inbox, rows, thread: inbox.thread && shown ? { ...inbox.thread, shown } : null };
}

/** A file never outlives its message. */
function withFiles(message: Message, change: Partial<ListRow>): Partial<Message> {
  const { expiresAt } = change;
  if (expiresAt === undefined) {
    return change;
  }
  const sooner = (file: FileFacts) => ({ ...file, expiresAt: Math.min(file.expiresAt, expiresAt) });
  return { ...change, attachments: message.attachments.map(sooner) };
}

function gone(inbox: Inbox, ids: readonly string[]): Inbox {
  const shown = inbox.thread?.shown.map(
    (one): Shown =>
      one.state === "here" && ids.includes(one.message.id)
        ? { state: "gone", id: one.message.id }
        : one,
  );
  return {
    ...inbox,
    rows: without(inbox.rows, ids),
    waiting: without(inbox.waiting, ids),
    leaving: inbox.leaving.filter((id) => !ids.includes(id)),
    thread: inbox.thread && shown ? { ...inbox.thread, shown } : null,
  };
}

/** The same object while nothing is due, so that a tick each second draws nothing. */
function tick(inbox: Inbox, now: number): Inbox {
  const open =
    inbox.thread?.shown.flatMap((one) => (one.state === "here" ? [one.message] : [])) ?? [];
  const due = [...inbox.rows, ...inbox.waiting, ...open].filter((row) => row.expiresAt <= now);
  return due.length
    ? gone(
        inbox,
        due.map((row) => row.id),
      )
    : inbox;
}

const BELONGS: Record<Filter, (row: ListRow, now: number) => boolean> = {
  all: () => true,
  unread: (row) => row.unread,
  files: (row) => row.files > 0,
  going: (row, now) => row.expiresAt - now <= GOING_SECONDS,
};

/** The rows of a filter: newest first; what is deleted soonest first, as in *going*; or what has the largest files first. */
export function visible(
  inbox: Inbox,
  filter: Filter,
  now: number,
  order: Order = "newest",
): readonly ListRow[] {
  const rows = inbox.rows.filter(
    (row) => BELONGS[filter](row, now) && !inbox.leaving.includes(row.id),
  );
  if (filter === "going" || order === "deletion") {
    return rows.sort((a, b) => a.expiresAt - b.expiresAt);
  }
  return order === "size" ? rows.sort((a, b) => (b.fileBytes ?? 0) - (a.fileBytes ?? 0)) : rows;
}

const FURTHER_ROWS = 200;
const LEAST_ROWS = 50;

/** How many rows a list begins with: those of this month and the last one, but some fifty, and no more than are drawn at once. */
export function drawnRows(rows: readonly ListRow[], further: number, now: number): number {
  const since = monthBefore(now);
  const recent = rows.findIndex((row) => row.createdAt < since);
  const begin = Math.max(LEAST_ROWS, Math.min(recent < 0 ? rows.length : recent, FURTHER_ROWS));
  return begin + FURTHER_ROWS * further;
}

/** The first second of the month before this one, in UTC: a row more or less is drawn, that is all. */
function monthBefore(now: number): number {
  const today = new Date(now * 1000);
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1) / 1000;
}

export interface Month {
  readonly name: string;
  readonly rows: readonly ListRow[];
}

/** Consecutive rows under the month in which they were written, or in which they are deleted. */
export function months(
  rows: readonly ListRow[],
  now: number,
  zone: string,
  order: Order = "newest",
): readonly Month[] {
  const found: { name: string; rows: ListRow[] }[] = [];
  for (const row of rows) {
    const name = month(order === "deletion" ? row.expiresAt : row.createdAt, now, zone);
    const last = found.at(-1);
    if (last?.name === name) {
      last.rows.push(row);
    } else {
      found.push({ name, rows: [row] });
    }
  }
  return found;
}

export function unreadCount(inbox: Inbox): number {
  return inbox.rows.filter((row) => row.unread).length;
}

/** How near the end of everything is, in steps of 30, 7 and 1 days; null where it is further off. */
export function endStage(holdEndsAt: number, now: number): 30 | 7 | 1 | null {
  const left = holdEndsAt - now;
  const stages = [1, 7, 30] as const;
  return left > 0 ? (stages.find((days) => left <= days * DAY_SECONDS) ?? null) : null;
}

/** What goes within seven days while something of it has not been read. */
export function goingUnread(
  inbox: Inbox,
  now: number,
): { readonly all: number; readonly unread: number } {
  const soon = visible(inbox, "all", now).filter((row) => row.expiresAt - now <= SOON_SECONDS);
  return { all: soon.length, unread: soon.filter((row) => row.unread).length };
}
