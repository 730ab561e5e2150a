/** A coach's own notes: writing one, reading them, letting one go. Owns the list while it is looked at; what is being written is a draft. */

import { useRef, useState } from "preact/hooks";
import { NO_DRAFT, touched } from "../drafts.ts";
import type { Note, Notes } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { fullDay, written } from "../time.ts";
import { noteWords } from "../words.notes.ts";
import { firstName, words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { useAsked } from "./asked.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { LongTextField } from "./fields.tsx";
import { Heading, Sheet, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

/** Under this name the text waits among the drafts; no thread has it, because theirs are hexadecimal. */
const PLACE = "note";
const LONGEST_BYTES = 900_000;
/** What is longer than this folds; where it is cut, a word ends. */
const LONG_CHARACTERS = 800;
const SHOWN = /^[\s\S]{1,600}(?=\s)/u;

export function OwnNotes({ work, reload }: PageProps) {
  const { session, opened, zone } = useDesk();
  // Another browser or the command may have written: whatever is told of the engagement, it is read anew.
  const { value: found, failure, load } = useAsked(() => session.own("privateNotes", []), [opened]);
  const changed = () => {
    load();
    reload();
  };
  const { count, expiresAt } = work.notes;
  const name = firstName(opened.otherName);
  return (
    <>
      <UpToWork />
      <Heading>{workWords.notes.heading(null)}</Heading>
      <p class="large-text">{workWords.notes.own(count)}</p>
      <p class="lead">
        {workWords.notes.ownSeen(name)}{" "}
        {count > 0 && workWords.notes.goes(fullDay(expiresAt || work.deleted.at, zone))}
      </p>
      {work.state === "active" ? <Write name={name} written={changed} /> : <Unsent />}
      <section class="card">
        <h2>{noteWords.list}</h2>
        {failure && <Trouble text={failureWords(failure, opened)} again={load} />}
        {!found && !failure && <Wait>{noteWords.loading}</Wait>}
        {found && <List found={found} name={name} gone={changed} />}
      </section>
    </>
  );
}

/** The draft of a note, if there is one. */
function useDraft() {
  const { inbox } = useDesk();
  return inbox.drafts.find(({ threadId }) => threadId === PLACE) ?? null;
}

/** After the end of the work nothing can be added; what was being written can still be copied from here. */
function Unsent() {
  const draft = useDraft();
  return (
    <>
      <p>{noteWords.ended}</p>
      {draft && <p class="prose note-text">{draft.text}</p>}
    </>
  );
}

function Write({ name, written: done }: { name: string; written: () => void }) {
  const { session, opened, dispatch, now, say, present } = useDesk();
  const draft = useDraft();
  const [fault, setFault] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const text = draft?.text ?? "";
  const over = () => dispatch({ kind: "draftDone", threadId: PLACE });
  const type = (typed: string) => {
    const kept = draft ?? { ...NO_DRAFT, threadId: PLACE };
    if (typed) {
      dispatch({ kind: "draft", draft: touched({ ...kept, text: typed }, now()) });
    } else {
      over();
    }
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const wrong = faultOf(text);
    setFault(wrong);
    if (wrong || busy) {
      box.current?.focus();
      return;
    }
    const leave = present();
    setFailure(null);
    setBusy(true);
    try {
      await session.own("writeNote", [text]);
      over();
      say(noteWords.saved);
      done();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    leave();
    setBusy(false);
  };
  return (
    <form class="no-paper" onSubmit={save} noValidate>
      <LongTextField
        label={noteWords.label}
        hint={noteWords.hint(name)}
        fault={fault}
        value={text}
        onValue={type}
        rows={5}
        attributes={{ ref: box, readOnly: busy }}
      />
      {failure && <Trouble text={failureWords(failure, opened, true)} />}
      {busy && <Wait>{noteWords.saving}</Wait>}
      <div class="actions">
        <button type="submit" class="do" aria-disabled={busy}>
          {noteWords.save}
        </button>
        {text && !busy && (
          <button type="button" class="quiet" onClick={over}>
            {noteWords.discard}
          </button>
        )}
      </div>
      {text && <p class="hint">{noteWords.kept}</p>}
    </form>
  );
}

function faultOf(text: string): string | null {
  if (text.trim() === "") {
    return noteWords.faults.empty;
  }
  return new TextEncoder().encode(text).length > LONGEST_BYTES ? noteWords.faults.long : null;
}

function List({ found, name, gone }: { found: Notes; name: string; gone: () => void }) {
  const [asked, setAsked] = useState<Note | null>(null);
  const { notes, closed } = found;
  return (
    <>
      {notes.length === 0 && closed === 0 && <p>{noteWords.none}</p>}
      {closed > 0 && <p role="status">{noteWords.closed(closed)}</p>}
      {notes.length > 0 && (
        <ul class="noted">
          {notes.map((note) => (
            <One key={note.id} note={note} remove={() => setAsked(note)} />
          ))}
        </ul>
      )}
      {asked && <Remove note={asked} name={name} close={() => setAsked(null)} gone={gone} />}
    </>
  );
}

function One({ note, remove }: { note: Note; remove: () => void }) {
  const { now, zone } = useDesk();
  const [whole, setWhole] = useState(false);
  const when = written(note.writtenAt, now(), zone);
  const beginning = note.text.length > LONG_CHARACTERS ? SHOWN.exec(note.text)?.[0] : undefined;
  return (
    <li>
      <p>
        <strong>{when}</strong>
      </p>
      <p class="note-text" dir="auto">
        {whole || !beginning ? note.text : `${beginning} …`}
      </p>
      <p class="meta">{noteWords.until(fullDay(note.keptUntil, zone))}</p>
      <div class="actions">
        {beginning && (
          <button
            type="button"
            class="quiet"
            aria-expanded={whole}
            onClick={() => setWhole(!whole)}
          >
            {whole ? noteWords.less : noteWords.whole}
          </button>
        )}
        <button type="button" class="quiet" onClick={remove}>
          {noteWords.remove}
          <span class="unseen"> {noteWords.removeOf(when)}</span>
        </button>
      </div>
    </li>
  );
}

interface RemoveProps {
  readonly note: Note;
  readonly name: string;
  readonly close: () => void;
  readonly gone: () => void;
}

/** Asked first: nothing brings a note back. */
function Remove({ note, name, close, gone }: RemoveProps) {
  const { session, opened, say } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setFailure(null);
    setBusy(true);
    try {
      await session.own("expireNote", [note.id]);
      say(noteWords.removed);
      close();
      gone();
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  return (
    <Sheet heading={noteWords.removeAsk} onClose={close}>
      <p>{noteWords.removeWhat(name)}</p>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{noteWords.removing}</Wait>}
      <div class="actions">
        <button type="button" class="do destroys" disabled={busy} onClick={remove}>
          {noteWords.removeDo}
        </button>
        <button type="button" onClick={close}>
          {words.cancel}
        </button>
      </div>
    </Sheet>
  );
}
