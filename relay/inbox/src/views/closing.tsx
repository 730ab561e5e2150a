/**
 * Closing. A client sees what was aimed for, what remains, the way to a copy and the choice of a day, and on a second page exactly what goes. A
 * coach sees it as a plan in three pages. Owns what was chosen on the way; signs nothing before the last page.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { href, type WorkPage } from "../route.ts";
import type { CopyTaken } from "../session.own.ts";
import type { Failure } from "../session.ts";
import type { ClosingPlan } from "../session.work.ts";
import { agreedDate, calendarDay, DAY_SECONDS, fullDay, wholeDay } from "../time.ts";
import { closingWords } from "../words.closing.ts";
import { firstName, size } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useAsked } from "./asked.ts";
import { Aims, Closed, Each } from "./closingparts.tsx";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, TextField } from "./fields.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const words = workWords.close;
const COACHS_PAGES = 3;

type When = "hold" | "soon" | "other";

interface Chosen {
  readonly when: When;
  readonly date: string;
  readonly mine: boolean;
}

const CHOSEN: Chosen = { when: "hold", date: "", mine: false };

export function Closing({ work }: PageProps) {
  const [done, setDone] = useState<number | null>(null);
  return (
    <>
      <UpToWork />
      {work.state === "active" && done === null ? (
        <Open work={work} done={setDone} />
      ) : (
        <Closed work={work} until={done ?? work.deleted.at} />
      )}
    </>
  );
}

interface OpenProps {
  readonly work: PageProps["work"];
  readonly done: (until: number) => void;
}

function Open({ work, done }: OpenProps) {
  const { session, opened, route, go } = useDesk();
  const { value: plan, failure, load } = useAsked(() => session.planClosing());
  const [chosen, setChosen] = useState(CHOSEN);
  const [until, setUntil] = useState<number | null>(null);
  const page: WorkPage = route.view === "work" ? route.page : "close";
  useEffect(() => {
    if (page !== "close" && until === null) {
      // Whoever comes to a later page by its address has chosen nothing yet.
      go({ view: "work", page: "close" }, "replace");
    }
  }, [page]);
  if (!plan) {
    return (
      <>
        <Heading large>{words.heading(firstName(opened.otherName))}</Heading>
        {failure ? (
          <Trouble text={failureWords(failure, opened)} again={load} />
        ) : (
          <Wait>{words.loading}</Wait>
        )}
      </>
    );
  }
  const next = (date: number) => {
    setUntil(date);
    go({ view: "work", page: "close-go" });
  };
  if (page === "close" || until === null) {
    return <Plan work={work} plan={plan} chosen={chosen} choose={setChosen} next={next} />;
  }
  const sure = { work, plan, until, mine: chosen.mine, done };
  if (work.myRole === "client") {
    return <Sure {...sure} />;
  }
  return page === "close-go" ? (
    <Goes {...sure} next={() => go({ view: "work", page: "close-told" })} />
  ) : (
    <Told {...sure} />
  );
}

interface PlanProps {
  readonly work: PageProps["work"];
  readonly plan: ClosingPlan;
  readonly chosen: Chosen;
  readonly choose: (chosen: Chosen) => void;
  readonly next: (until: number) => void;
}

/** The instants between which one alone may choose, on whole days. */
function between(plan: ClosingPlan): { first: number; last: number } {
  const first = Math.ceil(plan.soonestAt / DAY_SECONDS) * DAY_SECONDS;
  return { first: Math.min(first, plan.latestAt), last: wholeDay(plan.latestAt) };
}

