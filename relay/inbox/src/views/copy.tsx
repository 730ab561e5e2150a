/** *Take a copy*: one archive of everything that is here, made in this browser; what it is, and what it is not, is said before. */

import { useRef, useState } from "preact/hooks";
import { archivePage, type CopiedMessage, checksums, numbered, safeName } from "../archive.ts";
import type { Failure, ListRow, Message } from "../session.ts";
import type { Work } from "../session.work.ts";
import { calendarDay, exactly, fullDay } from "../time.ts";
import { words } from "../words.ts";
import { workWords } from "../words.work.ts";
import { MOST_ZIP_BYTES, type ZipEntry, zip } from "../zip.ts";
import { type Desk, failureOf, failureWords, useDesk } from "./desk.ts";
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
        <p>{copy.open}</p>
        <Save work={work} until={date} />
      </section>
      <p class="quiet-text">{copy.plain}</p>
      <p class="unseen">{copy.textHead(opened.myName, opened.otherName)}</p>
    </>
  );
}

function Save({ work, until }: { work: Work; until: string }) {
  const desk = useDesk();
  const [state, setState] = useState<State>({ kind: "rest", said: "" });
  const stop = useRef(new AbortController());
  const save = async () => {
    const leave = desk.present();
    stop.current = new AbortController();
    try {
      const whole = await gather({
        desk,
        work,
        until,
        signal: stop.current.signal,
        meter: (done, total) => setState({ kind: "saving", done, total }),
      });
      await saveBlob(whole, copy.fileName(calendarDay(desk.now(), desk.zone)));
      setState({ kind: "rest", said: copy.done });
    } catch (reason) {
      const failure: Failure =
        reason instanceof RangeError ? { code: "too-large" } : failureOf(reason);
      setState(
        failure.code === "stopped"
          ? { kind: "rest", said: copy.stopped }
          : { kind: "failed", failure },
      );
    } finally {
      leave();
    }
  };
  const saving = state.kind === "saving";
  return (
    <>
      {state.kind === "failed" && <Trouble text={failureWords(state.failure, desk.opened)} />}
      {saving && (
        <p role="status">
          <progress value={state.done} max={Math.max(state.total, 1)} />
          <span class="meta">{copy.saving(state.done, state.total)}</span>
        </p>
      )}
      <div class="actions">
        <button type="button" class="do" disabled={saving} onClick={save}>
          {copy.doAll}
        </button>
        {saving && (
          <button type="button" onClick={() => stop.current.abort()}>
            {words.stop}
          </button>
        )}
        <span class="said-here" role="status">
          {state.kind === "rest" ? state.said : ""}
        </span>
      </div>
    </>
  );
}

interface Gathering {
  readonly desk: Desk;
  readonly work: Work;
  readonly until: string;
  readonly signal: AbortSignal;
  readonly meter: (done: number, total: number) => void;
}

/** The archive. Files stay blobs all the way: the browser keeps them outside the page's memory. */
async function gather(given: Gathering): Promise<Blob> {
  const { desk, work, until } = given;
  const rows = await allRows(given);
  const copied: CopiedMessage[] = [];
  const entries: ZipEntry[] = [];
  let bytes = 0;
  for (const [at, row] of [...rows].reverse().entries()) {
    stopped(given.signal);
    const message = await desk.session.read(row.id);
    const files = await filesOf(given, message, numbered(at), entries);
    bytes += files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > MOST_ZIP_BYTES) {
      throw new RangeError("more than one archive holds");
    }
    const one = copiedOf(message, files, desk.zone);
    copied.push(one);
    entries.push(textEntry(`messages/${numbered(at)}.txt`, letter(one)));
    given.meter(at + 1, rows.length);
  }
  const head = copy.textHead(desk.opened.myName, desk.opened.otherName);
  const also = [...agreementEntries(work), ...(await receiptEntries(desk))];
  const page = archivePage(copied, {
    lang: document.documentElement.lang,
    title: copy.title,
    people: head,
    destroy: copy.destroy(until),
    search: copy.search,
    noSubject: words.list.noSubject,
    files: copy.filesHead,
    also: also.map(({ name }) => ({ label: name, path: name })),
  });
  entries.push(...also, textEntry("open-me.html", page), dataEntry(copied, work));
  entries.push(textEntry("checksums.txt", await checksums(entries)));
  return await zip(entries, desk.now());
}

/** Every row that can be read; the pages further back are fetched on the way. */
async function allRows({ desk, signal, meter }: Gathering): Promise<readonly ListRow[]> {
  const { session, inbox, dispatch } = desk;
  let rows = inbox.rows;
  for (let before = inbox.before, more = inbox.more; more; ) {
    stopped(signal);
    const page = await session.list(before);
    dispatch({ kind: "page", page });
    rows = [...rows, ...page.rows];
    before = page.before;
    more = page.more;
    meter(0, rows.length);
  }
  return rows.filter((row) => !row.failed && !row.wentUnread);
}

async function filesOf(
  { desk, signal }: Gathering,
  message: Message,
  number: string,
  entries: ZipEntry[],
): Promise<CopiedMessage["files"]> {
  const files: CopiedMessage["files"][number][] = [];
  for (const file of message.attachments) {
    const content = await desk.session.file(message.id, file.index, () => {}, signal);
    const path = `files/${number}-${file.index + 1}-${safeName(file.name)}`;
    entries.push({ name: path, content });
    files.push({ name: file.name, path, bytes: content.size });
  }
  return files;
}

function copiedOf(message: Message, files: CopiedMessage["files"], zone: string): CopiedMessage {
  return {
    from: message.senderName,
    at: message.createdAt,
    when: exactly(message.createdAt, zone),
    subject: message.subject,
    text: message.text,
    keptUntil: message.expiresAt,
    files,
  };
}

function letter({ from, when, subject, text, files }: CopiedMessage): string {
  const names = files.map((file) => file.path);
  return [
    `${from}, ${when}`,
    subject || words.list.noSubject,
    "",
    text,
    ...(names.length ? ["", copy.files1(names)] : []),
    "",
  ].join("\n");
}

function agreementEntries({ agreement, earlier }: Work): ZipEntry[] {
  return [...earlier, agreement].flatMap(({ number, text }) =>
    text === null ? [] : [textEntry(`agreement/agreement-${number}.txt`, text)],
  );
}

async function receiptEntries({ session }: Desk): Promise<ZipEntry[]> {
  const receipts = await session.receipts();
  if (receipts.length === 0) {
    return [];
  }
  const content = await session.saveReceipts(receipts.map(({ id }) => id));
  return [{ name: "receipts/receipts.json", content }];
}

/** Everything once more, for programs: described in docs/mailbox.md. */
function dataEntry(messages: readonly CopiedMessage[], work: Work): ZipEntry {
  const fields = {
    version: 1,
    work_ends_at: work.workEnds.at,
    deleted_at: work.deleted.at,
    messages: messages.map(({ from, at, subject, text, keptUntil, files }) => {
      return { from, at, subject, text, kept_until: keptUntil, files };
    }),
  };
  return textEntry("data.json", `${JSON.stringify(fields, null, 1)}\n`);
}

function textEntry(name: string, text: string): ZipEntry {
  return { name, content: new Blob([text]) };
}

function stopped(signal: AbortSignal): void {
  if (signal.aborted) {
    throw { code: "stopped" } satisfies Failure;
  }
}
