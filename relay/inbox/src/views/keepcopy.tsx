/** *Keep a copy* of one message: a page of its own, or with its files one archive. Fetched when somebody first asks for one. */

import { useEffect, useRef } from "preact/hooks";
import { ArchiveWriter, article, numbered, pageFoot, pageHead } from "../archive.ts";
import { CopyFile, keptParts } from "../copyfile.ts";
import type { Message } from "../session.ts";
import { calendarDay, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { readWords } from "../words.read.ts";
import { size, words } from "../words.ts";
import { filesOf, SaveCopy, stopped } from "./copying.tsx";
import { copiedOf } from "./copymaking.ts";
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

async function copyOf(making: Making): Promise<Blob | null> {
  const { desk, message, signal, meter } = making;
  const file = new CopyFile(keptParts(), null);
  const archive = new ArchiveWriter(file.write, desk.now());
  const files = await filesOf(making, message, numbered(0), archive, meter);
  const copied = copiedOf(message, files, desk.zone);
  const told = {
    lang: document.documentElement.lang,
    title: one.title,
    people: copyWords.people(desk.opened.myName, desk.opened.otherName),
    destroy: copyWords.destroy(fullDay(message.expiresAt, desk.zone)),
    search: null,
    noSubject: words.list.noSubject,
    files: copyWords.filesHead,
    also: [],
  };
  const page = pageHead(told) + article(copied, told) + pageFoot(told);
  stopped(signal);
  if (files.length === 0) {
    return new Blob([page], { type: "text/html" });
  }
  await archive.addText("open-me.html", page);
  await archive.finish();
  return await file.finish();
}
