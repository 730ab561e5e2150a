/** Making a copy in this browser and saving it, with *Stop*: of everything, or of one message. Owns what both are made of. */

import { useRef, useState } from "preact/hooks";
import { type CopiedMessage, safeName } from "../archive.ts";
import type { Failure, Message } from "../session.ts";
import { exactly } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
import type { ZipEntry } from "../zip.ts";
import { type Desk, failureOf, failureWords, useDesk } from "./desk.ts";
import { saveBlob, Trouble } from "./parts.tsx";

type State =
  | { readonly kind: "rest" | "done" | "stopped" }
  | { readonly kind: "saving"; readonly done: number; readonly total: number }
  | { readonly kind: "failed"; readonly failure: Failure };

interface SaveCopyProps {
  readonly act: string;
  readonly name: () => string;
  readonly saving: (done: number, total: number) => string;
  /** The whole copy; RangeError where it is more than one file holds. */
  readonly make: (
    signal: AbortSignal,
    meter: (done: number, total: number) => void,
  ) => Promise<Blob>;
}

export function SaveCopy({ act, name, saving, make }: SaveCopyProps) {
  const desk = useDesk();
  const [state, setState] = useState<State>({ kind: "rest" });
  const stop = useRef(new AbortController());
  const save = async () => {
    const leave = desk.present();
    stop.current = new AbortController();
    try {
      const meter = (done: number, total: number) => setState({ kind: "saving", done, total });
      await saveBlob(await make(stop.current.signal, meter), name());
      setState({ kind: "done" });
    } catch (reason) {
      const failure: Failure =
        reason instanceof RangeError ? { code: "too-large" } : failureOf(reason);
      setState(failure.code === "stopped" ? { kind: "stopped" } : { kind: "failed", failure });
    } finally {
      leave();
    }
  };
  const running = state.kind === "saving";
  return (
    <>
      {state.kind === "failed" && <Trouble text={failureWords(state.failure, desk.opened)} />}
      {running && (
        <p role="status">
          <progress value={state.done} max={Math.max(state.total, 1)} />
          <span class="meta">{saving(state.done, state.total)}</span>
        </p>
      )}
      <div class="actions">
        <button type="button" class="do" disabled={running} onClick={save}>
          {act}
        </button>
        {running && (
          <button type="button" onClick={() => stop.current.abort()}>
            {words.stop}
          </button>
        )}
        <span class="said-here" role="status">
          {(state.kind === "done" || state.kind === "stopped") && copyWords[state.kind]}
        </span>
      </div>
    </>
  );
}

interface Fetching {
  readonly desk: Desk;
  readonly signal: AbortSignal;
}

/** The files of a message, each an entry of its own. They stay blobs: the browser keeps them outside the page's memory. */
export async function filesOf(
  { desk, signal }: Fetching,
  message: Message,
  number: string,
  entries: ZipEntry[],
  meter: (fetchedBytes: number) => void = () => {},
): Promise<CopiedMessage["files"]> {
  const files: CopiedMessage["files"][number][] = [];
  let before = 0;
  for (const file of message.attachments) {
    const progress = ({ done }: { done: number }) => meter(before + done);
    const content = await desk.session.file(message.id, file.index, progress, signal);
    const path = `files/${number}-${file.index + 1}-${safeName(file.name)}`;
    entries.push({ name: path, content });
    files.push({ name: file.name, path, bytes: content.size });
    before += content.size;
  }
  return files;
}

export function copiedOf(
  message: Message,
  files: CopiedMessage["files"],
  zone: string,
): CopiedMessage {
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

export function textEntry(name: string, text: string): ZipEntry {
  return { name, content: new Blob([text]) };
}

export function stopped(signal: AbortSignal): void {
  if (signal.aborted) {
    throw { code: "stopped" } satisfies Failure;
  }
}
