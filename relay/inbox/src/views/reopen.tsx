/** A coach lets a client back in who has lost every way: the link, the spoken check, and what is given back. Owns how far that is while it is looked at. */

import { useEffect, useState } from "preact/hooks";
import type { GivenBack, WayBack } from "../session.own.ts";
import type { Failure, Progress } from "../session.ts";
import { fullDay, hour } from "../time.ts";
import { reopenWords } from "../words.reopen.ts";
import { firstName, words } from "../words.ts";
import { Check } from "./check.tsx";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField } from "./fields.tsx";
import { Handing } from "./handing.tsx";
import { Heading, Sheet, Trouble, Wait } from "./parts.tsx";
import { UpToWork } from "./work.tsx";

const LOOK_MS = 3_000;
const MOST_WELCOME = 4_000;

export function Reopen() {
  const { session, opened } = useDesk();
  const name = firstName(opened.otherName);
  const [back, setBack] = useState<WayBack | null>(null);
  const [given, setGiven] = useState<GivenBack | null>(null);
  const [fresh, setFresh] = useState(false);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const failed = (reason: unknown) => setFailure(failureOf(reason));
  const look = () => {
    session.own("wayBack", []).then(setBack, failed);
  };
  // Whatever either does is told, and changes `opened`; that somebody has come is looked for besides.
  useEffect(look, [opened]);
  const waits = back?.state === "open";
  useEffect(() => {
    const timer = waits ? setInterval(look, LOOK_MS) : 0;
    return () => clearInterval(timer);
  }, [waits]);
  const again = () => {
    setFailure(null);
    look();
  };
  const made = (way: WayBack) => {
    setFresh(true);
    setSaid("");
    setBack(way);
  };
  const ended = () => {
    setSaid(reopenWords.ended);
    look();
  };
  const state = back?.state;
  const checking = busy || state === "joined" || state === "claimed";
  return (
    <>
      <UpToWork />
      <Heading>{reopenWords.heading(name)}</Heading>
      <p class="hint" role="status">
        {said}
      </p>
      {failure && <Trouble text={failureWords(failure, opened)} again={again} />}
      {!back && !failure && <Wait>{words.frame.loading}</Wait>}
      {state === "none" && !busy && <Begin name={name} made={made} />}
      {back && waits && <Open back={back} name={name} fresh={fresh} ended={ended} />}
      {checking && (
        <Joined
          name={name}
          claimed={state === "claimed"}
          busy={busy}
          setBusy={setBusy}
          done={setGiven}
          ended={ended}
          look={look}
        />
      )}
      {back?.state === "taken" && !busy && <Taken back={back} name={name} given={given} />}
    </>
  );
}

/** What it does, and that the client has been rung first. */
function Begin({ name, made }: { name: string; made: (way: WayBack) => void }) {
  const { session, opened } = useDesk();
  const [welcome, setWelcome] = useState("");
  const [rung, setRung] = useState(false);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const make = (event: Event) => {
    event.preventDefault();
    setMissing(!rung);
    setFailure(null);
    if (rung && !busy) {
      setBusy(true);
      session.own("openWayBack", [welcome.trim()]).then(made, (reason: unknown) => {
        setFailure(failureOf(reason));
        setBusy(false);
      });
    }
  };
  return (
    <form onSubmit={make} noValidate>
      <p class="lead">{reopenWords.lead(name)}</p>
      <p>{reopenWords.stays(name)}</p>
      <p>{reopenWords.stop(name)}</p>
      <LongTextField
        label={reopenWords.welcome}
        hint={reopenWords.welcomeHint}
        value={welcome}
        onValue={setWelcome}
        rows={3}
        attributes={{ maxLength: MOST_WELCOME }}
      />
      <label class="tick">
        <input
          type="checkbox"
          checked={rung}
          aria-describedby="ring-first"
          onChange={(event) => setRung(event.currentTarget.checked)}
        />
        <span>{reopenWords.rung(name)}</span>
      </label>
      <p id="ring-first" class="fault" role="status">
        {missing && !rung && reopenWords.ringFirst(name)}
      </p>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{reopenWords.making}</Wait>}
      <div class="actions">
        <button type="submit" class="do" aria-disabled={busy}>
          {reopenWords.make(name)}
        </button>
      </div>
    </form>
  );
}

interface OpenProps {
  readonly back: WayBack;
  readonly name: string;
  readonly fresh: boolean;
  readonly ended: () => void;
}

