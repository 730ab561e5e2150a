/**
 * Joining: what is agreed to, the name under it, how it will be opened, the recovery sheet. Owns what was typed on the way; nothing is used up on the
 * server before *Finish*, and every step can be gone back to.
 */

import { useEffect, useState } from "preact/hooks";
import { fragmentKind } from "../fragment.ts";
import { isOffer, type Step } from "../route.ts";
import type { EnrolmentDraft, Failure, InvitationFacts, Opened, Session } from "../session.ts";
import { beside } from "../words.beside.ts";
import { joinWords } from "../words.join.ts";
import { replyWords } from "../words.reply.ts";
import { firstName, words } from "../words.ts";
import { Agreement } from "./agreement.tsx";
import { Before, Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { useDevice } from "./device.tsx";
import { StepTop } from "./firm.tsx";
import { type Go, useArrival } from "./history.ts";
import { lazy } from "./lazy.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { Opening, type OpeningChoice } from "./password.tsx";
import { RecoverySheet } from "./recoverysheet.tsx";
import { TypedCode } from "./typedcode.tsx";

const AskChange = lazy(async () => (await import("./reply.tsx")).AskChange);
const SayNo = lazy(async () => (await import("./reply.tsx")).SayNo);
const SaidNo = lazy(async () => (await import("./reply.tsx")).SaidNo);
const WorkDevice = lazy(async () => (await import("./reply.tsx")).WorkDevice);

interface InvitationProps {
  readonly session: Session;
  readonly fragment: string;
  readonly setFragment: (fragment: string) => void;
  readonly step: Step;
  readonly go: Go;
  readonly now: () => number;
  readonly zone: string;
  readonly open: (opened: Opened, remembered: string | null, welcome: string) => void;
}

export function Invitation(props: InvitationProps) {
  const { session, step, fragment, setFragment, go } = props;
  if (fragmentKind(fragment) === "none") {
    const found = (to: string) => {
      setFragment(to);
      go(isOffer(to) ? { view: "add" } : { view: "invitation", step: "start" }, "replace");
    };
    return <TypedCode session={session} found={found} title="invitation" />;
  }
  if (step === "start" || fragmentKind(fragment) !== "client") {
    return <Before fragment={fragment} go={go} />;
  }
  if (step === "work") {
    const back = () => go({ view: "invitation", step: "start" });
    return <WorkDevice session={session} fragment={fragment} back={back} />;
  }
  return <Steps {...props} step={step} />;
}

interface Joining {
  readonly facts: InvitationFacts;
  readonly draft: EnrolmentDraft;
}

/** Open the invitation and make, in the worker, what the last two steps show. Neither uses anything up. */
function useJoining(session: Session, fragment: string, attempt: number) {
  const [joining, setJoining] = useState<Joining | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    const load = async () => {
      const facts = await session.openInvitation(fragment);
      setJoining({ facts, draft: await session.beginEnrolment() });
    };
    setFailure(null);
    load().catch((reason: unknown) => setFailure(failureOf(reason)));
  }, [attempt]);
  return {
    joining,
    failure,
    renew: (draft: EnrolmentDraft) => joining && setJoining({ ...joining, draft }),
  };
}

/** The device first, where it is offered. */
const FIRST_CHOICE: OpeningChoice = { by: "passkey", kind: "offered", own: "" };