/** The first page: what is here, and until when it is to be held. */
function Plan({ work, plan, chosen, choose, next }: PlanProps) {
  const { opened, zone } = useDesk();
  const [fault, setFault] = useState<string | null>(null);
  const name = firstName(opened.otherName);
  const coach = work.myRole === "coach";
  const { first, last } = between(plan);
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = agreedDate(chosen.date);
    if (chosen.when === "other" && (typed === null || typed < first || typed > last)) {
      setFault(words.otherWrong(fullDay(first, zone), fullDay(last, zone)));
      return;
    }
    next({ hold: plan.latestAt, soon: first, other: typed ?? plan.latestAt }[chosen.when]);
  };
  return (
    <>
      <Heading large>{words.heading(name)}</Heading>
      {coach ? <Step at={1} /> : <Aims />}
      <section class="card">
        <h2>{coach ? closingWords.held : words.remains}</h2>
        {coach && <p>{closingWords.heldLead(name)}</p>}
        <Remains work={work} plan={plan} />
        <CopyFirst />
      </section>
      <form onSubmit={submit} noValidate>
        <Until plan={plan} chosen={chosen} choose={choose} fault={fault} />
        <label class="tick">
          <input
            type="checkbox"
            checked={chosen.mine}
            onChange={() => choose({ ...chosen, mine: !chosen.mine })}
          />
          <span>
            {words.mine}
            <span class="hint">{words.mineHint(name)}</span>
          </span>
        </label>
        <div class="actions">
          <button type="submit" class="do">
            {coach ? closingWords.heldNext : words.next}
          </button>
        </div>
        <p class="quiet-text">{coach ? closingWords.nothingYet : words.nothingYet}</p>
      </form>
    </>
  );
}

/** The way to a copy, and the newest that was taken. */
function CopyFirst() {
  const { session, zone } = useDesk();
  const [last, setLast] = useState<CopyTaken | null>(null);
  useEffect(() => {
    session.own("copiesTaken", []).then(
      ([newest]) => setLast(newest ?? null),
      () => setLast(null),
    );
  }, []);
  return (
    <>
      <p>{last ? closingWords.copied(fullDay(last.at, zone)) : words.copyFirst}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "copy" })}>
          {words.copyDo}
        </a>
      </div>
    </>
  );
}

function Until({
  plan,
  chosen,
  choose,
  fault,
}: Omit<PlanProps, "work" | "next"> & { fault: string | null }) {
  const { opened, zone } = useDesk();
  const { first, last } = between(plan);
  const [from, to] = [fullDay(first, zone), fullDay(last, zone)];
  const freely = [
    {
      value: "soon",
      label: words.soon(from),
      hint: words.soonHint(firstName(opened.otherName)),
    },
    {
      value: "other",
      label: words.other,
      under: (
        <TextField
          label={words.otherLabel}
          value={chosen.date}
          onValue={(date) => choose({ ...chosen, date })}
          hint={words.otherHint(from, to)}
          fault={fault}
          attributes={{
            type: "date",
            min: calendarDay(first, "UTC"),
            max: calendarDay(last, "UTC"),
          }}
        />
      ),
    },
  ] as const;
  return (
    <Choice
      legend={words.when}
      largeLegend
      choices={[
        { value: "hold", label: words.hold(fullDay(plan.latestAt, zone)), hint: words.holdHint },
        ...(first < plan.latestAt ? freely : []),
      ]}
      chosen={chosen.when}
      onChoose={(when) => choose({ ...chosen, when })}
    />
  );
}

/** By kind and number. */
function Remains({ work, plan }: { work: PageProps["work"]; plan: ClosingPlan }) {
  const { opened } = useDesk();
  const { remains, notes } = plan;
  const coach = work.myRole === "coach" ? null : firstName(opened.otherName);
  const rows: readonly (readonly [string, string])[] = [
    [
      words.kinds.messages,
      `${remains.messages}${remains.unread ? `, ${words.unread(remains.unread)}` : ""}`,
    ],
    [words.kinds.files, remains.files ? `${remains.files}, ${size(remains.bytes)}` : "0"],
    [words.kinds.calls, String(remains.calls)],
    [words.kinds.notes(coach), String(notes)],
    [words.kinds.agreement, "1"],
  ];
  return (
    <dl class="counts">
      {rows.map(([term, number]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{number}</dd>
        </div>
      ))}
    </dl>
  );
}

