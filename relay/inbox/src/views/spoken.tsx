/** The spoken check of our work: six digits for two people who are on the telephone. Leaves one sentence behind; offered beside a call, and never again after *Not now*. */

import { useState } from "preact/hooks";
import { offersCheck } from "../offering.ts";
import { href } from "../route.ts";
import type { Work } from "../session.work.ts";
import { plainDay } from "../time.ts";
import { firstName } from "../words.ts";
import { workWords } from "../words.work.ts";
import { Check } from "./check.tsx";
import { failureWords, useDesk } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { Heading } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

export function Spoken({ work, reload }: PageProps) {
  const { session, opened } = useDesk();
  const name = firstName(opened.otherName);
  const agree = async () => {
    await session.agreeCheck();
    reload();
  };
  return (
    <>
      <UpToWork />
      <Heading>{workWords.check.heading}</Heading>
      <Check
        name={name}
        coach={work.myRole === "coach"}
        ask={(signal) => session.startCheck(() => {}, signal)}
        agree={agree}
        explain={(failure) => failureWords(failure, opened, true)}
        intro={(start) => <Intro work={work} start={start} />}
        done={<p class="lead">{workWords.check.done(name)}</p>}
      />
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
