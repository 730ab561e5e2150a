/** What the views of an open inbox share: the state, the way to change it, and the worker. Owns no state of its own. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Action, Inbox } from "../inbox.ts";
import type { Route } from "../route.ts";
import type { Failure, Opened, Session } from "../session.ts";
import { firstName, words } from "../words.ts";
import type { Go } from "./history.ts";
import type { Outgoing } from "./outgoing.tsx";

export interface Desk {
  readonly session: Session;
  readonly inbox: Inbox;
  readonly opened: Opened;
  readonly dispatch: (action: Action) => void;
  readonly route: Route;
  readonly go: Go;
  /** The relay's clock, Unix seconds. */
  readonly now: () => number;
  readonly zone: string;
  /** Say something once, politely. */
  readonly say: (text: string) => void;
  readonly outgoing: Outgoing;
  readonly lock: () => void;
  /** Count something that runs as somebody's presence until the returned function is called. */
  readonly present: () => () => void;
  /** What the coach wrote in the invitation; only on the day of joining. */
  readonly welcome: string;
}

export const DeskContext = createContext<Desk | null>(null);

/** The desk of an open inbox. Only views inside one may ask for it. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) {
    throw new Error("this view belongs to an open inbox");
  }
  return desk;
}

/** What the worker rejected with, as a failure in any case. */
export function failureOf(reason: unknown): Failure {
  const found = reason as Failure | null;
  return typeof found === "object" && found !== null && typeof found.code === "string"
    ? found
    : { code: "unknown" };
}

/** What stands in the way of all that follows, too, and passes. */
const WAITS: readonly Failure["code"][] = [
  "offline",
  "server",
  "too-many-requests",
  "keeper-away",
  "stopped",
  "locked",
];

/** Whether something that takes long goes on after this, once it has passed. */
export function goesOn(reason: unknown): boolean {
  return WAITS.includes(failureOf(reason).code);
}

/** The sentence for a failure. */
export function failureWords(failure: Failure, opened: Opened, writing = false): string {
  return words.failure(failure, firstName(opened.otherName), writing);
}
