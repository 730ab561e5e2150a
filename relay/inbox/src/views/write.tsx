/** Writing and answering. The text is in the shared state from the first letter on, so that no way out of this view loses it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Draft, type Keep, NO_DRAFT, touched, worthKeeping } from "../drafts.ts";
import { agreedKeep, DAYS_AFTER_OPENING, keepAllowed, keepInstant, latest } from "../keep.ts";
import type { Route } from "../route.ts";
import type { Failure } from "../session.ts";
import { calendarDay, DAY_SECONDS, fullDay, wholeDay } from "../time.ts";
import { firstName, words } from "../words.ts";
import { writeWords } from "../words.write.ts";
import { type Desk, failureOf, failureWords, useDesk } from "./desk.ts";
import { DraftFiles, type PartProps } from "./draftfiles.tsx";
import { Choice, LongTextField, TextField } from "./fields.tsx";
import { Heading, Trouble, useKeys, Wait } from "./parts.tsx";

const LONGEST_SUBJECT = 300;
const LONGEST_TEXT_BYTES = 900_000;

/** The thread that a reply belongs to, found in what is loaded or by opening the message. */
function useStart(replyTo: string | null): {
  readonly start: Draft | null;
  readonly failure: Failure | null;
} {
  const { inbox, session } = useDesk();
  const [found, setFound] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    if (replyTo === null) {
      setFound(NO_DRAFT);
      return;
    }
    const row = inbox.rows.find((one) => one.id === replyTo);
    Promise.resolve(row ?? session.read(replyTo)).then(
      ({ threadId, subject }) =>
        setFound({ ...NO_DRAFT, replyTo, threadId, subject: subject && writeWords.re(subject) }),
      (reason: unknown) => setFailure(failureOf(reason)),
    );
  }, [replyTo]);
  return { start: found, failure };
}

export function Write({ replyTo }: { replyTo: string | null }) {
  const { opened, inbox, zone } = useDesk();
  const { start, failure } = useStart(replyTo);
  const name = firstName(opened.otherName);
  const draft = start && (inbox.drafts.find((one) => one.threadId === start.threadId) ?? start);
  return (
    <section class="writer" aria-label={replyTo ? words.titles.reply : words.titles.write}>
      <Heading>{replyTo ? writeWords.headingReply(name) : writeWords.heading(name)}</Heading>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {!draft && !failure && <Wait>{writeWords.opening}</Wait>}
      {opened.engagementState === "active" ? (
        draft && start && <Form draft={draft} start={start} />
      ) : (
        <p class="gone">
          {opened.engagementState === "draft"
            ? writeWords.notYet(name)
            : writeWords.closed(name, fullDay(opened.policy.workEndsAt, zone))}
        </p>
      )}
      {draft && opened.engagementState !== "active" && draft.text && (
        <p class="prose kept-text">{draft.text}</p>
      )}
    </section>
  );
}

interface Faults {
  readonly text?: string;
  readonly subject?: string;
  readonly keep?: string;
}

function faultsOf(draft: Draft, desk: Desk): Faults {
  const now = desk.now();
  const { policy } = desk.opened;
  const bytes = new TextEncoder().encode(draft.text).length;
  const empty = draft.text.trim() === "" && draft.files.length === 0;
  return {
    ...(empty && { text: writeWords.empty }),
    ...(bytes > LONGEST_TEXT_BYTES && { text: writeWords.longText }),
    ...([...draft.subject].length > LONGEST_SUBJECT && { subject: writeWords.longSubject }),
    ...(!keepAllowed(draft.keep, policy, now) && {
      keep:
        draft.keep.kind === "opened"
          ? writeWords.keepOpenedWrong
          : writeWords.keepDateWrong(fullDay(wholeDay(latest(policy, now)), desk.zone)),
    }),
  };
}

function Form({ draft, start }: { draft: Draft; start: Draft }) {
  const desk = useDesk();
  const { dispatch, opened, inbox } = desk;
  const [faults, setFaults] = useState<Faults>({});
  const form = useRef<HTMLFormElement>(null);
  const name = firstName(opened.otherName);
  const change = (part: Partial<Draft>) =>
    dispatch({ kind: "draft", draft: touched({ ...draft, ...part }, desk.now()) });
  const submit = (event: Event) => {
    event.preventDefault();
    const found = faultsOf(draft, desk);
    setFaults(found);
    if (Object.keys(found).length === 0) {
      startSend(desk, draft);
    }
  };
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [faults]);
  // Ctrl or Cmd and Enter send, from any field.
  useKeys((event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  });
  const discard = () => {
    dispatch({ kind: "draftDone", threadId: draft.threadId });
    desk.go(backFrom(draft));
  };
  return (
    <form ref={form} class="write" onSubmit={submit} noValidate>
      <Summary faults={faults} />
      <TextField
        label={writeWords.subject}
        value={draft.subject}
        onValue={(subject) => change({ subject })}
        fault={faults.subject}
        attributes={{ autocomplete: "off" }}
      />
      <LongTextField
        label={writeWords.text}
        fault={faults.text}
        hint={workAddressHint(draft.text, opened.policy.refusedDomains)}
        value={draft.text}
        onValue={(text) => change({ text })}
        rows={8}
        attributes={{ class: "letter-text" }}
      />
      <DraftFiles draft={draft} change={change} />
      <KeepChoice draft={draft} change={change} fault={faults.keep} />
      {inbox.connection === "lost" && <p class="hint">{writeWords.offline}</p>}
      <div class="actions">
        <button type="submit" class="do">
          {writeWords.send(name)}
        </button>
        {worthKeeping(draft, start.subject) && (
          <button type="button" class="quiet" onClick={discard}>
            {writeWords.discard}
          </button>
        )}
      </div>
      <p class="hint">{writeWords.kept}</p>
    </form>
  );
}

