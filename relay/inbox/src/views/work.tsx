/** *Our work*: the dates of the agreement as a line of time, and where things are kept. All of it comes from the signed policy. */

import { fullDay } from "../time.ts";
import { words } from "../words.ts";
import { useDesk } from "./desk.ts";
import { Heading } from "./parts.tsx";

export function Work() {
  const { opened } = useDesk();
  const { policy } = opened;
  const facts: readonly (readonly [string, readonly string[]])[] = [
    [words.work.places, [...policy.places, words.work.yourBrowser]],
    ...(policy.sponsorName
      ? [
          [
            words.work.sponsor(policy.sponsorName),
            [policy.sponsorShown || words.work.sponsorNothing],
          ] as const,
        ]
      : []),
    ...(policy.personalNumbers.length
      ? [[words.work.phone, [words.work.ending(policy.personalNumbers)]] as const]
      : []),
    ...(policy.refusedDomains.length
      ? [[words.work.refused, [words.work.refusedWhat(policy.refusedDomains)]] as const]
      : []),
    [words.work.recall, [policy.authorMayRecall ? words.work.recallYes : words.work.recallNo]],
    [words.work.marks, [policy.readMarks ? words.work.marksYes : words.work.marksNo]],
  ];
  return (
    <>
      <Heading>{words.work.heading}</Heading>
      <p class="lead">{words.work.withWhom(opened.otherName)}</p>
      <Timeline />
      <p class="quiet-text">{words.work.who}</p>
      <dl class="facts">
        {facts.map(([term, said]) => (
          <div key={term}>
            <dt>{term}</dt>
            {said.map((line) => (
              <dd key={line}>{line}</dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}

interface Point {
  readonly instant: number;
  readonly date: string;
  readonly name: string;
  readonly after?: string;
  readonly kind: "past" | "today" | "ahead";
  /** The stretch from here to the next point is the hold. */
  readonly held?: boolean;
}

/** The points in the order of their dates; *today* wherever it falls. */
function Timeline() {
  const { opened, inbox, now, zone } = useDesk();
  const { policy } = opened;
  const at = now();
  const files = inbox.rows.reduce((all, row) => all + row.files, 0);
  const dated = (instant: number) =>
    ({ instant, date: fullDay(instant, zone), kind: instant <= at ? "past" : "ahead" }) as const;
  const over = policy.workEndsAt <= at;
  const points: readonly Point[] = [
    {
      instant: at,
      date: words.work.today,
      name: words.work.here(inbox.rows.length, files, inbox.more),
      kind: "today",
      ...(over && { after: words.work.heldNow, held: true }),
    },
    {
      ...dated(policy.workEndsAt),
      name: over ? words.work.ended : words.work.ends,
      held: true,
      ...(policy.holdDays > 0 && { after: words.work.thenHeld(policy.holdDays) }),
    },
    { ...dated(policy.holdEndsAt), name: words.work.deleted },
  ];
  return (
    <section class="card">
      <h2>{words.work.timeline}</h2>
      <ol class="timeline">
        {[...points]
          .sort((a, b) => a.instant - b.instant)
          .map((point) => (
            <li key={point.date} class={`${point.kind}${point.held ? " held" : ""}`}>
              <strong>{point.date}</strong>
              <span>{point.name}</span>
              {point.after && <span class="meta">{point.after}</span>}
            </li>
          ))}
      </ol>
      {policy.longestKeepDays > 0 && <p class="meta">{words.work.each(policy.longestKeepDays)}</p>}
    </section>
  );
}
