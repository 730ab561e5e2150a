/** *Agreement*: the signed text, both names under it, what the server holds both to, earlier versions, and the paper. */

import { useState } from "preact/hooks";
import { href } from "../route.ts";
import type { PolicyFacts } from "../session.ts";
import type { AgreementFacts } from "../session.work.ts";
import { fullDay } from "../time.ts";
import { workWords } from "../words.work.ts";
import { useDesk } from "./desk.ts";
import { Heading, Initials } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

export function AgreementPage({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const { agreement } = workWords;
  const [shown, setShown] = useState<number>(work.agreement.number);
  const version = work.earlier.find((one) => one.number === shown) ?? work.agreement;
  const current = version.number === work.agreement.number;
  const deleted = fullDay(work.deleted.at, zone);
  return (
    <>
      <UpToWork />
      <Heading>{agreement.heading}</Heading>
      <p class="meta">
        {current ? agreement.inForce(version.number) : agreement.version(version.number)}
      </p>
      <Text version={version} />
      <Signatures version={version} />
      <section class="stack-small">
        <h2>{agreement.facts}</h2>
        <PolicyLines policy={version.policy} />
      </section>
      <p class="paper-only">
        {workWords.between(opened.myName, opened.otherName)}. {agreement.paper(deleted)}
      </p>
      <div class="actions">
        <button type="button" onClick={() => print()}>
          {agreement.print}
        </button>
        {(work.state === "active" || work.state === "held") && (
          <a class="button" href={href({ view: "work", page: "dates" })}>
            {workWords.timeline.ask}
          </a>
        )}
      </div>
      <Versions work={work} shown={version.number} show={setShown} />
    </>
  );
}

function Text({ version }: { version: AgreementFacts }) {
  return (
    <section class="card" aria-label={workWords.agreement.text}>
      {version.text === null ? (
        <p>{workWords.agreement.textGone}</p>
      ) : (
        <div class="prose kept-lines">{version.text}</div>
      )}
    </section>
  );
}

/** Both names as they were signed, each with its round mark. */
export function Signatures({ version }: { version: AgreementFacts }) {
  const { zone } = useDesk();
  const { agreement } = workWords;
  return (
    <section class="stack-small">
      <h2>{agreement.signatures}</h2>
      <ul class="signatures">
        {version.signers.map(({ name, mine, signedAt }) => (
          <li key={mine ? "me" : "other"}>
            <span class="seal">
              <Initials name={name} />
            </span>
            <span>
              <strong class="signature">{name}</strong>
              <span class="meta">
                {signedAt ? agreement.signed(fullDay(signedAt, zone)) : agreement.signedUndated}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Every fact of the policy, in words. */
export function PolicyLines({ policy }: { policy: PolicyFacts }) {
  const { zone } = useDesk();
  const { lines } = workWords.agreement;
  const said: readonly (readonly [string, string])[] = [
    [lines.work, fullDay(policy.workEndsAt, zone)],
    [lines.hold, policy.holdDays ? workWords.change.days(policy.holdDays) : lines.holdNone],
    [lines.deleted, fullDay(policy.holdEndsAt, zone)],
    [lines.each, policy.longestKeepDays ? lines.eachDays(policy.longestKeepDays) : lines.eachWhole],
    [lines.recall, policy.authorMayRecall ? lines.recallYes : lines.recallNo],
    [lines.marks, policy.readMarks ? lines.marksYes : lines.marksNo],
    [
      lines.refused,
      policy.refusedDomains.length ? lines.refusedWhat(policy.refusedDomains) : lines.refusedNone,
    ],
    [lines.places, policy.places.join(". ")],
    [
      lines.phones,
      policy.personalNumbers.map(workWords.calls.ending).join(", ") || lines.phonesNone,
    ],
    [lines.sponsor(policy.sponsorName), policy.sponsorShown || lines.sponsorNothing],
    ...(policy.sponsorToldCalls ? [[lines.calls, lines.callsSaid] as const] : []),
  ];
  return (
    <dl class="facts">
      {said.map(([term, text]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

interface VersionsProps {
  readonly work: PageProps["work"];
  readonly shown: number;
  readonly show: (number: number) => void;
}

function Versions({ work, shown, show }: VersionsProps) {
  if (!work.earlier.length) {
    return null;
  }
  const all = [work.agreement, ...work.earlier].filter((one) => one.number !== shown);
  return (
    <section class="stack-small no-paper">
      <h2>{workWords.agreement.earlier}</h2>
      <div class="actions">
        {all.map(({ number }) => (
          <button key={number} type="button" onClick={() => show(number)}>
            {workWords.agreement.version(number)}
          </button>
        ))}
      </div>
    </section>
  );
}
