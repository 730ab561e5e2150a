/** *Being told*: where, in which words and when a person hears by e-mail that something waits. A broken address is shown as one. */

import { useEffect, useState } from "preact/hooks";
import type { Told as Facts, ToldChoice, ToldWhen } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { settingWords } from "../words.settings.ts";
import { toldWords } from "../words.told.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, Field, TextField } from "./fields.tsx";
import { UpToSettings } from "./frame.tsx";
import { useOwnAddress } from "./ownaddress.tsx";
import { Banner, Heading, Trouble, Wait } from "./parts.tsx";

const LONGEST_WORDS = 60;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const OWN = "own";

export function Told() {
  const { session, opened } = useDesk();
  const [facts, setFacts] = useState<Facts | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [said, setSaid] = useState("");
  const load = () => {
    setFailure(null);
    session.own("told", []).then(setFacts, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(load, []);
  const now = (found: Facts, text: string) => {
    setFacts(found);
    setSaid(text);
  };
  const end = () =>
    session.own("endTold", []).then(
      () => {
        setSaid(toldWords.ended);
        load();
      },
      (reason: unknown) => setFailure(failureOf(reason)),
    );
  return (
    <>
      <UpToSettings />
      <Heading>{settingWords.told.heading}</Heading>
      <p class="lead">{toldWords.lead}</p>
      {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
      {!facts && !failure && <Wait>{settingWords.loading}</Wait>}
      {facts && (
        <>
          <Standing facts={facts} />
          <p class="hint" role="status">
            {said}
          </p>
          {facts.state === "waiting" && <Code done={now} />}
          {facts.state === "confirmed" && <Test done={now} />}
          <Form key={facts.state === "none" ? "new" : "known"} facts={facts} done={now} />
          {facts.state !== "none" && (
            <button type="button" onClick={end}>
              {toldWords.end}
            </button>
          )}
        </>
      )}
    </>
  );
}

function Standing({ facts: { state, address } }: { facts: Facts }) {
  switch (state) {
    case "none":
      return <p>{toldWords.none}</p>;
    case "waiting":
      return <Banner tone="note">{toldWords.waiting}</Banner>;
    case "confirmed":
      return <p>{toldWords.confirmed(address)}</p>;
    case "broken":
    case "refused":
      return <Banner tone="soon">{toldWords[state](address)}</Banner>;
  }
}

interface DoneProps {
  readonly done: (facts: Facts, said: string) => void;
}

function Code({ done }: DoneProps) {
  const { session, opened } = useDesk();
  const [code, setCode] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      done(await session.own("confirmTold", [code.trim()]), toldWords.confirmedNow);
    } catch (reason) {
      const failure = failureOf(reason);
      setFault(failure.code === "refused" ? toldWords.codeWrong : failureWords(failure, opened));
    }
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      <TextField
        label={toldWords.code}
        value={code}
        onValue={setCode}
        hint={toldWords.codeHint}
        fault={fault}
        attributes={{ autocomplete: "one-time-code", inputMode: "numeric" }}
      />
      <button type="submit" class="do">
        {toldWords.confirm}
      </button>
    </form>
  );
}

function Test({ done }: DoneProps) {
  const { session, opened } = useDesk();
  const [trouble, setTrouble] = useState("");
  const send = async () => {
    setTrouble("");
    try {
      done(await session.own("testTold", []), toldWords.tested);
    } catch (reason) {
      const failure = failureOf(reason);
      const often = failure.code === "too-many-requests";
      setTrouble(often ? toldWords.tooMany : failureWords(failure, opened));
    }
  };
  return (
    <>
      <button type="button" onClick={send}>
        {toldWords.test}
      </button>
      {trouble && <Trouble text={trouble} />}
    </>
  );
}

function Form({ facts, done }: DoneProps & { readonly facts: Facts }) {
  const { session, opened } = useDesk();
  const own = useOwnAddress(facts.address);
  const known = (toldWords.subjects as readonly string[]).includes(facts.subject);
  const [subject, setSubject] = useState(
    facts.subject === "" ? toldWords.subjects[0] : known ? facts.subject : OWN,
  );
  const [ownSubject, setOwnSubject] = useState(known ? "" : facts.subject);
  const [phrase, setPhrase] = useState(facts.phrase);
  const [when, setWhen] = useState<ToldWhen>(facts.state === "none" ? "at-once" : facts.when);
  const [warnings, setWarnings] = useState(facts.warnings);
  const [hour, setHour] = useState(facts.hour);
  const [quiet, setQuiet] = useState([facts.quietFrom, facts.quietUntil] as const);
  const [missing, setMissing] = useState<"subject" | "phrase" | null>(null);
  const [trouble, setTrouble] = useState("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const line = (subject === OWN ? ownSubject : subject).trim();
    const address = own.checked();
    const short = wordsFault(line) ? "subject" : wordsFault(phrase.trim()) ? "phrase" : null;
    setMissing(short);
    setTrouble("");
    if (address === null || short) {
      return;
    }
    const choice: ToldChoice = {
      address,
      subject: line,
      phrase: phrase.trim(),
      when,
      warnings,
      hour,
      quietFrom: quiet[0],
      quietUntil: quiet[1],
      offsetMinutes: -new Date().getTimezoneOffset(),
    };
    try {
      done(await session.own("setTold", [choice]), toldWords.saved);
    } catch (reason) {
      const failure = failureOf(reason);
      if (failure.code === "refused") {
        own.setFault(settingWords.mail.refused(""));
      } else {
        setTrouble(failureWords(failure, opened));
      }
    }
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      <h2>{toldWords.address}</h2>
      {own.fields}
      <h2>{toldWords.says}</h2>
      <Choice
        legend={toldWords.subject}
        choices={[
          ...toldWords.subjects.map((line) => ({ value: line as string, label: line as string })),
          {
            value: OWN,
            label: toldWords.ownSubject,
            under: (
              <TextField
                label={toldWords.ownSubjectLabel}
                value={ownSubject}
                onValue={setOwnSubject}
                hint={toldWords.wordsHint}
                fault={missing === "subject" ? toldWords.wordsMissing : null}
              />
            ),
          },
        ]}
        chosen={subject}
        onChoose={setSubject}
      />
      <TextField
        label={toldWords.phrase}
        value={phrase}
        onValue={setPhrase}
        hint={toldWords.phraseHint}
        fault={missing === "phrase" ? toldWords.wordsMissing : null}
        attributes={{ autocomplete: "off" }}
      />
      <Choice
        legend={toldWords.when}
        choices={[
          { value: "at-once", label: toldWords.atOnce, hint: toldWords.atOnceHint },
          { value: "daily", label: toldWords.daily },
          { value: "never", label: toldWords.never },
        ]}
        chosen={when}
        onChoose={setWhen}
      />
      {(when === "daily" || warnings) && (
        <Hour label={toldWords.hour} value={hour} onValue={setHour} />
      )}
      <label class="tick">
        <input
          type="checkbox"
          checked={warnings}
          onChange={(event) => setWarnings(event.currentTarget.checked)}
        />
        <span>{toldWords.warnings}</span>
      </label>
      <fieldset class="quiet-hours">
        <legend>{toldWords.quiet}</legend>
        <Hour
          label={toldWords.from}
          value={quiet[0]}
          onValue={(from) => setQuiet([from, quiet[1]])}
        />
        <Hour
          label={toldWords.until}
          value={quiet[1]}
          onValue={(until) => setQuiet([quiet[0], until])}
        />
        <p class="hint">{toldWords.quietHint}</p>
      </fieldset>
      {trouble && <Trouble text={trouble} />}
      <button type="submit" class="do">
        {toldWords.save}
      </button>
    </form>
  );
}

/** What mail software would make a link of, or too long, or nothing: the server refuses it too. */
function wordsFault(text: string): boolean {
  const link = /:\/\/|@|www\.|[^\W_]\.[^\W\d_]{2,}/i;
  return text.length === 0 || [...text].length > LONGEST_WORDS || link.test(text);
}

interface HourProps {
  readonly label: string;
  readonly value: number;
  readonly onValue: (hour: number) => void;
}

function Hour({ label, value, onValue }: HourProps) {
  return (
    <Field label={label}>
      {({ id }) => (
        <select
          id={id}
          value={String(value)}
          onChange={(event) => onValue(Number(event.currentTarget.value))}
        >
          {HOURS.map((hour) => (
            <option key={hour} value={String(hour)}>
              {toldWords.clock(hour)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
