/** Making a copy of one message in this browser and saving it, with *Stop*. */

import { useRef, useState } from "preact/hooks";
import { type ArchiveWriter, type CopiedMessage, safeName } from "../archive.ts";
import type { Failure, Message } from "../session.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
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
  /** The whole copy; null where nothing is to be saved. */
  readonly make: (
    signal: AbortSignal,
    meter: (done: number, total: number) => void,
  ) => Promise<Blob | null>;
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
      const copy = await make(stop.current.signal, meter);
      await (copy && saveBlob(copy, name()));
      setState({ kind: "done" });
    } catch (reason) {
      const failure = failureOf(reason);
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
  archive: ArchiveWriter,
  meter: (fetchedBytes: number) => void,
): Promise<CopiedMessage["files"]> {
  const files: CopiedMessage["files"][number][] = [];
  let before = 0;
  for (const file of message.attachments) {
    const progress = ({ done }: { done: number }) => meter(before + done);
    const content = await desk.session.file(message.id, file.index, progress, signal);
    const path = `files/${number}-${file.index + 1}-${safeName(file.name)}`;
    await archive.add(path, content);
    files.push({ name: file.name, path, bytes: content.size });
    before += content.size;
  }
  return files;
}

export function stopped(signal: AbortSignal): void {
  if (signal.aborted) {
    throw { code: "stopped" } satisfies Failure;
  }
}
