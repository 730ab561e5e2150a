/** What somebody writes down about a call for nobody else: shown under it, written, changed, taken away. What is being typed is a draft. */

import { useRef, useState } from "preact/hooks";
import { placeOf, typedAbout } from "../calldrafts.ts";
import type { Draft } from "../drafts.ts";
import type { CallNote } from "../session.own.ts";
import type { Failure } from "../session.ts";
import type { Call } from "../session.work.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField } from "./fields.tsx";
import { Trouble, Wait } from "./parts.tsx";

const LONGEST_BYTES = 900_000;
const { calls } = workWords;

interface OwnNoteProps {
  readonly call: Call;
  /** The day and hour of the call, for whoever hears the button alone. */
  readonly when: string;
  readonly note: CallNote | null;
  readonly coach: boolean;
  /** It was written or taken away. */
  readonly changed: () => void;
}

export function OwnNote({ call, when, note, coach, changed }: OwnNoteProps) {
  const { inbox, dispatch } = useDesk();
  const [writing, setWriting] = useState(false);
  const threadId = placeOf(call);
  const draft = inbox.drafts.find((one) => one.threadId === threadId) ?? null;
  const close = () => {
    dispatch({ kind: "draftDone", threadId });
    setWriting(false);
  };
  const done = () => {
    close();
    changed();
  };
  if (writing || draft) {
    const before = note?.text ?? "";
    return <Write {...{ call, draft, before, coach, done }} cancel={close} />;
  }
  return (
    <div class="own-note">
      {note && (
        <>
          <p class="meta">{calls.mine}</p>
          <p class="note-text" dir="auto">
            {note.text}
          </p>
        </>
      )}
      <div class="actions">
        <button type="button" class="quiet" onClick={() => setWriting(true)}>
          {note ? calls.mineChange : calls.mineAdd}
          <span class="unseen"> {calls.mineOf(when)}</span>
        </button>
      </div>
    </div>
  );
}

interface WriteProps {
  readonly call: Call;
  readonly draft: Draft | null;
  readonly before: string;
  readonly coach: boolean;
  readonly done: () => void;
  readonly cancel: () => void;
}

function Write({ call, draft, before, coach, done, cancel }: WriteProps) {
  const { session, opened, dispatch, now, say, present } = useDesk();
  const text = draft?.text ?? before;
  const [fault, setFault] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const name = firstName(opened.otherName);
  const type = (typed: string) => {
    if (typed === before) {
      dispatch({ kind: "draftDone", threadId: placeOf(call) });
    } else {
      dispatch({ kind: "draft", draft: typedAbout(call, draft, typed, now()) });
    }
  };
  const put = async (typed: string, said: string) => {
    const leave = present();
    setFailure(null);
    setBusy(true);
    try {
      await session.own("writeCallNote", [call.id, typed]);
      say(said);
      done();
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
    leave();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const wrong = faultOf(text);
    setFault(wrong);
    if (wrong) {
      box.current?.focus();
    } else {
      put(text, calls.mineSaved);
    }
  };
  return (
    <form class="no-paper" onSubmit={submit} noValidate>
      <LongTextField
        label={calls.mineLabel}
        hint={coach ? calls.mineHintCoach(name) : calls.mineHint(name)}
        fault={fault}
        value={text}
        onValue={type}
        rows={3}
        attributes={{ ref: box, readOnly: busy }}
      />
      {draft && <p class="hint">{calls.mineUnsent}</p>}
      {failure && <Trouble text={failureWords(failure, opened, true)} />}
      {busy && <Wait>{calls.mineSaving}</Wait>}
      <div class="actions">
        <button type="submit" class="do" disabled={busy}>
          {calls.mineSave}
        </button>
        {before && (
          <button type="button" disabled={busy} onClick={() => put("", calls.mineDeleted)}>
            {calls.mineDelete}
          </button>
        )}
        <button type="button" disabled={busy} onClick={cancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

function faultOf(text: string): string | null {
  if (text.trim() === "") {
    return calls.mineEmpty;
  }
  return new TextEncoder().encode(text).length > LONGEST_BYTES ? calls.mineLong : null;
}
