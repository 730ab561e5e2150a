/** *Keep a copy* of one message or of chosen ones: a page, or with their files one archive. Fetched when somebody first asks for one. */

import { useEffect, useRef } from "preact/hooks";
import { ArchiveWriter, article, numbered, pageFoot, pageHead } from "../archive.ts";
import { CopyFile } from "../copyfile.ts";
import type { Failure, ListRow, Message } from "../session.ts";
import { keptParts } from "../target.ts";
import { calendarDay, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { readWords } from "../words.read.ts";
import { selectWords } from "../words.select.ts";
import { size, words } from "../words.ts";
import { filesOf, SaveCopy, stopped } from "./copying.tsx";
import { copiedOf } from "./copymaking.ts";
import { type Desk, failureOf, useDesk } from "./desk.ts";
import { Sheet } from "./parts.tsx";

const { one } = copyWords;
const { keeping: several } = selectWords;

export function KeepSheet({ message, onClose }: { message: Message; onClose: () => void }) {
  const desk = useDesk();
  const closing = useRef(new AbortController());
  useEffect(() => () => closing.current.abort(), []);
  const ending = message.attachments.length > 0 ? "zip" : "html";
  const total = message.attachments.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <Sheet heading={one.heading} onClose={onClose}>
      <p>{copyWords.lead(fullDay(message.expiresAt, desk.zone))}</p>
      <p>{ending === "zip" ? one.withFiles : one.page}</p>
      <p class="quiet-text">{copyWords.plain}</p>
      <SaveCopy
        act={one.act}
        name={() => `${one.fileName(calendarDay(message.createdAt, desk.zone))}.${ending}`}
        saving={(done) => readWords.file.progress(size(done), size(total))}
        make={async (signal, meter) => {
          const copied = await copyOf({
            desk,
            messages: [message],
            title: one.title,
            signal: AbortSignal.any([signal, closing.current.signal]),
            meter: (done) => meter(done, total),
          });
          return copied.blob;
        }}
      />
    </Sheet>
  );
}

/** A copy of several: each is read as it comes to it, and what went on its date meanwhile is not missing. */
export function KeepSeveral({ rows, onClose }: { rows: readonly ListRow[]; onClose: () => void }) {
  const desk = useDesk();
  const closing = useRef(new AbortController());
  const ending = useRef<Copied["ending"]>("html");
  useEffect(() => () => closing.current.abort(), []);
  const readable = rows.filter(({ failed }) => !failed);
  const left = rows.length - readable.length;
  const first = Math.min(...readable.map(({ expiresAt }) => expiresAt));
  return (
    <Sheet heading={several.heading(readable.length)} onClose={onClose}>
      <p>{several.lead(fullDay(first, desk.zone))}</p>
      <p>{several.form}</p>
      {left > 0 && <p>{several.left(left)}</p>}
      <p class="quiet-text">{copyWords.plain}</p>
      <SaveCopy
        act={one.act}
        name={() => `${several.fileName(calendarDay(desk.now(), desk.zone))}.${ending.current}`}
        saving={copyWords.saving}
        make={async (signal, meter) => {
          const signals = AbortSignal.any([signal, closing.current.signal]);
          const messages = await readAll(desk, readable, signals, meter);
          if (messages.length === 0) {
            throw { code: "gone" } satisfies Failure;
          }
          const total = messages.length;
          const making = { desk, messages, title: several.title, signal: signals };
          const copied = await copyOf({ ...making, meter: (_, at) => meter(at, total) });
          ending.current = copied.ending;
          return copied.blob;
        }}
      />
    </Sheet>
  );
}

/** Oldest first, as a conversation is read. */
async function readAll(
  { session }: Desk,
  rows: readonly ListRow[],
  signal: AbortSignal,
  meter: (done: number, total: number) => void,
): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (const row of [...rows].sort((a, b) => a.order - b.order)) {
    stopped(signal);
    meter(0, rows.length);
    try {
      messages.push(await session.read(row.id));
    } catch (reason) {
      if (failureOf(reason).code !== "gone") {
        throw reason;
      }
    }
  }
  return messages;
}

interface Making {
  readonly desk: Desk;
  readonly messages: readonly Message[];
  readonly title: string;
  readonly signal: AbortSignal;
  /** So many bytes of its files are there, of the message at this place. */
  readonly meter: (doneBytes: number, at: number) => void;
}

interface Copied {
  readonly ending: "zip" | "html";
  readonly blob: Blob | null;
}

/** A page, or with files an archive of the page and the files. */
async function copyOf(making: Making): Promise<Copied> {
  const { desk, messages, title, signal, meter } = making;
  const file = new CopyFile(keptParts(), null);
  const archive = new ArchiveWriter(file.write, desk.now());
  const first = Math.min(...messages.map(({ expiresAt }) => expiresAt));
  const told = {
    lang: document.documentElement.lang,
    title,
    people: copyWords.people(desk.opened.myName, desk.opened.otherName),
    destroy: copyWords.destroy(fullDay(first, desk.zone)),
    search: null,
    noSubject: words.list.noSubject,
    files: copyWords.filesHead,
    also: [],
  };
  let articles = "";
  let count = 0;
  for (const [at, message] of messages.entries()) {
    const progress = (done: number) => meter(done, at);
    const files = await filesOf(making, message, numbered(at), archive, progress);
    articles += article(copiedOf(message, files, desk.zone), told);
    count += files.length;
    stopped(signal);
    meter(0, at + 1);
  }
  const page = pageHead(told) + articles + pageFoot(told);
  if (count === 0) {
    return { ending: "html", blob: new Blob([page], { type: "text/html" }) };
  }
  await archive.addText("open-me.html", page);
  await archive.finish();
  return { ending: "zip", blob: await file.finish() };
}
