/**
 * What leaves the page: a message or a deletion waits ten seconds in which it can be cancelled, then goes. Owns the bar that shows it and nothing
 * of what is sent. One waits at a time; a second one sends the first on its way.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Draft } from "../drafts.ts";
import { href } from "../route.ts";
import type { Failure, Progress } from "../session.ts";
import { size, words } from "../words.ts";
import { failureOf } from "./desk.ts";

const WAIT_SECONDS = 10;
const SHOWN_AFTER_SECONDS = 8;

export interface Job {
  /** What the bar says while the job waits, `left` seconds before it goes. */
  readonly waiting: (left: number) => string;
  /** The same, said once. */
  readonly said: string;
  readonly running: string;
  readonly failed: string;
  readonly failureWords: (failure: Failure) => string;
  /** Does it, and answers with what to say of it. */
  readonly run: (progress: (p: Progress) => void, signal: AbortSignal) => Promise<string>;
  readonly undo: () => void;
  /** The draft that a lock must not lose. */
  readonly draft: Draft | null;
}

type Stage =
  | { readonly kind: "waiting"; readonly left: number }
  | { readonly kind: "running"; readonly progress: Progress | null }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "done"; readonly text: string };

export interface Outgoing {
  readonly start: (job: Job) => void;
  readonly cancel: () => void;
  readonly again: () => void;
  readonly stop: () => void;
  readonly dismiss: () => void;
  /** Forget everything at once; answers with the draft that had not gone. */
  readonly drop: () => Draft | null;
  readonly job: Job | null;
  readonly stage: Stage | null;
}

interface Current {
  readonly job: Job;
  readonly stage: Stage;
}

/** The one job of an open inbox. `say` speaks politely, `live` tells whether the server is reached. */
export function useOutgoing(say: (text: string) => void, live: boolean): Outgoing {
  const [current, setCurrent] = useState<Current | null>(null);
  const abort = useRef<AbortController | null>(null);
  const run = (job: Job) => {
    const control = new AbortController();
    abort.current = control;
    const show = (stage: Stage) => setCurrent((now) => (now?.job === job ? { job, stage } : now));
    setCurrent({ job, stage: { kind: "running", progress: null } });
    job
      .run((progress) => show({ kind: "running", progress }), control.signal)
      .then(
        (text) => {
          say(text);
          show({ kind: "done", text });
        },
        (reason: unknown) => {
          const failure = failureOf(reason);
          say(`${job.failed} ${job.failureWords(failure)}`);
          show({ kind: "failed", failure });
        },
      );
  };
  useWaiting(current, setCurrent, run);
  useRetry(current, live, run);
  return {
    job: current?.job ?? null,
    stage: current?.stage ?? null,
    start: (job) => {
      if (current?.stage.kind === "waiting") {
        current.job.run(() => {}, new AbortController().signal).catch(current.job.undo);
      }
      say(job.said);
      setCurrent({ job, stage: { kind: "waiting", left: WAIT_SECONDS } });
    },
    cancel: () => {
      setCurrent(null);
      say(words.outgoing.canceled);
      current?.job.undo();
    },
    again: () => current && run(current.job),
    stop: () => abort.current?.abort(),
    dismiss: () => setCurrent(null),
    drop: () => {
      abort.current?.abort();
      setCurrent(null);
      return current && current.stage.kind !== "done" ? current.job.draft : null;
    },
  };
}

type SetCurrent = (change: (now: Current | null) => Current | null) => void;

/** Count down, then go; take what is done off the page after a while. */
function useWaiting(current: Current | null, set: SetCurrent, run: (job: Job) => void): void {
  const kind = current?.stage.kind;
  const job = current?.job;
  const left = current?.stage.kind === "waiting" ? current.stage.left : 0;
  useEffect(() => {
    if (!job || (kind !== "waiting" && kind !== "done")) {
      return;
    }
    const next = () => {
      if (kind === "done") {
        set((now) => (now?.job === job ? null : now));
      } else if (left > 1) {
        set(() => ({ job, stage: { kind: "waiting", left: left - 1 } }));
      } else {
        run(job);
      }
    };
    const timer = setTimeout(next, kind === "done" ? SHOWN_AFTER_SECONDS * 1000 : 1000);
    return () => clearTimeout(timer);
  }, [job, kind, left]);
}

/** What could not leave for want of a connection leaves when it is back. */
function useRetry(current: Current | null, live: boolean, run: (job: Job) => void): void {
  const offline = current?.stage.kind === "failed" && current.stage.failure.code === "offline";
  useEffect(() => {
    if (live && offline && current) {
      run(current.job);
    }
  }, [live]);
  const seconds = current ? waitSeconds(current) : 0;
  useEffect(() => {
    const timer = seconds && current ? setTimeout(run, seconds * 1000, current.job) : undefined;
    return () => clearTimeout(timer);
  }, [seconds, current?.job]);
  // A connection that was never seen to break comes back without a word.
  useEffect(() => {
    const again = () => offline && current && run(current.job);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [current]);
}

/** What was too fast for the server goes by itself once it may, as the words say; 0: nothing waits for that. */
function waitSeconds({ job, stage }: Current): number {
  const slow = stage.kind === "failed" && stage.failure.code === "too-many-requests";
  return (slow && job.draft && stage.failure.retryAfter) || 0;
}

/** The bar at the foot of the page. */
export function OutgoingBar({ outgoing }: { outgoing: Outgoing }) {
  const { job, stage } = outgoing;
  if (!job || !stage) {
    return null;
  }
  return (
    <section class="outgoing" aria-label={words.outgoing.region}>
      <BarText job={job} stage={stage} />
      <div class="actions">
        {stage.kind === "waiting" && (
          <button type="button" onClick={outgoing.cancel}>
            {words.cancel}
          </button>
        )}
        {stage.kind === "running" && job.draft && (
          <button type="button" onClick={outgoing.stop}>
            {words.stop}
          </button>
        )}
        {stage.kind === "failed" && (
          <>
            {waitSeconds({ job, stage }) === 0 && (
              <button type="button" onClick={outgoing.again}>
                {words.tryNow}
              </button>
            )}
            {stage.failure.code === "full" && (
              <a class="button" href={href({ view: "list", filter: "all", order: "size" })}>
                {words.outgoing.makeRoom}
              </a>
            )}
            <button type="button" class="quiet" onClick={outgoing.cancel}>
              {job.draft ? words.outgoing.edit : words.cancel}
            </button>
          </>
        )}
        {stage.kind === "done" && (
          <button type="button" class="quiet" onClick={outgoing.dismiss}>
            {words.close}
          </button>
        )}
      </div>
    </section>
  );
}

function BarText({ job, stage }: { job: Job; stage: Stage }) {
  switch (stage.kind) {
    case "waiting":
      return <p>{job.waiting(stage.left)}</p>;
    case "done":
      return <p>{stage.text}</p>;
    case "failed":
      return (
        <p>
          <strong>{job.failed}</strong> {job.failureWords(stage.failure)}
        </p>
      );
    case "running":
      return <Running text={job.running} progress={stage.progress} />;
  }
}

function Running({ text, progress }: { text: string; progress: Progress | null }) {
  if (!progress?.total) {
    return <p>{text}</p>;
  }
  const line = words.outgoing.sending(size(progress.done), size(progress.total));
  return (
    <p>
      {line}
      <progress max={progress.total} value={progress.done} aria-label={line} />
    </p>
  );
}