/** The link, until somebody has come by it. */
function Open({ back, name, fresh, ended }: OpenProps) {
  const { session, opened, zone } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  return (
    <section class="card">
      <h2>{reopenWords.open(name)}</h2>
      {back.link ? (
        <>
          <p>{reopenWords.openLead(name, fullDay(back.until, zone))}</p>
          <Handing
            link={back.link}
            draw={() => session.own("wayBackCode", [])}
            fresh={fresh}
            failed={setFailure}
          />
        </>
      ) : (
        <p>{reopenWords.elsewhere(name)}</p>
      )}
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <End name={name} ended={ended} />
    </section>
  );
}

interface JoinedProps {
  readonly name: string;
  readonly claimed: boolean;
  readonly busy: boolean;
  readonly setBusy: (busy: boolean) => void;
  readonly done: (given: GivenBack) => void;
  readonly ended: () => void;
  readonly look: () => void;
}

/** Somebody has come: the digits, the signature, and the giving back. */
function Joined({ name, claimed, busy, setBusy, done, ended, look }: JoinedProps) {
  const { session, opened, present } = useDesk();
  const [progress, setProgress] = useState<Progress | null>(null);
  const agree = async (signal: AbortSignal) => {
    const leave = present();
    setBusy(true);
    try {
      done(await session.own("agreeWayBack", [], setProgress, signal));
    } finally {
      leave();
      setBusy(false);
      look();
    }
  };
  return (
    <section class="card">
      <h2>{reopenWords.joined(name)}</h2>
      <Check
        name={name}
        coach
        ask={(signal) => session.own("checkWayBack", [], () => {}, signal)}
        agree={agree}
        explain={(found) => failureWords(found, opened)}
        intro={(start) => (
          <>
            <p>{reopenWords.joinedLead(name)}</p>
            {claimed && <p>{reopenWords.claimed(name)}</p>}
            <div class="actions">
              <button type="button" class="do" onClick={start}>
                {reopenWords.start}
              </button>
            </div>
          </>
        )}
        agreeing={
          progress ? <Giving progress={progress} /> : <Wait>{reopenWords.agreeing(name)}</Wait>
        }
        done={<Wait>{words.frame.loading}</Wait>}
      />
      {!busy && <End name={name} ended={ended} />}
    </section>
  );
}

function Giving({ progress: { done, total } }: { progress: Progress }) {
  return (
    <p role="status">
      <progress value={done} max={Math.max(total, 1)} />
      <span class="meta">{reopenWords.giving(done, total)}</span>
    </p>
  );
}

interface TakenProps {
  readonly back: WayBack;
  readonly name: string;
  readonly given: GivenBack | null;
}

/** It is done; what did not come through may be given once more. */
function Taken({ back, name, given: first }: TakenProps) {
  const { session, opened, zone, present } = useDesk();
  const [given, setGiven] = useState(first);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const again = async () => {
    const leave = present();
    setFailure(null);
    setProgress({ done: 0, total: 1 });
    try {
      setGiven(await session.own("giveBack", [], setProgress));
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    leave();
    setProgress(null);
  };
  return (
    <section class="card">
      <h2>{reopenWords.taken(name)}</h2>
      <p>{reopenWords.takenLead(fullDay(back.until, zone), hour(back.until, zone))}</p>
      <p role="status">{given && summed(given)}</p>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {progress && <Giving progress={progress} />}
      <div class="actions">
        <button type="button" disabled={progress !== null} onClick={again}>
          {reopenWords.again}
        </button>
      </div>
      <p class="hint">{reopenWords.againHint}</p>
    </section>
  );
}

function summed({ given, before, left }: GivenBack): string {
  return [
    reopenWords.given(given),
    before > 0 && reopenWords.already(before),
    left > 0 && reopenWords.left(left),
  ]
    .filter(Boolean)
    .join(" ");
}

/** Before anything was given: asked once more, because whoever has come is turned away by it. */
function End({ name, ended }: { name: string; ended: () => void }) {
  const { session, opened } = useDesk();
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const end = () => {
    setAsked(false);
    session.own("endWayBack", []).then(ended, (reason: unknown) => setFailure(failureOf(reason)));
  };
  return (
    <>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <div class="actions">
        <button type="button" onClick={() => setAsked(true)}>
          {reopenWords.end}
        </button>
      </div>
      {asked && (
        <Sheet heading={reopenWords.endAsk} onClose={() => setAsked(false)}>
          <p>{reopenWords.endText(name)}</p>
          <div class="actions">
            <button type="button" class="do destroys" onClick={end}>
              {reopenWords.end}
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              {reopenWords.cancel}
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}
