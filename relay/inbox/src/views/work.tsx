/** *Our work*: owns what was read of it while one looks at its pages, and which page stands where. Fetched when somebody first goes there. */

import { href, type Route, type WorkPage } from "../route.ts";
import type { Work as Facts } from "../session.work.ts";
import { fullDay, plainDay } from "../time.ts";
import { receiptWords } from "../words.receipts.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { AgreementPage } from "./agreed.tsx";
import { useAsked } from "./asked.ts";
import { Calls } from "./calls.tsx";
import { Changes, OpenProposals } from "./changes.tsx";
import { Dates } from "./dates.tsx";
import { failureWords, useDesk } from "./desk.ts";
import { Kept, Notes } from "./keeping.tsx";
import { lazy } from "./lazy.tsx";
import { Heading, Icon, Trouble, Wait } from "./parts.tsx";
import { ReceiptPage, Receipts } from "./receipts.tsx";
import { CheckOffer, Spoken } from "./spoken.tsx";
import { Timeline } from "./timeline.tsx";

/** What a page of *Our work* is given: everything that was read, and the way to read it again. */
export interface PageProps {
  readonly work: Facts;
  readonly reload: () => void;
}

export type WorkRoute = Extract<Route, { view: "work" | "receipts" | "receipt" }>;

/** The report's pages read what they show themselves. */
const REPORT = {
  sponsor: lazy(async () => (await import("./sponsorview.tsx")).SponsorView),
  report: lazy(async () => (await import("./report.tsx")).ReportPage),
  "report-edit": lazy(async () => (await import("./reportform.tsx")).ReportForm),
  review: lazy(async () => (await import("./review.tsx")).Review),
} as const;

const Copy = lazy(async () => (await import("./copy.tsx")).Copy);
const Closing = lazy(async () => (await import("./closing.tsx")).Closing);
const Reopen = lazy(async () => (await import("./reopen.tsx")).Reopen);

type WorkedPage = Exclude<WorkPage, keyof typeof REPORT | "reopen">;

const HEADINGS: Record<WorkedPage, (name: string) => string> = {
  overview: () => workWords.heading,
  kept: () => workWords.kept.heading,
  notes: (name) => workWords.notes.heading(name),
  calls: () => workWords.calls.heading,
  check: () => workWords.check.heading,
  agreement: () => workWords.agreement.heading,
  change: () => workWords.change.heading,
  dates: () => workWords.dates.heading,
  copy: () => workWords.copy,
  close: (name) => workWords.close.heading(name),
  "close-go": (name) => workWords.close.heading(name),
  "close-told": (name) => workWords.close.heading(name),
};

const PAGES = {
  overview: Overview,
  kept: Kept,
  notes: Notes,
  calls: Calls,
  check: Spoken,
  agreement: AgreementPage,
  change: Changes,
  dates: Dates,
  copy: Copy,
  close: Closing,
  "close-go": Closing,
  "close-told": Closing,
} as const;

export function Work({ route }: { route: WorkRoute }) {
  switch (route.view) {
    case "receipts":
      return <Receipts />;
    case "receipt":
      return <ReceiptPage key={route.id} id={route.id} />;
    case "work":
      if (route.page === "reopen") {
        return <Reopen />;
      }
      return route.page in REPORT ? (
        <ReportPages page={route.page as keyof typeof REPORT} />
      ) : (
        <Pages page={route.page as WorkedPage} />
      );
  }
}

function ReportPages({ page }: { page: keyof typeof REPORT }) {
  const { opened } = useDesk();
  // Where nobody else is named there is nobody to write for, and the page about what others see says so.
  const View = REPORT[opened.policy.sponsorName ? page : "sponsor"];
  return <View />;
}

function Pages({ page }: { page: WorkedPage }) {
  const { session, opened } = useDesk();
  // Whatever is signed changes `opened`; then it is read anew behind what is shown.
  const { value: work, failure, load: reload } = useAsked(() => session.work(), [opened]);
  if (!work) {
    const heading = HEADINGS[page](firstName(opened.otherName));
    return (
      <>
        {page !== "overview" && <UpToWork />}
        <Heading>{heading}</Heading>
        {failure ? (
          <Trouble text={failureWords(failure, opened)} again={reload} />
        ) : (
          <Wait>{workWords.loading}</Wait>
        )}
      </>
    );
  }
  const View = PAGES[page];
  return <View work={work} reload={reload} />;
}