function Summary({ faults }: { faults: Faults }) {
  const all = Object.values(faults);
  if (all.length < 2) {
    return null;
  }
  return (
    <div class="trouble" role="alert">
      <p>{writeWords.summary}</p>
      <ul>
        {all.map((fault: string) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  );
}

/** A soft line where the text names an address at the employer's. */
function workAddressHint(text: string, refused: readonly string[]): string | undefined {
  const lower = text.toLowerCase();
  const found = refused.find((domain) => lower.includes(`@${domain}`));
  return found && writeWords.workAddress(found);
}

function KeepChoice({ draft, change, fault }: PartProps & { fault: string | undefined }) {
  const { opened, now, zone } = useDesk();
  const { policy } = opened;
  const at = now();
  const say = (keep: Keep) =>
    fullDay(keepInstant(keep, policy, at) ?? agreedKeep(policy, at), zone);
  const last = wholeDay(latest(policy, at));
  const date = draft.keep.kind === "date" ? draft.keep.date : "";
  const name = firstName(opened.otherName);
  const agreed = say({ kind: "agreed" });
  const all = [
    { value: "agreed", label: writeWords.keepAgreed(agreed) },
    {
      value: "opened",
      label: writeWords.keepOpened(name),
      hint: writeWords.keepOpenedHint(name, agreed),
    },
    { value: "month", label: writeWords.keepMonth(say({ kind: "month" })) },
    { value: "work", label: writeWords.keepWork(say({ kind: "work" })) },
    { value: "date", label: writeWords.keepDate },
  ] as const;
  const possible = all.filter(
    ({ value }) => value === "date" || keepAllowed({ kind: value }, policy, at),
  );
  const field = (
    <TextField
      label={writeWords.keepDateLabel}
      value={date}
      onValue={(chosen) => change({ keep: { kind: "date", date: chosen } })}
      hint={writeWords.keepDateHint(fullDay(last, zone))}
      fault={fault}
      attributes={{
        type: "date",
        min: calendarDay(wholeDay(at) + DAY_SECONDS, "UTC"),
        max: calendarDay(last, "UTC"),
      }}
    />
  );
  return (
    <Choice
      legend={writeWords.keep}
      choices={possible.map((one) => (one.value === "date" ? { ...one, under: field } : one))}
      chosen={draft.keep.kind}
      onChoose={(kind) => change({ keep: kind === "date" ? { kind, date } : { kind } })}
      fault={draft.keep.kind === "date" ? null : fault}
    />
  );
}

function backFrom(draft: Draft): Route {
  return draft.replyTo ? { view: "message", id: draft.replyTo } : { view: "list", filter: "all" };
}

/** Ten seconds, then it goes. Until it has arrived the draft is the job's, and every failure gives it back. */
function startSend(desk: Desk, draft: Draft): void {
  const { dispatch, outgoing, session, opened, zone, go, now } = desk;
  const name = firstName(opened.otherName);
  const writing: Route = draft.replyTo ? { view: "reply", id: draft.replyTo } : { view: "write" };
  dispatch({ kind: "draftDone", threadId: draft.threadId });
  outgoing.start({
    waiting: (left) => words.outgoing.sendIn(name, left),
    said: words.outgoing.sendSaid(name),
    running: words.outgoing.sendingPlain,
    failed: words.outgoing.notSent,
    failureWords: (failure) => failureWords(failure, opened, true),
    run: async (progress, signal) => {
      const { subject, text, files, threadId } = draft;
      const expiresAt = keepInstant(draft.keep, opened.policy, now());
      const daysAfterOpening = draft.keep.kind === "opened" ? DAYS_AFTER_OPENING : null;
      const row = await session.send(
        { subject, text, files, threadId, expiresAt, daysAfterOpening },
        progress,
        signal,
      );
      dispatch({ kind: "sent", row });
      const until = fullDay(row.expiresAt, zone);
      if (daysAfterOpening) {
        return writeWords.sentOpened(name, until);
      }
      return opened.policy.readMarks ? writeWords.sent(name, until) : words.outgoing.sent(until);
    },
    undo: () => {
      // What was on its way may be done with elsewhere: as a draft it begins anew.
      dispatch({ kind: "draft", draft: touched({ ...draft, begunAt: 0 }, now()) });
      go(writing);
    },
    draft,
  });
  go(backFrom(draft), "replace");
}
