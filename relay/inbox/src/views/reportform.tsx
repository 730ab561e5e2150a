/** Writing the report: one calm form. Owns what is typed until it is given to the other; unsent it is kept as any draft is. */

import { useRef, useState } from "preact/hooks";
import {
  hides,
  MOST_GOAL_BYTES,
  MOST_GOALS,
  MOST_NAME_BYTES,
  MOST_WORDS_BYTES,
} from "../crypto/report.ts";
import { type Draft, NO_DRAFT, touched } from "../drafts.ts";
import { href } from "../route.ts";
import type { ReportFacts, ReportFields } from "../session.report.ts";
import type { Failure } from "../session.ts";
import { agreedDate, calendarDay, DAY_SECONDS } from "../time.ts";
import { reportWords } from "../words.report.ts";
import { firstName } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField, TextField } from "./fields.tsx";
import { Banner, Heading, Trouble, Wait } from "./parts.tsx";
import { ReportWait, useReport } from "./report.tsx";
import { UpToWork } from "./work.tsx";

/** The unsent report stands among the drafts under a name that no thread has. */
export const REPORT_DRAFT = "report";
const EMPTY_GOAL = { goal: "", how: "", where: "" };
const MOST_REPORT_TEXT_BYTES = 59_000;

interface Typed {
  readonly after: string | null;
  readonly from: string;
  readonly until: string;
  readonly person: string;
  readonly goals: ReportFields["goals"];
  readonly own: string;
  readonly next: string;
  readonly calls: boolean;
}

export function ReportForm() {
  const { facts, failure, reload } = useReport();
  return (
    <>
      <UpToWork />
      <Heading>
        {facts?.versions[0] ? reportWords.form.heading : reportWords.form.headingFirst}
      </Heading>
      {facts ? <Form facts={facts} /> : <ReportWait failure={failure} again={reload} />}
    </>
  );
}

function typedOf({ versions }: ReportFacts, startsAt: number): Typed {
  const [newest] = versions;
  const fields = newest?.fields;
  const day = (instant: number) => calendarDay(instant, "UTC");
  return {
    after: newest?.id ?? null,
    from: day(fields?.beginsAt ?? startsAt - 90 * DAY_SECONDS),
    until: day(fields ? fields.endsAt - DAY_SECONDS : startsAt),
    person: fields?.sponsorPerson ?? "",
    goals: fields?.goals.length ? fields.goals : [EMPTY_GOAL],
    own: fields?.clientWords ?? "",
    next: fields?.nextSteps ?? "",
    calls: Boolean(fields?.callDays),
  };
}

/** What was typed here before a lock, where it can still be read. */
function restored(found: Draft | undefined): Typed | null {
  try {
    return found ? (JSON.parse(found.text) as Typed) : null;
  } catch {
    return null;
  }
}

type Faults = Partial<Record<string, string>>;

