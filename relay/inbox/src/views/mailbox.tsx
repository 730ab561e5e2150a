/**
 * An open inbox. Owns what runs while it is open: the worker's events, the second's tick, presence, what is on its way; and which view stands
 * where. It holds no message itself: that is the shared state's.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Draft, packDrafts, unpackDrafts } from "../drafts.ts";
import type { Action, Inbox } from "../inbox.ts";
import { withWords } from "../languages.ts";
import type { Route } from "../route.ts";
import type { Failure, Opened, Session } from "../session.ts";
import { words } from "../words.ts";
import { type Desk, DeskContext, failureOf, useDesk } from "./desk.ts";
import { Frame } from "./frame.tsx";
import { type Go, useArrival } from "./history.ts";
import { keep, kept, speakChosen } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { List, MonthOfRows } from "./list.tsx";
import { type Outgoing, useOutgoing } from "./outgoing.tsx";
import { Heading, Sheet } from "./parts.tsx";
import { type Presence, usePresence } from "./presence.ts";
import type { Surroundings } from "./start.tsx";
import type { LockReason } from "./unlock.tsx";

const ASIDE_AFTER_SECONDS = 2;
/** When all that a list fetches has come. */
const FIRST_LOOK_SECONDS = 5;
const LOOK_EVERY_SECONDS = 30 * 60;

const Alone = lazy(async () => (await import("./alone.tsx")).Alone);
const Clients = lazy(async () => (await import("./clients.tsx")).Clients);
const Work = lazy(async () => (await import("./work.tsx")).Work);
const How = lazy(async () => (await import("./how.tsx")).How);
const Write = lazy(async () => (await import("./write.tsx")).Write);
const Search = lazy(async () => (await import("./search.tsx")).Search);
const Reader = lazy(async () => (await import("./reader.tsx")).Reader);
const Settings = lazy(async () => (await import("./settings.tsx")).Settings);

interface MailboxProps {
  readonly session: Session;
  readonly inbox: Inbox;
  readonly opened: Opened;
  readonly dispatch: (action: Action) => void;
  readonly surroundings: Surroundings;
  readonly route: Route;
  readonly go: Go;
  readonly lock: (why: LockReason, drafts: readonly Draft[]) => void;
  readonly openedAt: number;
  readonly welcome: string;
  /** The list is there, or could not be had. */
  readonly listed: () => void;
}

export function Mailbox(props: MailboxProps) {
  const { session, inbox, opened, surroundings, route, go } = props;
  const dispatch = useHere(props.dispatch);
  const [said, setSaid] = useState("");
  const [, setMinute] = useState(0);
  const now = () => surroundings.now() + opened.clockOffset;
  const outgoing = useOutgoing(setSaid, inbox.connection === "live");
  const unsent = allUnsent(inbox, outgoing);
  const lock = (why: LockReason) => {
    outgoing.drop();
    props.lock(why, unsent);
  };
  const presence = usePresence({
    now: surroundings.now,
    openedAt: props.openedAt,
    lock,
    tick: () => {
      dispatch({ kind: "tick", now: now() });
      // Dates in words grow old: draw them again each minute.
      setMinute(Math.floor(now() / 60));
    },
  });
  usePresent(outgoing, presence);
  useEvents(session, dispatch, lock);
  useKeptDrafts(session, dispatch);
  useAside(session, unsent);
  useOwnLanguage(session, opened);
  const lockOtherTabs = useOtherTabs(lock);
  useArrival(viewName(route), route.view);
  const { load, failure, listed } = useRows(session, inbox, dispatch, props.listed);
  useNewer(listed && inbox.connection === "live", dispatch);
  const latest = useRef<Desk | null>(null);

  const desk: Desk = {
    session,
    inbox,
    opened,
    dispatch,
    route,
    go,
    now,
    zone: surroundings.zone,
    say: setSaid,
    outgoing,
    lock: () => {
      lockOtherTabs();
      lock("pressed");
    },
    present: presence.present,
    welcome: props.welcome,
  };
  latest.current = desk;
  useSingleKeys(latest, listed);
  return (
    <DeskContext.Provider value={desk}>
      <Frame>
        <View route={route} load={load} failure={failure} />
      </Frame>
      <p class="unseen" role="status">
        {said}
      </p>
      <Warning presence={presence} lock={desk.lock} />
    </DeskContext.Provider>
  );
}

