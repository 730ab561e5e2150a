/** The dates of the agreement as a line of time: an ordered list, drawn by style alone. Every date answers who decided it and who can change it. */

import { useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Dated, Work } from "../session.work.ts";
import { DAY_SECONDS, day, fullDay, plainDay } from "../time.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useDesk } from "./desk.ts";
import { Sheet } from "./parts.tsx";

const words = workWords.timeline;

interface Point {
  readonly name: "started" | "today" | "ends" | "deleted";
  readonly instant: number;
  readonly said: string;
  readonly after: readonly string[];
  readonly state: "past" | "today" | "ahead";
  /** How the stretch from here to the next point is drawn. */
  readonly line: "done" | "ahead" | "held" | "tail";
  /** What the date's button opens; *today* was decided by nobody. */
  readonly why: Dated | null;
}

export function Timeline({ work }: { work: Work }) {
  const { opened, now, zone } = useDesk();
  const [asked, setAsked] = useState<Point["name"] | null>(null);
  const at = now();
  const points = pointsOf(work, at, opened.policy.holdDays, zone);
  const point = points.find(({ name }) => name === asked);
  return (
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">{words.heading}</h2>
      <ol class="timeline">
        {points.map((point) => (
          <li key={point.name} class={`${point.state} ${point.line}`}>
            {point.why ? (
              <button type="button" class="date" onClick={() => setAsked(point.name)}>
                {plainDay(point.instant, zone)}
              </button>
            ) : (
              <strong>{words.today}</strong>
            )}
            <span>{point.said}</span>
            {point.after.map((line) => (
              <span key={line} class="meta">
                {line}
              </span>
            ))}
          </li>
        ))}
      </ol>
      {opened.policy.longestKeepDays > 0 && (
        <p class="meta">{words.each(opened.policy.longestKeepDays)}</p>
      )}
      {point?.why && (
        <Why point={point} dated={point.why} work={work} onClose={() => setAsked(null)} />
      )}
    </section>
  );
}

/** The points in the order of their dates, *today* wherever it falls. */
export function pointsOf(work: Work, now: number, holdDays: number, zone: string): Point[] {
  const { workEnds, deleted, here } = work;
  const over = workEnds.at <= now;
  const gone = deleted.at <= now;
  const state = (instant: number) => (instant <= now ? "past" : "ahead");
  const heldDays = Math.round((deleted.at - workEnds.at) / DAY_SECONDS);
  const points: readonly Point[] = [
    {
      name: "started",
      instant: work.startedAt,
      said: words.started,
      after: [],
      state: "past",
      line: "done",
      why: { at: work.startedAt, decision: firstDecision(work) },
    },
    {
      name: "today",
      instant: now,
      said: words.here(here.messages, here.files),
      after: [
        ...(work.deletedThings ? [words.already(work.deletedThings)] : []),
        ...(over && !gone ? [words.heldNow] : []),
      ],
      state: "today",
      line: gone ? "tail" : over ? "held" : "ahead",
      why: null,
    },
    {
      name: "ends",
      instant: workEnds.at,
      said: over ? words.ended : words.ends,
      after: heldDays > 0 && !over && holdDays > 0 ? [words.thenHeld(heldDays)] : [],
      state: state(workEnds.at),
      line: "held",
      why: workEnds,
    },
    {
      name: "deleted",
      instant: deleted.at,
      said: gone ? words.deletedDone : words.deleted,
      after: work.backupDays
        ? [words.backups(day(deleted.at + work.backupDays * DAY_SECONDS, now, zone))]
        : [],
      state: state(deleted.at),
      line: "tail",
      why: deleted,
    },
  ];
  return [...points].sort((one, other) => one.instant - other.instant);
}

function firstDecision({ startedAt }: Work): Dated["decision"] {
  return { by: "both", how: "agreed", signedAt: startedAt };
}

interface WhyProps {
  readonly point: Point;
  readonly dated: Dated;
  readonly work: Work;
  readonly onClose: () => void;
}

/** Who decided a date, who can change it, and the way there. */
function Why({ point, dated, work, onClose }: WhyProps) {
  const { opened, now, zone } = useDesk();
  const name = firstName(opened.otherName);
  const past = dated.at <= now();
  const tail = point.name === "deleted" && work.backupDays > 0;
  return (
    <Sheet heading={fullDay(dated.at, zone)} onClose={onClose}>
      <p>{point.said}.</p>
      <dl class="facts plain">
        <div>
          <dt>{words.decided}</dt>
          <dd>{decided(dated.decision, name, zone)}</dd>
        </div>
        <div>
          <dt>{words.change}</dt>
          <dd>{past ? words.fixed : words.changes}</dd>
        </div>
      </dl>
      {tail && (
        <p class="quiet-text">
          {words.tail(work.backupDays)} {words.tailBy}
        </p>
      )}
      {!past && (
        <div class="actions">
          <a class="button" href={href({ view: "work", page: "dates" })}>
            {words.ask}
          </a>
        </div>
      )}
    </Sheet>
  );
}

function decided({ by, how, signedAt }: Dated["decision"], name: string, zone: string): string {
  const date = fullDay(signedAt, zone);
  if (how === "reopened") {
    return words.reopened(name, date);
  }
  return by === "both" ? words.both(name, date) : words.closed(by, name, date);
}
