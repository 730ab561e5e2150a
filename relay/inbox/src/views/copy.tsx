/** *Take a copy*: says plainly what can be taken today, and saves the text of everything that is here. */

import { useState } from "preact/hooks";
import type { Failure, Message } from "../session.ts";
import { exactly, fullDay } from "../time.ts";
import { words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Heading, saveBlob, Trouble } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const { copy } = workWords;

type State =
  | { readonly kind: "rest"; readonly said: string }
  | { readonly kind: "saving"; readonly done: number; readonly total: number }
  | { readonly kind: "failed"; readonly failure: Failure };

export function Copy({ work }: PageProps) {
  const { opened, zone } = useDesk();
  const date = fullDay(work.deleted.at, zone);
  return (
    <>
      <UpToWork />
      <Heading>{copy.heading}</Heading>
      <p class="lead">{copy.lead(date)}</p>
      <section class="card">
        <h2>{copy.all}</h2>
        <p>{copy.allHint}</p>
        <SaveText until={date} />
      </section>
      <section class="stack-small">
        <p>{copy.how}</p>
        <ul class="bullets">
          <li>{copy.files}</li>
          <li>{copy.prints}</li>
        </ul>
      </section>
      <p class="unseen">{copy.textHead(opened.myName, opened.otherName)}</p>
    </>
  );
}

function SaveText({ until }: { until: string }) {
  const desk = useDesk();
  const [state, setState] = useState<State>({ kind: "rest", said: "" });
  const save = async () => {
    const leave = desk.present();
    try {
      const text = await gather(desk, until, (done, total) =>
        setState({ kind: "saving", done, total }),
      );
      await saveBlob(new Blob([text], { type: "text/plain;charset=utf-8" }), copy.fileName);
      setState({ kind: "rest", said: copy.done });
    } catch (reason) {
      setState({ kind: "failed", failure: failureOf(reason) });
    } finally {
      leave();
    }
  };
  return (
    <>
      {state.kind === "failed" && <Trouble text={failureWords(state.failure, desk.opened)} />}
      {state.kind === "saving" && (
        <p role="status">
          <progress value={state.done} max={Math.max(state.total, 1)} />
          <span class="meta">{copy.saving(state.done, state.total)}</span>
        </p>
      )}
      <div class="actions">
        <button type="button" class="do" disabled={state.kind === "saving"} onClick={save}>
          {copy.doAll}
        </button>
        <span class="said-here" role="status">
          {state.kind === "rest" ? state.said : ""}
        </span>
      </div>
    </>
  );
}

/** Every message that is here, oldest first, as one text. The pages further back are fetched on the way. */
async function gather(
  desk: ReturnType<typeof useDesk>,
  until: string,
  meter: (done: number, total: number) => void,
): Promise<string> {
  const { session, inbox, dispatch, opened, zone } = desk;
  let rows = inbox.rows;
  for (let before = inbox.before, more = inbox.more; more; ) {
    const page = await session.list(before);
    dispatch({ kind: "page", page });
    rows = [...rows, ...page.rows];
    before = page.before;
    more = page.more;
    meter(0, rows.length);
  }
  const kept = rows.filter((row) => !row.failed && !row.wentUnread);
  const parts = [`${copy.textHead(opened.myName, opened.otherName)}\n${copy.destroy(until)}\n`];
  for (const [at, row] of [...kept].reverse().entries()) {
    parts.push(letter(await session.read(row.id), zone));
    meter(at + 1, kept.length);
  }
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

function letter(message: Message, zone: string): string {
  const names = message.attachments.map((file) => file.name);
  return [
    `${message.senderName}, ${exactly(message.createdAt, zone)}`,
    message.subject || words.list.noSubject,
    "",
    message.text,
    ...(names.length ? ["", copy.files1(names)] : []),
    "",
  ].join("\n");
}
