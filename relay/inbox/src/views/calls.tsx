/** *Phone calls*: the numbers both agreed on, the calls that either noted, and noting one. */

import { useState } from "preact/hooks";
import type { Failure } from "../session.ts";
import type { Call, CallRequest } from "../session.work.ts";
import { calendarDay, hour, instantIn, weekdayAndDay } from "../time.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { CheckOffer } from "./spoken.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const MOST_MINUTES = 1440;

export function Calls({ work, reload }: PageProps) {
  const { opened } = useDesk();
  const [adding, setAdding] = useState(false);
  const { calls } = workWords;
  const numbers = opened.policy.personalNumbers;
  const mayWrite = work.state === "active";
  return (
    <>
      <UpToWork />
      <Heading>{calls.heading}</Heading>
      <p class="lead">{calls.lead}</p>
      <CheckOffer work={work} />
      <section class="card">
        <h2>{calls.numbers}</h2>
        {numbers.length ? (
          <ul class="bullets">
            {numbers.map((number) => (
              <li key={number}>{calls.ending(number)}</li>
            ))}
          </ul>
        ) : (
          <p>{calls.numbersNone}</p>
        )}
      </section>
      <section class="card">
        <h2>{calls.list}</h2>
        {work.calls.length ? <CallList calls={work.calls} /> : <p>{calls.none}</p>}
        {adding ? (
          <AddCall
            done={() => {
              setAdding(false);
              reload();
            }}
            cancel={() => setAdding(false)}
          />
        ) : (
          mayWrite && (
            <button type="button" onClick={() => setAdding(true)}>
              {calls.add}
            </button>
          )
        )}
      </section>
    </>
  );
}

function CallList({ calls }: { calls: readonly Call[] }) {
  const { opened, now, zone } = useDesk();
  const name = firstName(opened.otherName);
  return (
    <ul class="noted">
      {calls.map((call) => (
        <li key={call.id}>
          <p>
            <strong>
              {weekdayAndDay(call.heldAt, now(), zone)}, {hour(call.heldAt, zone)}
            </strong>{" "}
            <span>{workWords.calls.minutes(call.minutes)}</span>
          </p>
          {call.note && <p dir="auto">{call.note}</p>}
          <p class="meta">{call.mine ? workWords.calls.byMe : workWords.calls.by(name)}</p>
        </li>
      ))}
    </ul>
  );
}

interface Typed {
  readonly day: string;
  readonly time: string;
  readonly minutes: string;
}

type Faults = Partial<Record<keyof Typed, string>>;

/** What was typed, as a call, or what is wrong with it. */
function judge(typed: Typed, note: string, now: number, zone: string): CallRequest | Faults {
  const { faults } = workWords.calls;
  const heldAt = instantIn(typed.day, typed.time, zone);
  const minutes = /^\d{1,4}$/.test(typed.minutes.trim()) ? Number(typed.minutes) : 0;
  const wrong: Faults = {
    ...(!/^\d{4}-\d{2}-\d{2}$/.test(typed.day) && { day: faults.day }),
    ...(!/^\d{2}:\d{2}$/.test(typed.time) && { time: faults.time }),
    ...((minutes < 1 || minutes > MOST_MINUTES) && { minutes: faults.minutes }),
  };
  if (!Object.keys(wrong).length && (heldAt === null || heldAt > now)) {
    return { day: faults.future };
  }
  return heldAt === null || Object.keys(wrong).length
    ? wrong
    : { heldAt, minutes, note: note.trim() };
}

function AddCall({ done, cancel }: { done: () => void; cancel: () => void }) {
  const { session, opened, now, zone, say } = useDesk();
  const { calls } = workWords;
  const [typed, setTyped] = useState<Typed>(() => ({
    day: calendarDay(now(), zone),
    time: "",
    minutes: "",
  }));
  const [note, setNote] = useState("");
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Typed>) => setTyped({ ...typed, ...part });
  const submit = async (event: Event) => {
    event.preventDefault();
    const judged = judge(typed, note, now(), zone);
    if (!("heldAt" in judged)) {
      setFaults(judged);
      return;
    }
    setFaults({});
    setFailure(null);
    setBusy(true);
    try {
      await session.noteCall(judged);
      say(calls.done);
      done();
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <p class="meta">{calls.addLead(firstName(opened.otherName))}</p>
      <div class="fields-row">
        <TextField
          label={calls.day}
          value={typed.day}
          onValue={(day) => change({ day })}
          fault={faults.day}
          attributes={{ type: "date", max: calendarDay(now(), zone) }}
        />
        <TextField
          label={calls.time}
          value={typed.time}
          onValue={(time) => change({ time })}
          fault={faults.time}
          attributes={{ type: "time" }}
        />
        <TextField
          label={calls.length}
          value={typed.minutes}
          onValue={(minutes) => change({ minutes })}
          hint={calls.lengthHint}
          fault={faults.minutes}
          attributes={{ inputMode: "numeric", maxLength: 4 }}
        />
      </div>
      <TextField
        label={calls.word}
        value={note}
        onValue={setNote}
        hint={calls.wordHint}
        attributes={{ maxLength: 300 }}
      />
      {failure && <Trouble text={failureWords(failure, opened, true)} />}
      {busy && <Wait>{calls.saving}</Wait>}
      <div class="actions">
        <button type="submit" class="do" disabled={busy}>
          {calls.save}
        </button>
        <button type="button" onClick={cancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}