/** On wide screens, where the bar above shows no arrow. */
export function UpToWork() {
  return (
    <a class="up-wide" href={href({ view: "work", page: "overview" })}>
      <Icon shape="back" />
      {workWords.up}
    </a>
  );
}

function Overview({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const since = plainDay(work.startedAt, zone);
  return (
    <>
      <Heading>{workWords.heading}</Heading>
      <p class="lead">{workWords.withWhom(opened.otherName, since)}</p>
      <StateLine work={work} />
      <OpenProposals work={work} />
      <CheckOffer work={work} />
      <Timeline work={work} />
      <Rows work={work} />
      {(work.state === "active" || work.state === "held") && (
        <div class="actions">
          <a class="button" href={href({ view: "work", page: "dates" })}>
            {workWords.timeline.ask}
          </a>
        </div>
      )}
    </>
  );
}

/** One line for the state that the engagement is in; an active one needs none, and of a draft the frame speaks on every page. */
function StateLine({ work }: { work: Facts }) {
  const { opened, zone } = useDesk();
  switch (work.state) {
    case "held":
      return (
        <p>
          {workWords.held(fullDay(work.deleted.at, zone))}{" "}
          {opened.closedBy && workWords.closedBy(opened.closedBy, firstName(opened.otherName))}
        </p>
      );
    case "gone":
    case "withdrawn":
      return <p>{workWords.gone}</p>;
    default:
      return null;
  }
}

interface RowFacts {
  readonly route: Route;
  readonly name: string;
  readonly said: string;
}

function Rows({ work }: { work: Facts }) {
  const { opened, now, zone } = useDesk();
  const { rows } = workWords;
  const coach = work.myRole === "coach" ? null : firstName(opened.otherName);
  const { policy } = opened;
  const page = (name: WorkPage): Route => ({ view: "work", page: name });
  const signed = work.agreement.signers.reduce((last, one) => Math.max(last, one.signedAt ?? 0), 0);
  const heard = work.heard.find((one) => one.mine) ?? null;
  const { released } = opened;
  const out = released && released.until > now() ? released : null;
  const seen = !out
    ? rows.sponsorSaid
    : out.from > now()
      ? rows.sponsorFrom(plainDay(out.from, zone))
      : rows.sponsorUntil(plainDay(out.until, zone));
  const places = 2 + (work.backupDays ? 1 : 0) + 1;
  const list: readonly RowFacts[] = [
    { route: page("kept"), name: rows.kept, said: rows.keptSaid(places) },
    ...(policy.sponsorName
      ? [
          { route: page("report"), name: rows.report(policy.sponsorName), said: rows.reportSaid },
          { route: page("sponsor"), name: rows.sponsor(policy.sponsorName), said: seen },
        ]
      : []),
    { route: page("notes"), name: rows.notes(coach), said: rows.notesSaid(work.notes.count) },
    { route: page("calls"), name: rows.calls, said: rows.callsSaid(work.calls.length) },
    {
      route: page("check"),
      name: rows.check,
      said: rows.checkSaid(heard && plainDay(heard.at, zone)),
    },
    {
      route: page("agreement"),
      name: rows.agreement,
      said: rows.agreementSaid(plainDay(signed || work.startedAt, zone), work.agreement.number),
    },
    {
      route: { view: "receipts" },
      name: receiptWords.heading,
      said: rows.receiptsSaid(work.receipts),
    },
    { route: page("copy"), name: rows.copy, said: rows.copySaid },
    ...(work.myRole === "coach" && (work.state === "active" || work.state === "held")
      ? [
          {
            route: page("reopen"),
            name: rows.reopen(firstName(opened.otherName)),
            said: rows.reopenSaid,
          },
        ]
      : []),
    ...(work.state === "active"
      ? [{ route: page("close"), name: rows.close, said: rows.closeSaid }]
      : []),
  ];
  return (
    <ul class="menu work-rows">
      {list.map(({ route, name, said }) => (
        <li key={name}>
          <a href={href(route)}>
            <span>{name}</span>
            <span class="meta">{said}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
