/** *Keep a copy* of one message: a page of its own, or with its files one archive. Fetched when somebody first asks for one. */

import { useEffect, useRef } from "preact/hooks";
import { archivePage, checksums, numbered } from "../archive.ts";
import type { Message } from "../session.ts";
import { calendarDay, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { readWords } from "../words.read.ts";
import { size, words } from "../words.ts";
import { type ZipEntry, zip } from "../zip.ts";
import { copiedOf, filesOf, SaveCopy, stopped, textEntry } from "./copying.tsx";
import { type Desk, useDesk } from "./desk.ts";
import { Sheet } from "./parts.tsx";

const { one } = copyWords;

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
        make={(signal, meter) =>
          copyOf({
            desk,
            message,
            signal: AbortSignal.any([signal, closing.current.signal]),
            meter: (done) => meter(done, total),
          })
        }
      />
    </Sheet>
  );
}

interface Making {
  readonly desk: Desk;
  readonly message: Message;
  readonly signal: AbortSignal;
  readonly meter: (doneBytes: number) => void;
}

async function copyOf(making: Making): Promise<Blob> {
  const { desk, message, signal, meter } = making;
  const entries: ZipEntry[] = [];
  const files = await filesOf(making, message, numbered(0), entries, meter);
  const page = archivePage([copiedOf(message, files, desk.zone)], {
    lang: document.documentElement.lang,
    title: one.title,
    people: readWords.read.between(desk.opened.myName, desk.opened.otherName),
    destroy: copyWords.destroy(fullDay(message.expiresAt, desk.zone)),
    search: null,
    noSubject: words.list.noSubject,
    files: copyWords.filesHead,
    also: [],
  });
  stopped(signal);
  if (entries.length === 0) {
    return new Blob([page], { type: "text/html" });
  }
  entries.push(textEntry("open-me.html", page));
  entries.push(textEntry("checksums.txt", await checksums(entries)));
  return await zip(entries, desk.now());
}
