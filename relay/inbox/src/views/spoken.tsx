/** The spoken check: six digits for two people who are on the telephone. Leaves one sentence behind; offered beside a call, and never again after *Not now*. */

import { useEffect, useRef, useState } from "preact/hooks";
import { offersCheck } from "../offering.ts";
import { href } from "../route.ts";
import type { Failure } from "../session.ts";
import type { CheckOutcome, Work } from "../session.work.ts";
import { plainDay } from "../time.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { Banner, Heading, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

type Stage = "intro" | "waiting" | "same" | "different" | CheckOutcome;

export function Spoken({ work, reload }: PageProps) {
  const { session, opened } = useDesk();
  const { check } = workWords;
  const name = firstName(opened.otherName);
  const [stage, setStage] = useState<Stage>("intro");
  const [failure, setFailure] = useState<Failure | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const start = async () => {
    const asked = new AbortController();
    stop.current = asked;
    setFailure(null);
    setStage("waiting");
    try {
      setStage(await session.startCheck(() => {}, asked.signal));
    } catch (reason) {
      const found = failureOf(reason);
      setFailure(found.code === "stopped" ? null : found);
      setStage("intro");
    }
  };
  const same = async () => {
    setFailure(null);
    try {
      await session.agreeCheck();
      setStage("same");
      reload();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
  };
  return (
    <>
      <UpToWork />
      <Heading>{check.heading}</Heading>
      {failure && <Trouble text={failureWords(failure, opened, true)} />}
      {stage === "intro" && <Intro work={work} start={start} />}
      {stage === "waiting" && <Waiting stop={() => stop.current?.abort()} />}
      {stage === "same" && <p class="lead">{check.done(name)}</p>}
      {(stage === "different" || kindOf(stage) === "changed") && <Different />}
      {kindOf(stage) === "nobody" && (
        <>
          <p>{check.nobody(name)}</p>
          <div class="actions">
            <button type="button" class="do" onClick={start}>
              {check.again}
            </button>
          </div>
        </>
      )}
      {typeof stage === "object" && stage.kind === "digits" && (
        <Digits
          digits={stage.digits}
          coach={work.myRole === "coach"}
          same={same}
          different={() => setStage("different")}
        />
      )}
    </>
  );
}

/** Offered beside a call, until it was declined once in this browser: then it is found under *Our work* alone. */
export function CheckOffer({ work }: { work: Work }) {
  const { opened, now } = useDesk();
  const [declined, setDeclined] = useState(() => kept("check-declined") !== null);
  const { check } = workWords;
  if (declined || !offersCheck(work, now())) {
    return null;
  }
  const decline = () => {
    keep("check-declined", "1");
    setDeclined(true);
  };
  return (
    <section class="card">
      <h2>{check.heading}</h2>
      <p>{check.offer(firstName(opened.otherName))}</p>
      <div class="actions">
        <a class="button" href={href({ view: "work", page: "check" })}>
          {check.offerDo}
        </a>
        <button type="button" onClick={decline}>
          {check.offerNot}
        </button>
      </div>
    </section>
  );
}

function kindOf(stage: Stage): CheckOutcome["kind"] | null {
  return typeof stage === "object" ? stage.kind : null;
}

/** What it is, and when it was done last. */
function Intro({ work, start }: { work: Work; start: () => void }) {
  const { opened, zone } = useDesk();
  const { check } = workWords;
  const name = firstName(opened.otherName);
  const mine = work.heard.find((one) => one.mine);
  const theirs = work.heard.find((one) => !one.mine);
  return (
    <>
      {mine ? (
        <p class="lead">{check.heard(name, plainDay(mine.at, zone))}</p>
      ) : (
        <p class="lead">{work.myRole === "coach" ? check.notYetCoach(name) : check.notYet(name)}</p>
      )}
      {theirs && <p class="meta">{check.theyHeard(name, plainDay(theirs.at, zone))}</p>}
      {work.state === "active" && (
        <>
          <p>{check.how(name)}</p>
          <div class="actions">
            <button type="button" class="do" onClick={start}>
              {check.start}
            </button>
          </div>
        </>
      )}
    </>
  );
}

function Waiting({ stop }: { stop: () => void }) {
  const { opened } = useDesk();
  return (
    <>
      <Wait>{workWords.check.waiting(firstName(opened.otherName))}</Wait>
      <div class="actions">
        <button type="button" onClick={stop}>
          {words.stop}
        </button>
      </div>
    </>
  );
}

interface DigitsProps {
  readonly digits: string;
  readonly coach: boolean;
  readonly same: () => void;
  readonly different: () => void;
}

function Digits({ digits, coach, same, different }: DigitsProps) {
  const { opened } = useDesk();
  const { check } = workWords;
  const name = firstName(opened.otherName);
  return (
    <section class="spoken" aria-live="polite">
      <p class="spoken-digits">
        <span>{digits.slice(0, 3)}</span> <span>{digits.slice(3)}</span>
      </p>
      <p>{coach ? check.readCoach(name) : check.read(name)}</p>
      <div class="actions">
        <button type="button" class="do" onClick={same}>
          {check.same}
        </button>
        <button type="button" onClick={different}>
          {check.different}
        </button>
      </div>
    </section>
  );
}

function Different() {
  const { opened } = useDesk();
  const { check } = workWords;
  return (
    <>
      <Banner tone="soon">{check.stopHere(firstName(opened.otherName))}</Banner>
      <details class="spoken">
        <summary>{check.forOperator}</summary>
        <p>{check.forOperatorText}</p>
      </details>
    </>
  );
}