interface SureProps extends OpenProps {
  readonly plan: ClosingPlan;
  readonly until: number;
  readonly mine: boolean;
}

/** What goes, and when, in sentences. */
function goneLines({ work, plan, until, mine }: SureProps, zone: string): string[] {
  const date = fullDay(until, zone);
  const backupsEnd = fullDay(until + work.backupDays * DAY_SECONDS, zone);
  return [
    ...(mine ? [words.mineNow(words.parts(plan.remains, 0))] : []),
    words.reads(date),
    words.goes(date, words.parts(plan.remains, plan.notes)),
    words.goesElse,
    ...(work.backupDays ? [words.backups(backupsEnd)] : []),
  ];
}

/** A client's second page: exactly what happens, and the one button that does it. */
function Sure(props: SureProps) {
  const { opened, now, zone } = useDesk();
  const { plan, until } = props;
  const name = firstName(opened.otherName);
  const lines = [
    words.stops(name),
    ...goneLines(props, zone),
    words.told(name),
    ...(until > now() ? [words.back(name), words.backNot] : []),
  ];
  return (
    <>
      <Heading large>{words.sure}</Heading>
      <Lines lines={lines} />
      <Each plan={plan} />
      <Sign {...props} back={words.change} />
    </>
  );
}

/** A coach's second page: what will go, and when. */
function Goes({ next, ...props }: SureProps & { next: () => void }) {
  const { opened, now, zone } = useDesk();
  const name = firstName(opened.otherName);
  const lines = [
    ...goneLines(props, zone),
    closingWords.goesOwn(name),
    ...(props.until > now() ? [words.back(name), words.backNot] : []),
  ];
  return (
    <>
      <Heading large>{closingWords.goes}</Heading>
      <Step at={2} />
      <Lines lines={lines} />
      <Each plan={props.plan} />
      <div class="actions">
        <button type="button" class="do" onClick={next}>
          {closingWords.goesNext(name)}
        </button>
        <Back>{closingWords.back}</Back>
      </div>
      <p class="quiet-text">{closingWords.nothingYet}</p>
    </>
  );
}

/** A coach's last page: what the client will read, and the signature. */
function Told(props: SureProps) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  const date = fullDay(props.until, zone);
  return (
    <>
      <Heading large>{closingWords.told(name)}</Heading>
      <Step at={3} />
      <p>{closingWords.toldLead(name)}</p>
      <blockquote class="welcome">
        <p>{workWords.held(date)}</p>
        <p>{workWords.closedBy("other", firstName(opened.myName))}</p>
        <p>{closingWords.toldCopy(date)}</p>
      </blockquote>
      <Lines lines={[words.stops(name), closingWords.toldQuiet]} />
      <Sign {...props} back={closingWords.back} />
    </>
  );
}

function Step({ at }: { at: number }) {
  return <p class="meta">{closingWords.step(at, COACHS_PAGES)}</p>;
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ol class="exactly">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ol>
  );
}

/** The page before is always the one in the history: a later one is come to from it alone. */
function Back({ children, busy = false }: { children: ComponentChildren; busy?: boolean }) {
  return (
    <button type="button" disabled={busy} onClick={() => history.back()}>
      {children}
    </button>
  );
}

function Sign({ plan, until, mine, done, back }: SureProps & { back: string }) {
  const { session, opened, zone, say, go } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const sooner = until < plan.latestAt || mine;
  const act = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await session.close(until, mine);
      say(words.done(fullDay(until, zone)));
      done(until);
      go({ view: "work", page: "close" }, "replace");
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  return (
    <>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{words.doing}</Wait>}
      <div class="actions">
        <button type="button" class={sooner ? "do destroys" : "do"} disabled={busy} onClick={act}>
          {sooner ? words.doGo : words.doHold}
        </button>
        <Back busy={busy}>{back}</Back>
      </div>
    </>
  );
}
