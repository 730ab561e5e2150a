/** Step 2 of joining: the coach's welcome, the agreement in a few lines and in full, and the name under it. */

import { useId, useState } from "preact/hooks";
import type { InvitationFacts, PolicyFacts } from "../session.ts";
import { fullDay } from "../time.ts";
import { first } from "../words.first.ts";
import { joinWords } from "../words.join.ts";
import { firstName } from "../words.ts";
import { Letter } from "./before.tsx";
import { TextField } from "./fields.tsx";
import { StepTop } from "./firm.tsx";
import { Heading } from "./parts.tsx";
import { Prose } from "./prose.tsx";

interface AgreementProps {
  readonly facts: InvitationFacts;
  readonly zone: string;
  readonly signature: string;
  readonly back: () => void;
  readonly sign: (name: string) => void;
  readonly reply: (kind: "ask" | "no") => void;
  /** What became of a reply. */
  readonly said: string;
}

export function Agreement(props: AgreementProps) {
  const { facts, zone, signature, back, sign } = props;
  const [name, setName] = useState(signature);
  const [missing, setMissing] = useState(false);
  const agreeing = useId();
  const coach = firstName(facts.coachName);
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = name.trim();
    setMissing(typed.length < 2);
    if (typed.length >= 2) {
      sign(typed);
    }
  };
  return (
    <Letter top={<StepTop step={2} />}>
      <Heading large>{(facts.again ? joinWords.again : joinWords.from)(facts.coachName)}</Heading>
      {facts.welcome && (
        <blockquote class="welcome">
          <Prose text={facts.welcome} />
          <footer>{facts.coachName}</footer>
        </blockquote>
      )}
      <section class="card" aria-labelledby={agreeing}>
        <h2 id={agreeing}>{facts.again ? joinWords.agreed : joinWords.agreeing}</h2>
        <FactLines policy={facts.policy} zone={zone} />
        <details class="whole">
          <summary>{joinWords.full}</summary>
          <div class="prose kept-lines">{facts.agreement}</div>
        </details>
      </section>
      <form onSubmit={submit} noValidate>
        <TextField
          label={facts.again ? joinWords.nameLabel : joinWords.signLabel}
          value={name}
          onValue={setName}
          hint={joinWords.signHint}
          fault={missing ? joinWords.signMissing : null}
          attributes={{ autocomplete: "name", class: "signature" }}
        />
        <div class="actions steps">
          <button type="submit" class="do">
            {facts.again ? joinWords.next : joinWords.sign}
          </button>
          <button type="button" class="quiet" onClick={back}>
            {first.back}
          </button>
        </div>
      </form>
      {!facts.again && (
        <div class="actions">
          <button type="button" onClick={() => props.reply("ask")}>
            {joinWords.ask(coach)}
          </button>
          <button type="button" onClick={() => props.reply("no")}>
            {joinWords.no}
          </button>
        </div>
      )}
      <p role="status">{props.said}</p>
      <p class="quiet-text">
        {(facts.again ? joinWords.againUntil : joinWords.until)(
          coach,
          fullDay(facts.expiresAt, zone),
        )}
      </p>
    </Letter>
  );
}

function FactLines({ policy, zone }: { policy: PolicyFacts; zone: string }) {
  const { lines } = joinWords;
  const ends = fullDay(policy.workEndsAt, zone);
  const facts = [
    [lines.kept, lines.keptWhat],
    [lines.where, `${policy.places.join(". ")}.`],
    [
      lines.during,
      policy.longestKeepDays ? lines.untilEach(ends, policy.longestKeepDays) : lines.until(ends),
    ],
    [lines.after, lines.held(policy.holdDays, fullDay(policy.holdEndsAt, zone))],
    [
      lines.sponsor(policy.sponsorName),
      [policy.sponsorShown || lines.nothing, policy.sponsorToldCalls && lines.calls]
        .filter(Boolean)
        .join(" "),
    ],
    [
      lines.talk,
      policy.personalNumbers.length ? lines.talkPhone(policy.personalNumbers) : lines.talkHere,
    ],
    ...(policy.refusedDomains.length
      ? [[lines.mail, lines.mailWhat(policy.refusedDomains)] as const]
      : []),
    [lines.recall, policy.authorMayRecall ? lines.recallYes : lines.recallNo],
    [lines.marks, policy.readMarks ? lines.marksYes : lines.marksNo],
  ] as const;
  return (
    <dl class="lines-six">
      {facts.map(([term, said]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{said}</dd>
        </div>
      ))}
    </dl>
  );
}
