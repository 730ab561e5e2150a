/** Changes that one of two has proposed: what would be different as sentences, before the text; and the answer. Silence changes nothing. */

import { useState } from "preact/hooks";
import { type Difference, differences } from "../differences.ts";
import { href } from "../route.ts";
import type { Failure, PolicyFacts } from "../session.ts";
import type { AgreementProposal, Proposal } from "../session.work.ts";
import { day, fullDay } from "../time.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Banner, Heading, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const words = workWords.change;

/** On the first page of *Our work*: what waits, with the way to it. */
export function OpenProposals({ work }: { work: PageProps["work"] }) {
  const { opened } = useDesk();
  const open = work.proposals.filter((one) => one.status === "open");
  if (!open.length) {
    return null;
  }
  const theirs = open.some((one) => !one.mine);
  return (
    <Banner tone="note">
      <p>
        {theirs ? words.card(firstName(opened.otherName)) : words.headingMine}{" "}
        <a href={href({ view: "work", page: "change" })}>{words.cardLook}</a>
      </p>
    </Banner>
  );
}

/** Everything that is proposed, what needs an answer first. */
export function Changes({ work, reload }: PageProps) {
  const { opened } = useDesk();
  const [said, setSaid] = useState("");
  const open = work.proposals.filter((one) => one.status === "open");
  const answered = work.proposals.filter((one) => one.status !== "open");
  const first = open[0] ?? null;
  const name = firstName(opened.otherName);
  return (
    <>
      <UpToWork />
      <Heading>{first?.mine ? words.headingMine : words.heading}</Heading>
      {said && <p role="status">{said}</p>}
      {!open.length && !said && <p class="lead">{words.none2}</p>}
      {open.map((one) => (
        <Offer
          key={one.id}
          proposal={one}
          work={work}
          answered={(text) => {
            setSaid(text);
            reload();
          }}
        />
      ))}
      {answered.map((one) => (
        <p key={one.id} class="quiet-text">
          {one.status === "overtaken"
            ? words.states.overtaken
            : one.mine
              ? words.states.declined(name)
              : words.states.declinedByMe}
        </p>
      ))}
    </>
  );
}

interface OfferProps {
  readonly proposal: Proposal;
  readonly work: PageProps["work"];
  readonly answered: (said: string) => void;
}

function Offer({ proposal, work, answered }: OfferProps) {
  const { opened, zone } = useDesk();
  const name = firstName(opened.otherName);
  const date = fullDay(proposal.proposedAt, zone);
  return (
    <section class="card" aria-label={words.sentences}>
      <p>{proposal.mine ? words.byMe(name, date) : words.by(name, date)}</p>
      {proposal.kind === "agreement" && proposal.note && (
        <blockquote class="welcome">
          <p>{proposal.note}</p>
          <footer>{proposal.mine ? opened.myName : opened.otherName}</footer>
        </blockquote>
      )}
      <Sentences proposal={proposal} before={work.agreement.policy} />
      <Answer proposal={proposal} answered={answered} />
      <p class="quiet-text">{words.silence}</p>
      {proposal.kind === "agreement" && <WholeText proposal={proposal} />}
    </section>
  );
}

function WholeText({ proposal }: { proposal: AgreementProposal }) {
  return (
    <details class="whole">
      <summary>{words.whole}</summary>
      <div class="prose kept-lines">{proposal.text}</div>
    </details>
  );
}

/** What would be different. */
function Sentences({ proposal, before }: { proposal: Proposal; before: PolicyFacts }) {
  const { now, zone } = useDesk();
  return (
    <>
      <h2>{words.sentences}</h2>
      <ul class="bullets large-text">
        {sentencesOf(proposal, before, now(), zone).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

function sentencesOf(proposal: Proposal, before: PolicyFacts, now: number, zone: string): string[] {
  switch (proposal.kind) {
    case "keep": {
      const unknown = proposal.messages - proposal.subjects.length;
      return [
        words.keep(proposal.messages, fullDay(proposal.until, zone)),
        ...new Set(proposal.subjects.map(words.subject)),
        ...(unknown > 0 && proposal.subjects.length ? [words.keepUnknown(unknown)] : []),
      ];
    }
    case "reopen":
      return [words.reopen(fullDay(proposal.until, zone)), words.reopenRest];
    case "agreement": {
      const found = differences(before, proposal.policy);
      const said = found.map((one) => sentence(one, now, zone));
      return said.length ? [...said, words.same] : [words.onlyText];
    }
  }
}

/** One difference as a sentence. */
export function sentence(one: Difference, now: number, zone: string): string {
  const span = (n: number) => (n ? words.days(n) : words.none);
  switch (one.what) {
    case "work":
    case "deleted": {
      const [is, was] = [day(one.now, now, zone), day(one.before, now, zone)];
      const later = one.now > one.before;
      if (one.what === "work") {
        return later ? words.workLater(is, was) : words.workSooner(is, was);
      }
      return later ? words.deletedLater(is, was) : words.deletedSooner(is, was);
    }
    case "hold":
      return words.hold(span(one.now), span(one.before));
    case "each": {
      const whole = (n: number) => (n ? words.days(n) : words.eachWhole);
      return words.each(whole(one.now), whole(one.before));
    }
    case "recall":
      return words.recall(one.yes);
    case "marks":
      return words.marks(one.yes);
    case "calls":
      return words.calls(one.yes);
    case "domains":
      return words.domains(one.names);
    case "places":
      return words.places(one.names);
    case "phones":
      return words.phones(one.names);
    case "coachsWork":
      return words.coachsWork(one.names);
    case "clientsWork":
      return words.clientsWork(one.names);
    case "sponsor":
      return words.sponsor(one.name, one.scope);
  }
}

type Busy = "agree" | "decline" | null;

function Answer({ proposal, answered }: Omit<OfferProps, "work">) {
  const { session, opened } = useDesk();
  const [busy, setBusy] = useState<Busy>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const name = firstName(opened.otherName);
  const act = async (what: Exclude<Busy, null>) => {
    setBusy(what);
    setFailure(null);
    try {
      await session[what](proposal.id);
      const declined = proposal.mine ? words.withdrawn : words.declined(name);
      answered(what === "agree" ? words.agreed : declined);
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(null);
    }
  };
  return (
    <>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{busy === "agree" ? words.agreeing : words.declining}</Wait>}
      <div class="actions">
        {!proposal.mine && (
          <button type="button" class="do" disabled={busy !== null} onClick={() => act("agree")}>
            {words.agree}
          </button>
        )}
        <button type="button" disabled={busy !== null} onClick={() => act("decline")}>
          {proposal.mine ? words.withdraw : words.decline}
        </button>
        {!proposal.mine && opened.engagementState === "active" && (
          <a class="button quiet" href={href({ view: "write" })}>
            {words.ask(name)}
          </a>
        )}
      </div>
    </>
  );
}
