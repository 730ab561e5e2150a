/** *Ask to change a date*: sooner alone, later together. Each way says first who decides. */

import { useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure, ListRow } from "../session.ts";
import { agreedDate, calendarDay, DAY_SECONDS, day, fullDay, wholeDay } from "../time.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField, TextField } from "./fields.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const { dates } = workWords;

export function Dates({ work, reload }: PageProps) {
  const { opened } = useDesk();
  const [said, setSaid] = useState("");
  const name = firstName(opened.otherName);
  const sent = () => {
    setSaid(dates.sent(name));
    reload();
  };
  const props = { work, sent };
  return (
    <>
      <UpToWork />
      <Heading>{dates.heading}</Heading>
      <p class="lead">{dates.lead}</p>
      {work.state === "active" && <p>{dates.pause}</p>}
      {said && (
        <p class="banner note" role="status">
          {said}
        </p>
      )}
      {work.state === "active" && <Sooner />}
      {work.state === "held" && <Reopen {...props} />}
      <Keep {...props} />
      {work.myRole === "coach" ? <Propose {...props} /> : <AskLater />}
    </>
  );
}

interface WayProps {
  readonly work: PageProps["work"];
  readonly sent: () => void;
}

/** A form's way out: busy, failed, or sent. */
function useSending(sent: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const send = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
      sent();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    setBusy(false);
  };
  return { busy, failure, send };
}

function Sending({ busy, failure }: { busy: boolean; failure: Failure | null }) {
  const { opened } = useDesk();
  return (
    <>
      {failure && <Trouble text={failureWords(failure, opened, true)} />}
      {busy && <Wait>{dates.sending}</Wait>}
    </>
  );
}

function Sooner() {
  const { opened } = useDesk();
  return (
    <section class="card">
      <h2>{dates.sooner}</h2>
      <p>{dates.soonerWhat(firstName(opened.otherName))}</p>
      <p class="meta">{dates.soonerOne}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "close" })}>
          {dates.soonerDo}
        </a>
      </div>
    </section>
  );
}

/** The client's way to a later end is a sentence to the coach, who drafts. */
function AskLater() {
  const { opened } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <section class="card">
      <h2>{dates.later}</h2>
      <p>{dates.laterAsk(name)}</p>
      {opened.engagementState === "active" && (
        <div class="actions">
          <a class="button" href={href({ view: "write" })}>
            {dates.laterAskDo(name)}
          </a>
        </div>
      )}
    </section>
  );
}

function Reopen({ work, sent }: WayProps) {
  const { session, opened, now, zone } = useDesk();
  const [date, setDate] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const sending = useSending(sent);
  const name = firstName(opened.otherName);
  const { holdEndsAt } = work.agreement.policy;
  const first = wholeDay(now()) + DAY_SECONDS;
  const latest = fullDay(holdEndsAt, zone);
  const submit = (event: Event) => {
    event.preventDefault();
    const until = agreedDate(date);
    if (until === null || until < first || until > holdEndsAt) {
      setFault(dates.reopenWrong(latest));
      return;
    }
    setFault(null);
    sending.send(() => session.proposeReopen(until));
  };
  return (
    <section class="card">
      <h2>{dates.reopen}</h2>
      <p>{dates.reopenWhat(name)}</p>
      <form onSubmit={submit} noValidate>
        <TextField
          label={dates.reopenUntil}
          value={date}
          onValue={setDate}
          hint={dates.reopenHint(latest)}
          fault={fault}
          attributes={{
            type: "date",
            min: calendarDay(first, "UTC"),
            max: calendarDay(holdEndsAt, "UTC"),
          }}
        />
        <Sending {...sending} />
        <div class="actions">
          <button type="submit" class="do" disabled={sending.busy}>
            {dates.reopenDo(name)}
          </button>
        </div>
      </form>
    </section>
  );
}

/** Messages that go before everything else does, to choose from. */
function Keep({ work, sent }: WayProps) {
  const { opened, inbox, zone } = useDesk();
  const [open, setOpen] = useState(false);
  const name = firstName(opened.otherName);
  const last = work.deleted.at;
  const rows = inbox.rows.filter(
    (row) => row.expiresAt < last && !row.byMail && !row.wentUnread && !row.failed,
  );
  return (
    <section class="card">
      <h2>{dates.keep}</h2>
      <p>{dates.keepWhat(name, fullDay(last, zone))}</p>
      {!rows.length && <p class="meta">{dates.keepNone}</p>}
      {rows.length > 0 && !open && (
        <div class="actions">
          <button type="button" onClick={() => setOpen(true)}>
            {dates.keepChoose}
          </button>
        </div>
      )}
      {open && rows.length > 0 && (
        <KeepForm
          rows={rows}
          last={last}
          sent={() => {
            setOpen(false);
            sent();
          }}
        />
      )}
    </section>
  );
}

interface KeepFormProps {
  readonly rows: readonly ListRow[];
  readonly last: number;
  readonly sent: () => void;
}

