/**
 * Inside: what the worker answers. Owns the one list of calls that both ends are typed by; it is `Session` with the calls
 * that can be cloned into a message, and with what outlives a worker handed out under seal.
 */

import type { Bytes } from "../crypto/encoding.ts";
import type { ComingSession } from "../session.coming.ts";
import type { OwnSession } from "../session.own.ts";
import type { ReportSession } from "../session.report.ts";
import type { Resumed, Session } from "../session.ts";
import type { WorkSession } from "../session.work.ts";
import type { Seen } from "./account.ts";
import type { Run } from "./run.ts";

/** What the page holds while the worker is ended and made anew: nothing in it can be read without unlocking. */
export interface Keepsake {
  readonly seen: Seen;
  /** The unsent text, sealed under the vault key; null where there is none. */
  readonly sealed: Bytes | null;
}

/** Calls that are the same on both sides of the message port. */
type Plain = Pick<
  Session,
  | "place"
  | "openInvitation"
  | "beginEnrolment"
  | "holdPasskey"
  | "finishEnrolment"
  | "comeIn"
  | "lock"
  | "list"
  | "read"
  | "thread"
  | "markRead"
  | "markAll"
  | "expire"
  | "expireMine"
  | "shorten"
  | "layout"
  | "judgeMail"
  | "keptDrafts"
> &
  Omit<WorkSession, "startCheck">;

type Way = Parameters<Session["unlock"]>[0];
type SendRequest = Parameters<Session["send"]>[0];

export interface Inside extends Plain {
  keepTab(idleSeconds: number, label: string): Promise<string>;
  resume(kept: string, chosen: string | null): Promise<Resumed>;
  choose(id: string): ReturnType<Session["choose"]>;
  coming(name: keyof ComingSession, args: readonly unknown[]): Promise<unknown>;
  own(name: keyof OwnSession, args: readonly unknown[], run: Run): Promise<unknown>;
  report(name: keyof ReportSession, args: readonly unknown[]): Promise<unknown>;
  unlock(way: Way, seen: Seen | null): ReturnType<Session["unlock"]>;
  send(request: SendRequest, run: Run): ReturnType<Session["send"]>;
  searchInside(typed: string, run: Run): ReturnType<Session["searchInside"]>;
  startCheck(run: Run): ReturnType<Session["startCheck"]>;
  file(id: string, index: number, run: Run): ReturnType<Session["file"]>;
  filePart(id: string, index: number, from: number, run: Run): ReturnType<Session["filePart"]>;
  /** Seal the unsent text for the page to hold. */
  sealAside(draft: string): Promise<Keepsake>;
  /** Seal the unsent text for every browser of mine; answers whether that could be done. */
  keepDrafts(text: string): Promise<boolean>;
  /** Open what was put aside; null where it is somebody else's. */
  openAside(keepsake: Keepsake): Promise<string | null>;
}
