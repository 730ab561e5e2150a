/** A spoken check as it runs: waiting for the other one, the six digits, and what either answer leads to. Owns nothing of what it is for. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../session.ts";
import type { CheckOutcome } from "../session.work.ts";
import { words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf } from "./desk.ts";
import { Banner, Trouble, Wait } from "./parts.tsx";

type Stage = "intro" | "waiting" | "agreeing" | "same" | "different" | CheckOutcome;

interface CheckProps {
  /** First name of the other one. */
  readonly name: string;
  readonly coach: boolean;
  readonly ask: (signal: AbortSignal) => Promise<CheckOutcome>;
  /** The digits were the same. */
  readonly agree: (signal: AbortSignal) => Promise<void>;
  readonly explain: (failure: Failure) => string;
  readonly intro: (start: () => void) => ComponentChildren;
  /** What is said while `agree` takes its time. */
  readonly agreeing?: ComponentChildren;
  readonly done: ComponentChildren;
}

export function Check({ name, coach, ask, agree, explain, intro, agreeing, done }: CheckProps) {
  const { check } = workWords;
  const [stage, setStage] = useState<Stage>("intro");
  const [failure, setFailure] = useState<Failure | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const run = async (wait: Stage, back: Stage, work: (signal: AbortSignal) => Promise<Stage>) => {
    const asked = new AbortController();
    stop.current = asked;
    setFailure(null);
    setStage(wait);
    try {
      setStage(await work(asked.signal));
    } catch (reason) {
      const found = failureOf(reason);
      const stopped = found.code === "stopped";
      setFailure(stopped ? null : found);
      setStage(stopped ? "intro" : back);
    }
  };
  const start = () => run("waiting", "intro", ask);
  const same = () =>
    run(agreeing ? "agreeing" : stage, stage, async (signal) => {
      await agree(signal);
      return "same";
    });
  return (
    <>
      {failure && <Trouble text={explain(failure)} />}
      {stage === "intro" && intro(start)}
      {stage === "waiting" && <Waiting name={name} stop={() => stop.current?.abort()} />}
      {stage === "agreeing" && (
        <>
          {agreeing}
          <Stop stop={() => stop.current?.abort()} />
        </>
      )}
      {stage === "same" && done}
      {(stage === "different" || kindOf(stage) === "changed") && <Different name={name} />}
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
          name={name}
          digits={stage.digits}
          coach={coach}
          same={same}
          different={() => setStage("different")}
        />
      )}
    </>
  );
}

function kindOf(stage: Stage): CheckOutcome["kind"] | null {
  return typeof stage === "object" ? stage.kind : null;
}

function Waiting({ name, stop }: { name: string; stop: () => void }) {
  return (
    <>
      <Wait>{workWords.check.waiting(name)}</Wait>
      <Stop stop={stop} />
    </>
  );
}

function Stop({ stop }: { stop: () => void }) {
  return (
    <div class="actions">
      <button type="button" onClick={stop}>
        {words.stop}
      </button>
    </div>
  );
}

interface DigitsProps {
  readonly name: string;
  readonly digits: string;
  readonly coach: boolean;
  readonly same: () => void;
  readonly different: () => void;
}

function Digits({ name, digits, coach, same, different }: DigitsProps) {
  const { check } = workWords;
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

function Different({ name }: { name: string }) {
  const { check } = workWords;
  return (
    <>
      <Banner tone="soon">{check.stopHere(name)}</Banner>
      <details class="spoken">
        <summary>{check.forOperator}</summary>
        <p>{check.forOperatorText}</p>
      </details>
    </>
  );
}