function Steps({ session, fragment, step, go, now, zone, open }: InvitationProps) {
  const [attempt, setAttempt] = useState(0);
  const { joining, failure, renew } = useJoining(session, fragment, attempt);
  const [signature, setSignature] = useState("");
  const device = useDevice(session);
  const [chosen, setChoice] = useState<OpeningChoice>(FIRST_CHOICE);
  const choice: OpeningChoice = device.here ? chosen : { ...chosen, by: "password" };
  const [finishing, setFinishing] = useState(false);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const [taken, setTaken] = useState(false);
  const [replying, setReplying] = useState<"ask" | "no" | null>(null);
  const [replied, setReplied] = useState<"ask" | "no" | null>(null);
  const unheld = choice.by === "passkey" && device.heldFor !== joining?.draft.name;
  // A page that was come to by its address has nothing signed yet, and no way to open.
  const at = !signature ? "agreement" : step === "sheet" && unheld ? "password" : step;
  useArrival(
    `join ${replied === "no" ? "no" : at} ${joining ? "open" : failure ? "failed" : "opening"}`,
    "invitation",
  );
  if (failure) {
    return <Refused failure={failure} again={() => setAttempt(attempt + 1)} go={go} />;
  }
  if (!joining) {
    return (
      <Letter top={<StepTop step={2} />}>
        <Heading large>{joinWords.agreeing}</Heading>
        <Wait>{joinWords.opening}</Wait>
      </Letter>
    );
  }
  const { facts, draft } = joining;
  if (replied === "no") {
    return <SaidNo facts={facts} />;
  }
  const finish = async () => {
    setFinishing(true);
    setTrouble(null);
    const typed = choice.kind === "offered" ? draft.offeredPassword : choice.own;
    const password = choice.by === "passkey" ? null : typed;
    try {
      const opened = await session.finishEnrolment({ signature, password });
      device.joined(password === null);
      // They said that the device is their own, so it may remember the inbox's name, which opens nothing.
      open(opened, draft.name, facts.welcome);
    } catch (reason) {
      setFinishing(false);
      await afterRefusal(failureOf(reason));
    }
  };
  const afterRefusal = async (found: Failure) => {
    if (found.code === "name-taken") {
      renew(await session.beginEnrolment());
      setTaken(true);
    } else {
      setTrouble(found);
    }
    if (
      found.code === "password-short" ||
      found.code === "password-common" ||
      found.code === "name-taken"
    ) {
      go({ view: "invitation", step: "password" });
    }
  };
  const back = () => history.back();
  const Replying = replying === "no" ? SayNo : AskChange;
  switch (at) {
    case "password":
      return (
        <Opening
          draft={draft}
          choice={choice}
          setChoice={setChoice}
          deviceHere={device.here}
          hold={() => device.hold(draft, facts.relayName)}
          coachName={facts.coachName}
          names={[signature, facts.coachName, draft.name]}
          notice={
            taken
              ? joinWords.taken
              : trouble
                ? words.failure(trouble, firstName(facts.coachName))
                : null
          }
          back={back}
          next={() => {
            setTrouble(null);
            go({ view: "invitation", step: "sheet" });
          }}
        />
      );
    case "sheet":
      return (
        <RecoverySheet
          key={draft.name}
          draft={draft}
          today={now()}
          zone={zone}
          byDevice={choice.by === "passkey"}
          finishing={finishing}
          trouble={trouble && words.failure(trouble, firstName(facts.coachName))}
          back={back}
          finish={finish}
        />
      );
    default:
      return (
        <>
          <Agreement
            facts={facts}
            zone={zone}
            signature={signature}
            back={back}
            sign={(name) => {
              setSignature(name);
              go({ view: "invitation", step: "password" });
            }}
            reply={setReplying}
            said={replied === "ask" ? replyWords.ask.sent(firstName(facts.coachName)) : ""}
          />
          {replying && (
            <Replying
              {...{ session, fragment, facts }}
              close={() => setReplying(null)}
              done={() => {
                setReplying(null);
                setReplied(replying);
              }}
            />
          )}
        </>
      );
  }
}

/** An invitation that cannot be used, each in its own words. */
function Refused({ failure, again, go }: { failure: Failure; again: () => void; go: Go }) {
  const { states } = joinWords;
  const who = states.somebody;
  switch (failure.code) {
    case "invitation-used":
      return (
        <State words={states.used(who)}>
          <button type="button" class="do" onClick={() => go({ view: "locked" }, "replace")}>
            {states.usedOpen}
          </button>
        </State>
      );
    case "invitation-expired":
      return <State words={states.old(who)} />;
    case "invitation-withdrawn":
      return <State words={states.withdrawn(who)} />;
    case "invitation-declined":
      return <State words={states.declined(who)} />;
    case "invitation-unknown":
      return <State words={states.unknown(who)} />;
    case "invitation-mistyped":
      return <State words={beside.mistyped} />;
    default:
      return (
        <Letter>
          <Heading large>{joinWords.notOpened}</Heading>
          <Trouble text={words.failure(failure, who)} again={again} />
        </Letter>
      );
  }
}

interface StateProps {
  readonly words: { readonly heading: string; readonly why: string };
  readonly children?: preact.ComponentChildren;
}

function State({ words: said, children }: StateProps) {
  return (
    <Letter>
      <Heading large>{said.heading}</Heading>
      <p class="lead">{said.why}</p>
      {children}
    </Letter>
  );
}
