/** Closing: first what remains and when it would go, then a second page that lists exactly what happens, and only then the signature. */

import { useEffect, useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure } from "../session.ts";
import type { ClosingPlan } from "../session.work.ts";
import { agreedDate, calendarDay, DAY_SECONDS, fullDay, wholeDay } from "../time.ts";
import { firstName, size } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, TextField } from "./fields.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const words = workWords.close;

type When = "hold" | "soon" | "other";

interface Chosen {
  readonly when: When;
  readonly date: string;
  readonly mine: boolean;
}

export function Closing({ work }: PageProps) {
  const { opened } = useDesk();
  const name = firstName(opened.otherName);
  const [done, setDone] = useState<number | null>(null);
  return (
    <>
      <UpToWork />
      {work.state === "active" && done === null ? (
        <Open work={work} done={setDone} />
      ) : (
        <>
          <Heading large>{words.heading(name)}</Heading>
          <Closed until={done ?? work.deleted.at} />
        </>
      )}
    </>
  );
}

/** After it: what holds now, and the way back while there is one. */
function Closed({ until }: { until: number }) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <>
      <p class="lead">{words.already(fullDay(until, zone))}</p>
      <p class="lead">{words.back(name)}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "dates" })}>
          {words.alreadyGo}
        </a>
      </div>
    </>
  );
}

interface OpenProps {
  readonly work: PageProps["work"];
  readonly done: (until: number) => void;
}

function Open({ work, done }: OpenProps) {
  const { session, opened } = useDesk();
  const [plan, setPlan] = useState<ClosingPlan | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [chosen, setChosen] = useState<Chosen>({ when: "hold", date: "", mine: false });
  const [sure, setSure] = useState<number | null>(null);
  const name = firstName(opened.otherName);
  const load = () => {
    setFailure(null);
    session.planClosing().then(setPlan, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(load, []);
  if (!plan) {
    return (
      <>
        <Heading large>{words.heading(name)}</Heading>
        {failure ? (
          <Trouble text={failureWords(failure, opened)} again={load} />
        ) : (
          <Wait>{words.loading}</Wait>
        )}
      </>
    );
  }
  return sure === null ? (
    <Plan work={work} plan={plan} chosen={chosen} choose={setChosen} next={setSure} />
  ) : (
    <Sure
      work={work}
      plan={plan}
      until={sure}
      mine={chosen.mine}
      back={() => setSure(null)}
      done={done}
    />
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

function Plan({ work, plan, chosen, choose, next }: PlanProps) {
  const { opened, zone } = useDesk();
  const [fault, setFault] = useState<string | null>(null);
  const name = firstName(opened.otherName);
  const { first, last } = between(plan);
  const [from, to] = [fullDay(first, zone), fullDay(last, zone)];
  const freely = first < plan.latestAt;
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = agreedDate(chosen.date);
    if (chosen.when === "other" && (typed === null || typed < first || typed > last)) {
      setFault(words.otherWrong(from, to));
      return;
    }
    next({ hold: plan.latestAt, soon: first, other: typed ?? plan.latestAt }[chosen.when]);
  };
  return (
    <>
      <Heading large>{words.heading(name)}</Heading>
      <section class="card">
        <h2>{words.remains}</h2>
        <Remains work={work} plan={plan} />
        <p>{words.copyFirst}</p>
        <div class="actions">
          <a class="button" href={href({ view: "work", page: "copy" })}>
            {words.copyDo}
          </a>
        </div>
      </section>
      <form onSubmit={submit} noValidate>
        <Choice
          legend={words.when}
          largeLegend
          choices={[
            {
              value: "hold",
              label: words.hold(fullDay(plan.latestAt, zone)),
              hint: words.holdHint,
            },
            ...(freely
              ? ([
                  { value: "soon", label: words.soon(from), hint: words.soonHint(name) },
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
                ] as const)
              : []),
          ]}
          chosen={chosen.when}
          onChoose={(when) => choose({ ...chosen, when })}
        />
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
            {words.next}
          </button>
        </div>
        <p class="quiet-text">{words.nothingYet}</p>
      </form>
    </>
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
  readonly back: () => void;
}

/** The second page: exactly what happens, and the one button that does it. */
function Sure({ work, plan, until, mine, back, done }: SureProps) {
  const { session, opened, zone, now, say } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const name = firstName(opened.otherName);
  const date = fullDay(until, zone);
  const sooner = until < plan.latestAt;
  const what = words.parts(plan.remains, 0);
  useEffect(() => document.querySelector("h1")?.focus(), []);
  const act = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await session.close(until, mine);
      say(words.done(date));
      done(until);
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  const lines = [
    words.stops(name),
    ...(mine ? [words.mineNow(what)] : []),
    words.reads(date),
    words.goes(date, words.parts(plan.remains, plan.notes)),
    words.goesElse,
    ...(work.backupDays
      ? [words.backups(fullDay(until + work.backupDays * DAY_SECONDS, zone))]
      : []),
    words.told(name),
    ...(until > now() ? [words.back(name), words.backNot] : []),
  ];
  return (
    <>
      <Heading large>{words.sure}</Heading>
      <ol class="exactly">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{words.doing}</Wait>}
      <div class="actions">
        <button
          type="button"
          class={sooner || mine ? "do destroys" : "do"}
          disabled={busy}
          onClick={act}
        >
          {sooner || mine ? words.doGo : words.doHold}
        </button>
        <button type="button" disabled={busy} onClick={back}>
          {words.change}
        </button>
      </div>
    </>
  );
}