/** What was typed, as the fields of a report, or what is wrong with it. */
function judge(typed: Typed, callDays: readonly number[] | null): ReportFields | Faults {
  const { faults } = reportWords.form;
  const found: Faults = {};
  const take = (name: string, text: string, mostBytes: number) => {
    const plain = text.replace(/\r\n?/g, "\n").replace(/\t/g, " ").trim();
    if (hides(plain)) {
      found[name] = faults.sign;
    } else if (bytesOf(plain) > mostBytes) {
      found[name] = faults.long;
    }
    return plain;
  };
  const [beginsAt, last] = [agreedDate(typed.from), agreedDate(typed.until)];
  if (beginsAt === null || last === null || beginsAt > last) {
    found.period = faults.period;
  }
  const goals = typed.goals
    .map(({ goal, how, where }, at) => ({
      goal: take(`goal${at}`, goal, MOST_GOAL_BYTES),
      how: take(`how${at}`, how, MOST_GOAL_BYTES),
      where: take(`where${at}`, where, MOST_GOAL_BYTES),
    }))
    .filter(({ goal, how, where }, at) => {
      if (!goal && (how || where)) {
        found[`goal${at}`] = faults.goal;
      }
      return goal || how || where;
    });
  const fields = {
    beginsAt: beginsAt ?? 0,
    endsAt: (last ?? 0) + DAY_SECONDS,
    sponsorPerson: take("person", typed.person.replace(/\s+/g, " "), MOST_NAME_BYTES),
    goals,
    clientWords: take("own", typed.own, MOST_WORDS_BYTES),
    nextSteps: take("next", typed.next, MOST_WORDS_BYTES),
    callDays: typed.calls ? callDays : null,
  };
  if (bytesOf(JSON.stringify(goals)) > MOST_REPORT_TEXT_BYTES - 2 * MOST_WORDS_BYTES) {
    found.goal0 = faults.long;
  }
  return Object.keys(found).length ? found : fields;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function Form({ facts }: { facts: ReportFacts }) {
  const { session, opened, inbox, dispatch, now, go, say } = useDesk();
  const { form } = reportWords;
  const name = firstName(opened.otherName);
  const before = inbox.drafts.find(({ threadId }) => threadId === REPORT_DRAFT);
  const latest = useRef<string | undefined>(undefined);
  latest.current = before?.text;
  const typed = restored(before) ?? typedOf(facts, now());
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const [newest] = facts.versions;
  const overtaken = typed.after !== (newest?.id ?? null);
  const change = (part: Partial<Typed>) => {
    const text = JSON.stringify({ ...typed, ...part });
    const draft = { ...(before ?? NO_DRAFT), threadId: REPORT_DRAFT, text };
    dispatch({ kind: "draft", draft: touched(draft, now()) });
  };
  const forget = () => dispatch({ kind: "draftDone", threadId: REPORT_DRAFT });
  const goalsWith = (at: number, part: Partial<Typed["goals"][number]>) =>
    typed.goals.map((goal, index) => (index === at ? { ...goal, ...part } : goal));
  const submit = async (event: Event) => {
    event.preventDefault();
    const judged = judge(typed, facts.callDays);
    if (!("goals" in judged)) {
      setFaults(judged);
      return;
    }
    setFaults({});
    setFailure(null);
    setBusy(true);
    try {
      await session.report("write", [judged as ReportFields, typed.after]);
      // What was typed while it was on its way has not been given to anybody.
      if (latest.current === before?.text) {
        forget();
      }
      say(form.saved);
      go({ view: "work", page: "report" });
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  return (
    <form class="report-form" onSubmit={submit} noValidate>
      <p class="lead">{form.lead(name)}</p>
      <Ends facts={facts} />
      {overtaken && (
        <Banner tone="soon">
          <p>{form.changed(name)}</p>
          <button type="button" onClick={() => change({ after: newest?.id ?? null })}>
            {form.take(name)}
          </button>
        </Banner>
      )}
      <div class="fields-row">
        <TextField
          label={form.from}
          value={typed.from}
          onValue={(from) => change({ from })}
          fault={faults.period}
          attributes={{ type: "date" }}
        />
        <TextField
          label={form.until}
          value={typed.until}
          onValue={(until) => change({ until })}
          attributes={{ type: "date" }}
        />
      </div>
      <TextField
        label={form.person}
        value={typed.person}
        onValue={(person) => change({ person })}
        hint={form.personHint(opened.policy.sponsorName)}
        fault={faults.person}
        attributes={{ maxLength: 120, autocomplete: "off" }}
      />
      {typed.goals.map((goal, at) => (
        <fieldset key={at} class="goal-fields">
          <legend class="unseen">{form.goal(at + 1)}</legend>
          <LongTextField
            label={form.goal(at + 1)}
            value={goal.goal}
            fault={faults[`goal${at}`]}
            onValue={(text) => change({ goals: goalsWith(at, { goal: text }) })}
            rows={2}
          />
          <LongTextField
            label={form.how}
            value={goal.how}
            fault={faults[`how${at}`]}
            onValue={(text) => change({ goals: goalsWith(at, { how: text }) })}
            rows={2}
          />
          <LongTextField
            label={form.where}
            value={goal.where}
            fault={faults[`where${at}`]}
            onValue={(text) => change({ goals: goalsWith(at, { where: text }) })}
            rows={3}
          />
          {typed.goals.length > 1 && (
            <button
              type="button"
              class="quiet"
              onClick={() => change({ goals: typed.goals.filter((_, index) => index !== at) })}
            >
              {form.remove(at + 1)}
            </button>
          )}
        </fieldset>
      ))}
      {typed.goals.length < MOST_GOALS && (
        <button
          type="button"
          class="quiet"
          onClick={() => change({ goals: [...typed.goals, EMPTY_GOAL] })}
        >
          {form.add}
        </button>
      )}
      <LongTextField
        label={reportWords.fields.own(
          firstName(facts.myRole === "client" ? opened.myName : opened.otherName),
        )}
        value={typed.own}
        fault={faults.own}
        onValue={(own) => change({ own })}
        rows={4}
      />
      <LongTextField
        label={form.next}
        value={typed.next}
        fault={faults.next}
        onValue={(next) => change({ next })}
        rows={3}
      />
      {facts.callDays && (
        <label class="option">
          <input
            type="checkbox"
            checked={typed.calls}
            onChange={(event) => change({ calls: event.currentTarget.checked })}
          />
          <span>
            {form.calls(facts.callDays.length)}
            <span class="hint">{form.callsHint}</span>
          </span>
        </label>
      )}
      {failure && (
        <Trouble
          text={
            failure.detail === "report-changed"
              ? form.changed(name)
              : failureWords(failure, opened, true)
          }
        />
      )}
      {busy && <Wait>{form.saving}</Wait>}
      <div class="actions">
        <button type="submit" class="do" disabled={busy || overtaken}>
          {form.save(name)}
        </button>
        <a class="button" href={href({ view: "work", page: "report" })} onClick={forget}>
          {form.leave}
        </a>
      </div>
    </form>
  );
}

/** Whose signature a change would end. */
function Ends({ facts }: { facts: ReportFacts }) {
  const { opened } = useDesk();
  const coach = facts.myRole === "coach";
  const mine = coach ? facts.coachSigned : facts.clientSigned;
  const theirs = coach ? facts.clientSigned : facts.coachSigned;
  if (!mine && !theirs) {
    return null;
  }
  const who = mine && theirs ? "both" : mine ? "me" : "other";
  return <Banner tone="note">{reportWords.form.ends(who, firstName(opened.otherName))}</Banner>;
}
