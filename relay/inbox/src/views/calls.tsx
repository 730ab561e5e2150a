/** *Phone calls*: the numbers both agreed on, the calls that either noted, and noting one. */

import { useEffect, useState } from "preact/hooks";
import { pastDrafts } from "../calldrafts.ts";
import type { Failure } from "../session.ts";
import type { CallRequest } from "../session.work.ts";
import { calendarDay, hour, instantIn, weekdayAndDay } from "../time.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useAsked } from "./asked.ts";
import { OwnNote } from "./callnotes.tsx";
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
        <WorkNumbers />
      </section>
      <section class="card">
        <h2>{calls.list}</h2>
        {work.calls.length ? <CallList work={work} /> : <p>{calls.none}</p>}
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

/** A line for each number that the agreement names as somebody's at work: there others may see who calls whom. */
function WorkNumbers() {
  const { opened } = useDesk();
  const { workNumbers } = opened.policy;
  if (!workNumbers) {
    return null;
  }
  const theirs = opened.myRole === "coach" ? "client" : "coach";
  const lines = [
    ...workNumbers[theirs].map((one) => workWords.calls.work(firstName(opened.otherName), one)),
    ...workNumbers[opened.myRole].map((one) => workWords.calls.workMine(one)),
  ];
  return (
    <>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class="hint">{workWords.calls.workWhy}</p>
    </>
  );
}

function CallList({ work }: Pick<PageProps, "work">) {
  const { session, opened, inbox, dispatch, now, zone } = useDesk();
  const name = firstName(opened.otherName);
  // Another browser or the command may have written.
  const { value, failure, load } = useAsked(() => session.own("callNotes", []), [work]);
  // Where they cannot be had, the calls are there all the same, and nothing can be put in the place of what is not known.
  const notes = failure ? null : value;
  useEffect(() => {
    for (const threadId of pastDrafts(inbox.drafts, work.calls, now())) {
      dispatch({ kind: "draftDone", threadId });
    }
  }, [work, inbox.drafts]);
  const mayWrite = work.state === "active" || work.state === "held";
  return (
    <ul class="noted">
      {work.calls.map((call) => {
        const when = `${weekdayAndDay(call.heldAt, now(), zone)}, ${hour(call.heldAt, zone)}`;
        return (
          <li key={call.id}>
            <p>
              <strong>{when}</strong> <span>{workWords.calls.minutes(call.minutes)}</span>
            </p>
            {call.note && <p dir="auto">{call.note}</p>}
            <p class="meta">{call.mine ? workWords.calls.byMe : workWords.calls.by(name)}</p>
            {notes && mayWrite && (
              <OwnNote
                call={call}
                when={when}
                note={notes.find(({ callId }) => callId === call.id) ?? null}
                coach={work.myRole === "coach"}
                changed={load}
              />
            )}
          </li>
        );
      })}
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
  const { session, opened, now, zone, say, present } = useDesk();
  // Who has it open is on the telephone, and may type nothing for an hour.
  useEffect(() => present(), []);
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