/** Fetched behind the list: nobody presses a key before it is there. */
function useSingleKeys(latest: { readonly current: Desk | null }, listed: boolean): void {
  useEffect(() => {
    let stop = () => {};
    if (!listed) {
      return;
    }
    import("./singlekeys.ts").then(
      ({ listenToKeys }) => {
        stop = listenToKeys(() => latest.current as Desk);
      },
      () => {},
    );
    return () => stop();
  }, [listed]);
}

/** Behind the list, when the server has been away, and each half hour: whether it has another page than this one. */
function useNewer(asking: boolean, dispatch: (action: Action) => void): void {
  useEffect(() => {
    if (!asking) {
      return;
    }
    const look = () =>
      import("./newer.ts")
        .then(({ isNewer }) => isNewer())
        .then(
          (newer) => newer && dispatch({ kind: "newer" }),
          () => {},
        );
    const first = setTimeout(look, FIRST_LOOK_SECONDS * 1000);
    const timer = setInterval(look, LOOK_EVERY_SECONDS * 1000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [asking]);
}

/** What counts as another view, so that the focus goes to its heading: filters of the list do not. */
function viewName(route: Route): string {
  switch (route.view) {
    case "message":
    case "reply":
      return `${route.view} ${route.id}`;
    case "settings":
    case "work":
      return `${route.view} ${route.page}`;
    case "receipt":
      return `${route.view} ${route.id}`;
    default:
      return route.view;
  }
}

/** The drafts, and the one that is on its way and has not gone. */
function allUnsent(inbox: Inbox, outgoing: Outgoing): readonly Draft[] {
  const waiting = outgoing.stage?.kind === "done" ? null : outgoing.job?.draft;
  return waiting ? [...inbox.drafts, waiting] : inbox.drafts;
}

function usePresent(outgoing: Outgoing, presence: Presence): void {
  const busy = outgoing.stage?.kind === "waiting" || outgoing.stage?.kind === "running";
  useEffect(() => (busy ? presence.present() : undefined), [busy]);
}

function useEvents(
  session: Session,
  dispatch: (action: Action) => void,
  lock: (why: LockReason) => void,
): void {
  const current = useRef(lock);
  current.current = lock;
  useEffect(
    () =>
      session.onEvent((event) => {
        if (event.kind === "locked") {
          current.current(event.why === "idle" ? "idle" : "ended");
        } else {
          dispatch(event);
        }
      }),
    [session],
  );
}

/** What is answered once this inbox is not open any more changes nothing: a coach may have turned to another client. */
function useHere(dispatch: (action: Action) => void): (action: Action) => void {
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  return (action) => here.current && dispatch(action);
}

/** The page speaks what its owner chose, and what is chosen here goes with the owner to every other browser. */
function useOwnLanguage(session: Session, { language }: Opened): void {
  useEffect(() => {
    followLanguage(language);
    const save = () => {
      if (kept("language-unsaved") === null) {
        return;
      }
      const chosen = kept("language") ?? "";
      session.own("keepLanguage", [chosen]).then(
        () => chosen === (kept("language") ?? "") && keep("language-unsaved", null),
        // What could not be kept is still unsaved when the inbox opens again.
        () => {},
      );
    };
    save();
    addEventListener("languagechange", save);
    return () => removeEventListener("languagechange", save);
  }, []);
}

/** What another browser has put away joins what is on this page. */
function useKeptDrafts(session: Session, dispatch: (action: Action) => void): void {
  useEffect(() => {
    session.keptDrafts().then(
      (text) => dispatch({ kind: "draftsKept", drafts: unpackDrafts(text) }),
      () => {},
    );
  }, []);
}

/**
 * Two seconds after a pause all unsent text goes to the worker, so that a lock from anywhere finds it there; what has been sent goes
 * from there at once. A closing tab asks first.
 */
function useAside(session: Session, unsent: readonly Draft[]): void {
  const packed = packDrafts(unsent);
  const count = useRef(0);
  useEffect(() => {
    const fewer = unsent.length < count.current;
    count.current = unsent.length;
    const timer = setTimeout(
      // What could not be put away is still on the page; the next pause tries again.
      () => session.setAside(packed).catch(() => {}),
      fewer ? 0 : ASIDE_AFTER_SECONDS * 1000,
    );
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    if (packed) {
      addEventListener("beforeunload", ask);
    }
    return () => {
      clearTimeout(timer);
      removeEventListener("beforeunload", ask);
    };
  }, [packed]);
}

/** *Lock* in one tab locks them all: answers with the way to tell the others. */
function useOtherTabs(lock: (why: LockReason) => void): () => void {
  const current = useRef(lock);
  current.current = lock;
  const tabs = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const channel = new BroadcastChannel("lock");
    channel.onmessage = () => current.current("pressed");
    tabs.current = channel;
    return () => channel.close();
  }, []);
  return () => tabs.current?.postMessage("lock");
}

