/**
 * A locked copy, opened again: its ZIP is written without a lock. Needs no open inbox, and nothing of it goes to the server. Owns the form; the
 * password is the worker's as soon as it is typed.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { CopyFile } from "../copyfile.ts";
import type { Session } from "../session.ts";
import { chooseTarget, NotWritten } from "../target.ts";
import { copyWords } from "../words.copy.ts";
import { size, words } from "../words.ts";
import { failureOf } from "./desk.ts";
import { Field, PasswordField } from "./fields.tsx";
import { saveBlob, Trouble } from "./parts.tsx";

const { back } = copyWords;
/** What a locked copy begins with, before what is sealed (docs/protocol.md, part 26). */
const HEAD_BYTES = 76;
const PIECE_BYTES = 1024 * 1024;

type State =
  | { readonly kind: "rest" | "opening" | "done" }
  | { readonly kind: "writing"; readonly done: number; readonly total: number }
  | { readonly kind: "failed"; readonly text: string };

interface Opening {
  readonly session: Session;
  readonly file: File;
  readonly password: string;
  readonly signal: AbortSignal;
  readonly tell: (doneBytes: number) => void;
}

/** Read, open and write it, a piece at a time; the ZIP, where it is still to be saved. */
async function unlocked(given: Opening, copy: CopyFile): Promise<Blob | null> {
  const { session, file, password, signal, tell } = given;
  const bytes = async (from: number, to: number) =>
    new Uint8Array(await file.slice(from, to).arrayBuffer());
  await session.coming("unlockCopy", [password, await bytes(0, HEAD_BYTES)]);
  for (let at = HEAD_BYTES; at < file.size; at += PIECE_BYTES) {
    signal.throwIfAborted();
    tell(at);
    const piece = await bytes(at, at + PIECE_BYTES);
    await copy.write(await session.coming("openCopyPiece", [piece]));
  }
  await copy.write(await session.coming("openCopyEnd", []));
  return await copy.finish();
}

/** Folded until somebody has such a file. */
export function OpenCopy({ session }: { session: Session }) {
  const [file, setFile] = useState<File | null>(null);
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const [wrong, setWrong] = useState(false);
  const [state, setState] = useState<State>({ kind: "rest" });
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const busy = state.kind === "opening" || state.kind === "writing";
  const run = async (chosen: File) => {
    stop.current = new AbortController();
    const name = `${chosen.name.replace(/\.qba$/i, "")}.zip`;
    let copy: CopyFile | null = null;
    try {
      const target = await chooseTarget(name);
      if (!target) {
        return;
      }
      setState({ kind: "opening" });
      copy = new CopyFile(target, null);
      const tell = (done: number) => setState({ kind: "writing", done, total: chosen.size });
      const given = { session, file: chosen, password, signal: stop.current.signal, tell };
      const blob = await unlocked(given, copy);
      await (blob && saveBlob(blob, name));
      setState({ kind: "done" });
    } catch (reason) {
      await copy?.drop();
      const { code } = failureOf(reason);
      setWrong(code === "wrong-password");
      setState(
        code === "wrong-password" ? { kind: "rest" } : { kind: "failed", text: why(reason) },
      );
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setWrong(false);
    setMissing(!file || !password);
    if (file && password && !busy) {
      run(file);
    }
  };
  return (
    <details class="card unfolds">
      <summary>{back.heading}</summary>
      <p>{back.lead}</p>
      <form onSubmit={submit} noValidate>
        <Field label={back.file} fault={missing && !file ? back.fileMissing : null}>
          {({ id, describedBy, invalid }) => (
            <input
              id={id}
              type="file"
              accept=".qba"
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          )}
        </Field>
        <PasswordField
          label={back.password}
          value={password}
          onValue={setPassword}
          fault={wrong ? back.wrong : missing && !password ? back.passwordMissing : null}
          autocomplete="current-password"
        />
        <div class="actions">
          <button type="submit" class="do" aria-disabled={busy}>
            {back.act}
          </button>
          {busy && (
            <button type="button" onClick={() => stop.current.abort()}>
              {words.stop}
            </button>
          )}
        </div>
        <Outcome state={state} />
      </form>
    </details>
  );
}

function why(reason: unknown): string {
  const failure = failureOf(reason);
  if (reason instanceof NotWritten) {
    return copyWords.notWritten;
  }
  if (reason instanceof DOMException || failure.code === "stopped") {
    return copyWords.stopped;
  }
  if (failure.code === "refused") {
    return back.none;
  }
  return failure.detail === "copy-changed" ? back.changed : words.failure(failure, "");
}

function Outcome({ state }: { state: State }) {
  switch (state.kind) {
    case "rest":
      return <p class="wait" role="status" />;
    case "opening":
      return (
        <p class="wait" role="status">
          {back.opening}
        </p>
      );
    case "writing": {
      const said = back.writing(size(state.done), size(state.total));
      return (
        <p>
          <progress value={state.done} max={state.total} aria-label={said} />
          <span class="meta">{said}</span>
        </p>
      );
    }
    case "failed":
      return <Trouble text={state.text} />;
    case "done":
      return <p role="status">{back.done}</p>;
  }
}
