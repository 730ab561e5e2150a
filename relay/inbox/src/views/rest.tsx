/**
 * Everything after the first page of an invitation. Owns the worker's lifetime in this page, and the passage between locked and open: what an
 * opened inbox shows is forgotten here, as a whole, the moment it locks.
 */

import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import { type Draft, packDrafts, unpackDrafts } from "../drafts.ts";
import { EMPTY, reduce } from "../inbox.ts";
import { withWords } from "../languages.ts";
import type { Route } from "../route.ts";
import type { Opened, Resumed, Session } from "../session.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { FirmContext, useFirm } from "./firm.tsx";
import { useArrival, useHistory } from "./history.ts";
import { keep, kept } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { Mailbox } from "./mailbox.tsx";
import { lockMinutes } from "./presence.ts";
import type { RestProps } from "./start.tsx";
import { type LockReason, Unlock } from "./unlock.tsx";

const Invitation = lazy(async () => (await import("./invitation.tsx")).Invitation);
const ComeIn = lazy(async () => (await import("./comein.tsx")).ComeIn);
const How = lazy(async () => (await import("./how.tsx")).How);
const Reload = lazy(async () => (await withWords(import("./tab.tsx"))).Reload);
const Returning = lazy(async () => (await import("./returning.tsx")).Returning);
const Recover = lazy(async () => (await import("./recover.tsx")).Recover);

/** Why the inbox is locked, for the one line on the unlock page; and where to go on afterwards. */
interface Locked {
  readonly why: LockReason;
  readonly draft: boolean;
  readonly minutes: number;
  /** When everything in it was deleted, where that is why. */
  readonly goneAt: number | null;
  readonly goOn: Route | null;
}

export function Rest(props: RestProps) {
  const firm = useFirm(props.session);
  return (
    <FirmContext.Provider value={firm}>
      <Inside {...props} />
    </FirmContext.Provider>
  );
}

function Inside({ surroundings, session, given, onward }: RestProps) {
  const { route, go } = useHistory(onward);
  const [fragment, setFragment] = useState(given);
  const [inbox, dispatch] = useReducer(reduce, EMPTY);
  const [locked, setLocked] = useState<Locked | null>(null);
  const [welcome, setWelcome] = useState("");
  const [openedAt, setOpenedAt] = useState(0);
  const [half, setHalf] = useState(() => kept("tab"));
  const [following, setFollowing] = useState(false);
  const { relayName } = useContext(FirmContext);

  const goOn = async (opened: Opened, greeting: string, since: number) => {
    const drafts = unpackDrafts(await session.takeBack().catch(() => null));
    setWelcome(greeting);
    setOpenedAt(since);
    dispatch({ kind: "opened", opened, drafts });
    const wanted = locked?.goOn ?? route;
    const outside = ["invitation", "add", "locked", "help"].includes(wanted.view);
    go(outside ? { view: "list", filter: "all" } : wanted, "replace");
    setLocked(null);
  };
  /** Beside a remembered name, for the locked page of the time when nothing opens it any more. */
  useEffect(() => {
    if (following && inbox.opened) {
      keep("inbox-ends", endOf(inbox.opened)?.toString() ?? null);
    }
  }, [following, inbox.opened]);
  const open = async (
    opened: Opened,
    remembered: string | null,
    greeting: string,
    named = false,
  ) => {
    keep("inbox-name", remembered);
    keep("inbox-ends", null);
    setFollowing(named && remembered !== null);
    await goOn(opened, greeting, surroundings.now());
  };
  const lock = (why: LockReason, drafts: readonly Draft[]) => {
    // What is on the page goes first; the worker follows.
    keep("tab", null);
    dispatch({ kind: "locked" });
    setLocked({
      why,
      draft: drafts.length > 0,
      minutes: lockMinutes(),
      goneAt: why === "ended" ? goneAt(inbox.opened, surroundings.now()) : null,
      goOn: why === "pressed" ? null : route,
    });
    go({ view: "locked" }, "replace");
    const done =
      why === "ended" ? Promise.resolve() : session.lock(packDrafts(drafts)).catch(() => {});
    if (inbox.newer) {
      done.then(() => location.reload());
    }
  };
  if (inbox.opened) {
    const View = inbox.opened.returning ? Returning : Mailbox;
    return (
      <View
        key={inbox.opened.inboundAddress}
        session={session}
        inbox={inbox}
        opened={inbox.opened}
        dispatch={dispatch}
        surroundings={surroundings}
        route={route}
        go={go}
        lock={lock}
        openedAt={openedAt}
        welcome={welcome}
        listed={() => leaveHalf(session)}
      />
    );
  }
  if (half && route.view !== "invitation" && route.view !== "add") {
    const ask = () => {
      keep("tab", null);
      setHalf(null);
    };
    const done = ({ opened, openedAt: since }: Resumed) => {
      setHalf(null);
      goOn(opened, "", since - opened.clockOffset);
    };
    return <Reload session={session} half={half} done={done} ask={ask} />;
  }
  switch (route.view) {
    case "invitation":
      return (
        <Invitation
          session={session}
          fragment={fragment}
          setFragment={setFragment}
          step={route.step}
          go={go}
          zone={surroundings.zone}
          now={surroundings.now}
          open={open}
        />
      );
    case "add":
      return (
        <ComeIn
          session={session}
          relayName={relayName}
          fragment={fragment}
          setFragment={setFragment}
          go={go}
          open={(opened, name) => open(opened, name, "")}
        />
      );
    case "how":
      return <HowOutside />;
    case "help":
      return (
        <Recover
          session={session}
          open={async (opened, name) => {
            await open(opened, name, "");
            go({ view: "settings", page: "browsers" });
          }}
        />
      );
    default:
      return (
        <Unlock
          session={session}
          locked={locked}
          surroundings={surroundings}
          open={(opened, name, named) => open(opened, name, "", named)}
        />
      );
  }
}

/** The last day of a client's inbox; a coach's goes on after each of its engagements. */
function endOf({ myRole, alone, returning, policy }: Opened): number | null {
  return myRole === "client" && !alone && !returning ? policy.holdEndsAt : null;
}

function goneAt(opened: Opened | null, now: number): number | null {
  const end = opened && endOf(opened);
  return opened && end !== null && end <= now + opened.clockOffset ? end : null;
}

/** What the next load of this page needs; fetched behind the list. */
async function leaveHalf(session: Session): Promise<void> {
  try {
    const { keepTabHalf, tellLeaving } = await withWords(import("./tab.tsx"));
    tellLeaving();
    await keepTabHalf(session);
  } catch {
    // A reload then asks for the password, which is all that is lost.
  }
}

function HowOutside() {
  useArrival("how", "how");
  return (
    <Letter>
      <How />
      <p>
        <button type="button" onClick={() => history.back()}>
          {words.goBack}
        </button>
      </p>
    </Letter>
  );
}
