/** The frame of an open inbox: the bar above with *Lock*, the ways between views, and the lines that concern the whole page. */

import type { ComponentChildren } from "preact";
import { unreadCount } from "../inbox.ts";
import { href, type Route, type WorkPage } from "../route.ts";
import type { Opened } from "../session.ts";
import { fullDay } from "../time.ts";
import { first } from "../words.first.ts";
import { firstName, words } from "../words.ts";
import { Skip } from "./before.tsx";
import { useDesk } from "./desk.ts";
import { Firm } from "./firm.tsx";
import { OutgoingBar } from "./outgoing.tsx";
import { Banner, Icon } from "./parts.tsx";

/** More than this, and a device's clock is wrong rather than a little off. */
const WRONG_CLOCK_SECONDS = 24 * 3600;

interface Place {
  readonly route: Route;
  readonly label: () => string;
  readonly icon: "inbox" | "work" | "settings" | "file";
  readonly views: readonly Route["view"][];
}

/** Views beside the list; in all others the page as a whole scrolls. */
const COLUMNS: readonly Route["view"][] = ["list", "search", "message", "write", "reply"];

/** A coach has one inbox for each client. */
const CLIENTS: Place = {
  route: { view: "clients" },
  label: () => words.titles.clients,
  icon: "file",
  views: ["clients"],
};

const REPORT_PAGES: readonly WorkPage[] = ["report", "report-edit", "review"];
const reportLabel = () => words.frame.report;

const PLACES: readonly Place[] = [
  {
    route: { view: "list", filter: "all" },
    label: () => words.frame.inbox,
    icon: "inbox",
    views: COLUMNS,
  },
  {
    route: { view: "work", page: "overview" },
    label: () => words.frame.work,
    icon: "work",
    views: ["work", "receipts", "receipt"],
  },
  {
    route: { view: "work", page: "report" },
    label: reportLabel,
    icon: "file",
    views: [],
  },
  {
    route: { view: "settings", page: "menu" },
    label: () => words.frame.settings,
    icon: "settings",
    views: ["settings", "how"],
  },
];

/** Where the arrow at the top left leads on a phone; null on the views that the bar below names. */
function above(route: Route): Route | null {
  switch (route.view) {
    case "message":
    case "write":
    case "search":
      return { view: "list", filter: "all" };
    case "reply":
      return { view: "message", id: route.id };
    case "work":
      return route.page === "overview" ? null : { view: "work", page: "overview" };
    case "receipts":
      return { view: "work", page: "overview" };
    case "receipt":
      return { view: "receipts" };
    case "how":
      return { view: "settings", page: "menu" };
    case "settings":
      return route.page === "menu" ? null : { view: "settings", page: "menu" };
    default:
      return null;
  }
}

const ABOVE_LABEL: Partial<Record<Route["view"], () => string>> = {
  list: () => words.frame.inbox,
  settings: () => words.frame.settings,
  work: () => words.frame.work,
  message: () => first.back,
  receipts: () => first.back,
};

/** Views whose paper says its own date; any other is dated by the end of everything. */
function datesItself(route: Route): boolean {
  return (
    ["message", "receipt"].includes(route.view) ||
    (route.view === "work" && route.page === "agreement")
  );
}

export function Frame({ children }: { children: ComponentChildren }) {
  const { opened, route, lock, outgoing, zone } = useDesk();
  const up = above(route);
  return (
    <div class="frame" data-view={route.view}>
      <Skip />
      <header class="top">
        {up && (
          <a class="up" href={href(up)}>
            <Icon shape="back" />
            {ABOVE_LABEL[up.view]?.()}
          </a>
        )}
        <Firm name={opened.relayName} folded={up !== null} />
        <button type="button" class="lock" onClick={lock}>
          {words.frame.lock}
        </button>
      </header>
      <Ways />
      {/* A page without any control must still scroll by keyboard. */}
      <main id="main" tabIndex={COLUMNS.includes(route.view) ? undefined : 0}>
        <Lines />
        {children}
        {!datesItself(route) && !opened.alone && (
          <p class="paper-only paper-foot">
            {words.frame.paper(fullDay(opened.policy.holdEndsAt, zone))}
          </p>
        )}
      </main>
      <OutgoingBar outgoing={outgoing} />
    </div>
  );
}

/** A client whose agreement names a sponsor has a way to the report; a coach goes there by *Our work*. */
function placesOf({ myRole, policy, alone }: Opened): readonly Place[] {
  if (alone) {
    return [CLIENTS, ...PLACES.filter(({ icon }) => icon === "inbox" || icon === "settings")];
  }
  if (myRole === "coach") {
    return [CLIENTS, ...PLACES.filter(({ label }) => label !== reportLabel)];
  }
  return PLACES.filter(({ label }) => policy.sponsorName || label !== reportLabel);
}

function Ways() {
  const { inbox, route, opened } = useDesk();
  const unread = unreadCount(inbox);
  const report = route.view === "work" && REPORT_PAGES.includes(route.page);
  return (
    <nav class="ways" aria-label={words.frame.nav}>
      <ul>
        {placesOf(opened).map((place) => (
          <li key={place.icon}>
            <a
              href={href(place.route)}
              aria-current={
                (report ? place.label === reportLabel : place.views.includes(route.view))
                  ? "page"
                  : undefined
              }
            >
              <Icon shape={place.icon} />
              <span>{place.label()}</span>
              {place.icon === "inbox" && unread > 0 && (
                <span class="count">
                  {unread}
                  <span class="unseen"> {words.list.unread}</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <a class="rail-foot" href={href({ view: "how" })}>
        {words.frame.how}
      </a>
    </nav>
  );
}

/** What concerns the whole page: no connection, a wrong clock, work that has ended. */
function Lines() {
  const { inbox, opened, now, zone, lock } = useDesk();
  const wrong = Math.abs(opened.clockOffset) > WRONG_CLOCK_SECONDS;
  const { policy, otherName, engagementState } = opened;
  return (
    <div class="lines" role="status">
      {inbox.connection === "lost" && <Banner tone="note">{words.frame.offline}</Banner>}
      {inbox.newer && (
        <Banner tone="note">
          {words.frame.newer}{" "}
          <button type="button" class="link" onClick={lock}>
            {words.idle.lock}
          </button>
        </Banner>
      )}
      {wrong && (
        <Banner tone="note">{words.frame.clock(fullDay(now() - opened.clockOffset, zone))}</Banner>
      )}
      {inbox.records === "differ" && (
        <Banner tone="soon">{words.frame.records(firstName(otherName))}</Banner>
      )}
      {engagementState === "draft" && (
        <Banner tone="note">{words.frame.pending(firstName(otherName))}</Banner>
      )}
      {engagementState === "held" && (
        <Banner tone="note">
          {words.list.ended(
            firstName(otherName),
            fullDay(policy.workEndsAt, zone),
            fullDay(policy.holdEndsAt, zone),
          )}
        </Banner>
      )}
    </div>
  );
}

/** On wide screens, where the bar above shows no arrow. */
export function UpToSettings() {
  return (
    <a class="up-wide" href={href({ view: "settings", page: "menu" })}>
      <Icon shape="back" />
      {words.frame.settings}
    </a>
  );
}