function KeepForm({ rows, last, sent }: KeepFormProps) {
  const { session, opened, zone, now } = useDesk();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [date, setDate] = useState(calendarDay(last, "UTC"));
  const [fault, setFault] = useState<string | null>(null);
  const sending = useSending(sent);
  const name = firstName(opened.otherName);
  const latest = fullDay(last, zone);
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const submit = (event: Event) => {
    event.preventDefault();
    const until = agreedDate(date);
    const dated = rows.filter((row) => chosen.includes(row.id)).map((row) => row.expiresAt);
    if (!dated.length) {
      setFault(dates.keepMissing);
    } else if (until === null || until > last || until <= Math.max(...dated)) {
      setFault(dates.keepWrong(latest));
    } else {
      setFault(null);
      sending.send(() => session.proposeKeep(chosen, until));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <fieldset class="choice">
        <legend>{dates.keepChoose}</legend>
        {rows.map((row) => (
          <label key={row.id} class="option">
            <input
              type="checkbox"
              checked={chosen.includes(row.id)}
              onChange={() => toggle(row.id)}
            />
            <span>
              {row.subject || words.list.noSubject}
              <span class="hint">{dates.keepGoes(day(row.expiresAt, now(), zone))}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TextField
        label={dates.keepUntil}
        value={date}
        onValue={setDate}
        hint={dates.keepUntilHint(latest)}
        fault={fault}
        attributes={{ type: "date", max: calendarDay(last, "UTC") }}
      />
      <Sending {...sending} />
      <div class="actions">
        <button type="submit" class="do" disabled={sending.busy}>
          {dates.keepDo(name)}
        </button>
      </div>
    </form>
  );
}

interface Draft {
  readonly work: string;
  readonly hold: string;
  readonly each: string;
  readonly text: string;
  readonly note: string;
}

type Faults = Partial<Record<keyof Draft, string>>;

/** The coach's way: the agreement anew, with other dates, for both to sign. */
function Propose({ work, sent }: WayProps) {
  const { opened } = useDesk();
  const [open, setOpen] = useState(false);
  const name = firstName(opened.otherName);
  return (
    <section class="card">
      <h2>{dates.later}</h2>
      <p>{dates.laterPropose(name)}</p>
      {open ? (
        <ProposeForm
          work={work}
          sent={() => {
            setOpen(false);
            sent();
          }}
        />
      ) : (
        <div class="actions">
          <button type="button" onClick={() => setOpen(true)}>
            {dates.laterDo}
          </button>
        </div>
      )}
    </section>
  );
}

const DAYS = /^\d{1,4}$/;
const MOST_DAYS = 3650;

function judge(draft: Draft, before: PageProps["work"]["agreement"], now: number) {
  const workEndsAt = agreedDate(draft.work);
  const isDays = (text: string) => DAYS.test(text.trim()) && Number(text) <= MOST_DAYS;
  const faults: Faults = {
    ...((workEndsAt === null || workEndsAt <= now) && { work: dates.faults.work }),
    ...(!isDays(draft.hold) && { hold: dates.faults.days }),
    ...(!isDays(draft.each) && { each: dates.faults.days }),
    ...(draft.text.trim().length < 20 && { text: dates.faults.text }),
  };
  const request = {
    workEndsAt: workEndsAt ?? 0,
    holdDays: Number(draft.hold),
    longestKeepDays: Number(draft.each),
    text: draft.text,
    note: draft.note.trim(),
  };
  const { policy } = before;
  const same =
    request.workEndsAt === policy.workEndsAt &&
    request.holdDays === policy.holdDays &&
    request.longestKeepDays === policy.longestKeepDays &&
    request.text === before.text;
  return { request, faults: same ? { work: dates.faults.nothing } : faults };
}

function ProposeForm({ work, sent }: WayProps) {
  const { session, opened, now } = useDesk();
  const { agreement } = work;
  const [draft, setDraft] = useState<Draft>({
    work: calendarDay(agreement.policy.workEndsAt, "UTC"),
    hold: String(agreement.policy.holdDays),
    each: String(agreement.policy.longestKeepDays),
    text: agreement.text ?? "",
    note: "",
  });
  const [faults, setFaults] = useState<Faults>({});
  const sending = useSending(sent);
  const name = firstName(opened.otherName);
  const field = (part: keyof Draft) => ({
    value: draft[part],
    onValue: (value: string) => setDraft({ ...draft, [part]: value }),
    fault: faults[part],
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const judged = judge(draft, agreement, now());
    setFaults(judged.faults);
    if (!Object.keys(judged.faults).length) {
      sending.send(() => session.proposeAgreement(judged.request));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField label={dates.work} {...field("work")} attributes={{ type: "date" }} />
      <TextField
        label={dates.hold}
        hint={dates.holdHint}
        {...field("hold")}
        attributes={{ inputMode: "numeric", maxLength: 4 }}
      />
      <TextField
        label={dates.each}
        hint={dates.eachHint}
        {...field("each")}
        attributes={{ inputMode: "numeric", maxLength: 4 }}
      />
      <LongTextField
        label={dates.text}
        hint={dates.textHint}
        fault={faults.text}
        value={draft.text}
        onValue={(text) => setDraft({ ...draft, text })}
        rows={10}
      />
      <TextField label={dates.note(name)} {...field("note")} attributes={{ maxLength: 300 }} />
      <Sending {...sending} />
      <div class="actions">
        <button type="submit" class="do" disabled={sending.busy}>
          {dates.proposeDo(name)}
        </button>
      </div>
    </form>
  );
}
