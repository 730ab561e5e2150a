/**
 * What somebody says who has an invitation and does not join: please change something, no, or that this device belongs to work. Owns what is
 * typed for it, and asks once before anything ends. Fetched by a press.
 */

import { useId, useState } from "preact/hooks";
import type { Reply } from "../session.coming.ts";
import type { Failure, InvitationFacts, Session } from "../session.ts";
import { replyWords } from "../words.reply.ts";
import { firstName, words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { LongTextField } from "./fields.tsx";
import { useArrival } from "./history.ts";
import { Heading, Sheet, Trouble, Wait } from "./parts.tsx";

const MOST_CHARACTERS = 1000;

/** Say it, and what became of that; the same again after a lost answer is said once. */
function useReply(session: Session, fragment: string, done: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const say = async (reply: Reply) => {
    setBusy(true);
    setFailure(null);
    try {
      await session.coming("reply", [fragment, reply]);
      done();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    setBusy(false);
  };
  return { busy, failure, say };
}

interface SheetProps {
  readonly session: Session;
  readonly fragment: string;
  readonly facts: InvitationFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Words for the coach; the invitation stays open. */
export function AskChange({ session, fragment, facts, close, done }: SheetProps) {
  const { ask } = replyWords;
  const name = firstName(facts.coachName);
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const { busy, failure, say } = useReply(session, fragment, done);
  const form = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = text.trim();
    setMissing(!typed);
    if (typed && !busy) {
      say({ kind: "change", text: typed });
    }
  };
  return (
    <Sheet heading={ask.heading(name)} onClose={close}>
      <form id={form} onSubmit={submit} noValidate>
        <LongTextField
          label={ask.label}
          hint={ask.hint(name)}
          fault={missing ? ask.missing : null}
          value={text}
          onValue={setText}
          rows={5}
          attributes={{ maxLength: MOST_CHARACTERS }}
        />
        <Became busy={busy} failure={failure} name={name} />
        <div class="actions">
          <button type="submit" class="do" aria-disabled={busy}>
            {ask.send(name)}
          </button>
          <button type="button" onClick={close}>
            {ask.cancel}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

/** Asked once; then the invitation is over. */
export function SayNo({ session, fragment, facts, close, done }: SheetProps) {
  const { no } = replyWords;
  const name = firstName(facts.coachName);
  const { busy, failure, say } = useReply(session, fragment, done);
  return (
    <Sheet heading={no.heading} onClose={close}>
      <p>{no.text(name)}</p>
      <Became busy={busy} failure={failure} name={name} />
      <div class="actions">
        <button
          type="button"
          class="do destroys"
          aria-disabled={busy}
          onClick={busy ? undefined : () => say({ kind: "no", text: "" })}
        >
          {no.send(name)}
        </button>
        <button type="button" onClick={close}>
          {no.cancel}
        </button>
      </div>
    </Sheet>
  );
}

/** After a no, in the place of the invitation. */
export function SaidNo({ facts }: { facts: InvitationFacts }) {
  const { heading, why } = replyWords.no.done(firstName(facts.coachName));
  return <Ended heading={heading} why={why} />;
}

interface WorkDeviceProps {
  readonly session: Session;
  readonly fragment: string;
  readonly back: () => void;
}

/** Nothing of the invitation is opened here: not even who sent it is shown. */
export function WorkDevice({ session, fragment, back }: WorkDeviceProps) {
  const { work, somebody } = replyWords;
  const [done, setDone] = useState(false);
  const { busy, failure, say } = useReply(session, fragment, () => setDone(true));
  useArrival(done ? "work device told" : "work device", "invitation");
  if (done) {
    return <Ended {...work.done} />;
  }
  return (
    <Letter>
      <Heading large>{work.heading}</Heading>
      <p>{work.why}</p>
      <p>{work.ends}</p>
      <Became busy={busy} failure={failure} name={somebody} />
      <div class="actions steps">
        <button
          type="button"
          class="do destroys"
          aria-disabled={busy}
          onClick={busy ? undefined : () => say({ kind: "work", text: "" })}
        >
          {work.send}
        </button>
        <button type="button" class="quiet" onClick={back}>
          {work.cancel}
        </button>
      </div>
    </Letter>
  );
}

function Ended({ heading, why }: { heading: string; why: string }) {
  return (
    <Letter>
      <Heading large>{heading}</Heading>
      <p class="lead">{why}</p>
    </Letter>
  );
}

/** Codes that say the same wherever they come; any other means that it cannot be said from this page. */
const COMMON: readonly Failure["code"][] = ["offline", "server", "too-many-requests"];

function Became({ busy, failure, name }: { busy: boolean; failure: Failure | null; name: string }) {
  const common = failure && COMMON.includes(failure.code);
  return (
    <>
      {busy && <Wait>{replyWords.sending}</Wait>}
      {failure && (
        <Trouble text={common ? words.failure(failure, name) : replyWords.notSaid(name)} />
      )}
    </>
  );
}