function useRows(
  session: Session,
  inbox: Inbox,
  dispatch: (action: Action) => void,
  tellListed: () => void,
) {
  const [listed, setListed] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = async () => {
    setFailure(null);
    try {
      dispatch({ kind: "page", page: await session.list(inbox.before) });
      return null;
    } catch (reason) {
      const found = failureOf(reason);
      setFailure(found);
      return found;
    }
  };
  useEffect(() => {
    // Behind the list, so that a page that has lost its line meanwhile can still be read and answered in.
    load()
      .then(() => {
        setListed(true);
        tellListed();
      })
      .then(() => withWords(Promise.all([import("./reader.tsx"), import("./write.tsx")])))
      .catch(() => {});
  }, []);
  return { load, failure, listed };
}

interface ViewProps {
  readonly route: Route;
  readonly load: () => Promise<Failure | null>;
  readonly failure: Failure | null;
}

function View({ route, load, failure }: ViewProps) {
  const { alone } = useDesk().opened;
  // Beside a message the list stays as it was filtered, or what was found.
  const left = useRef<Extract<Route, { view: "list" | "search" }>>({ view: "list", filter: "all" });
  if (route.view === "list" || route.view === "search") {
    left.current = route;
  }
  const openId = route.view === "message" || route.view === "reply" ? route.id : null;
  if (alone && !["clients", "settings", "how"].includes(route.view)) {
    return (
      <div class="page">
        <Alone />
      </div>
    );
  }
  switch (route.view) {
    case "list":
    case "search":
    case "message":
    case "write":
    case "reply":
      return (
        <div class="columns">
          {left.current.view === "search" ? (
            <Search
              openId={openId}
              alone={route.view === "search"}
              Rows={MonthOfRows}
              load={load}
            />
          ) : (
            <List
              filter={left.current.filter}
              order={left.current.order ?? "newest"}
              openId={openId}
              alone={route.view === "list"}
              selecting={route.view === "list" && route.select === true}
              load={load}
              failure={failure}
            />
          )}
          <Beside route={route} />
        </div>
      );
    case "work":
    case "receipts":
    case "receipt":
      return (
        <div class="page">
          <Work route={route} />
        </div>
      );
    case "settings":
      return (
        <div class="page">
          <Settings page={route.page} />
        </div>
      );
    case "clients":
      return (
        <div class="page">
          <Clients />
        </div>
      );
    case "how":
      return (
        <div class="page">
          <How />
        </div>
      );
    default:
      return <Nowhere />;
  }
}

function Beside({ route }: { route: Route }) {
  switch (route.view) {
    case "message":
      return <Reader key={route.id} id={route.id} />;
    case "reply":
      return <Write key={route.id} replyTo={route.id} />;
    case "write":
      return <Write key="new" replyTo={null} />;
    default:
      return <Rests />;
  }
}

/** Beside the list, before a message has been chosen. */
function Rests() {
  const { inbox } = useDesk();
  return (
    <section class="reader rests" aria-label={words.titles.message}>
      <p>{inbox.rows.length > 0 && words.list.choose}</p>
    </section>
  );
}

function Nowhere() {
  return (
    <div class="page">
      <Heading>{words.nowhere.heading}</Heading>
      <p>{words.nowhere.why}</p>
      <a class="button" href="/">
        {words.toInbox}
      </a>
    </div>
  );
}

function Warning({ presence, lock }: { presence: Presence; lock: () => void }) {
  if (!presence.warning) {
    return null;
  }
  const long = presence.warning === "long";
  return (
    <Sheet heading={long ? words.idle.longHeading : words.idle.heading} onClose={presence.stay}>
      <p>{long ? words.idle.longText : words.idle.text}</p>
      <div class="actions">
        <button type="button" class="do" autofocus onClick={presence.stay}>
          {long ? words.idle.understood : words.idle.stay}
        </button>
        <button type="button" onClick={lock}>
          {words.idle.lock}
        </button>
      </div>
    </Sheet>
  );
}

/** Speak what the owner of the inbox has chosen, here or elsewhere; null: nothing was ever chosen. */
function followLanguage(chosen: string | null): void {
  if (chosen !== null && kept("language-unsaved") === null && chosen !== (kept("language") ?? "")) {
    speakChosen(chosen || null);
  }
}
