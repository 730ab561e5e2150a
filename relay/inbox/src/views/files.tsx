/** The files of a message: looking at pictures and plain text inside the page, saving anything, stopping halfway. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, FileFacts, Message, Opened, Progress } from "../session.ts";
import { NotWritten } from "../target.ts";
import { day } from "../time.ts";
import { readWords } from "../words.read.ts";
import { size, words } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { Icon, Sheet, saveBlob } from "./parts.tsx";
import { type Follow, isWrittenAsItComes, LargeSaving } from "./savelarge.ts";

/** Kinds that the browser draws as a picture and that can carry no script. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const PLAIN_TEXT = "text/plain";
const LARGEST_LOOK_BYTES = 25_000_000;
/** More text than this is not read in a sheet, and would make the page slow. */
const LARGEST_TEXT_BYTES = 1_000_000;

type Kind = "picture" | "text" | "other";

function kindOf(file: FileFacts): Kind {
  if (PICTURES.includes(file.type) && file.bytes <= LARGEST_LOOK_BYTES) {
    return "picture";
  }
  return file.type === PLAIN_TEXT && file.bytes <= LARGEST_TEXT_BYTES ? "text" : "other";
}

export function Files({ message }: { message: Message }) {
  if (!message.attachments.length) {
    return null;
  }
  return (
    <section class="files" aria-label={readWords.file.heading}>
      <ul>
        {message.attachments.map((file) => (
          <li key={file.index}>
            <FileRow message={message} file={file} />
          </li>
        ))}
      </ul>
    </section>
  );
}

type State =
  | { readonly kind: "rest"; readonly said: string }
  | { readonly kind: "fetching"; readonly progress: Progress }
  /** `failure` null: it could not be written where it was to lie. */
  | { readonly kind: "failed"; readonly failure: Failure | null }
  | { readonly kind: "looking"; readonly blob: Blob };

function FileRow({ message, file }: { message: Message; file: FileFacts }) {
  const desk = useDesk();
  const [state, setState] = useState<State>({ kind: "rest", said: "" });
  const abort = useRef<AbortController | null>(null);
  const [large] = useState(() => new LargeSaving(file));
  const end = () => {
    abort.current?.abort();
    large.end();
  };
  useEffect(() => end, []);
  const run = async (work: (follow: Follow) => Promise<State>) => {
    const leave = desk.present();
    abort.current = new AbortController();
    const show = (progress: Progress) => setState({ kind: "fetching", progress });
    show({ done: 0, total: file.bytes });
    try {
      setState(await work({ show, signal: abort.current.signal }));
    } catch (reason) {
      setState(afterFailure(reason));
    } finally {
      leave();
    }
  };
  const fetched = ({ show, signal }: Follow) =>
    desk.session.file(message.id, file.index, show, signal);
  const saveWhole = async (follow: Follow): Promise<State> => {
    await saveBlob(await fetched(follow), file.name);
    return { kind: "rest", said: saidOfSaving() };
  };
  const saveLarge = async (follow: Follow): Promise<State> => {
    await large.run(desk.session, message.id, follow);
    return { kind: "rest", said: saidOfSaving() };
  };
  const save = async () => {
    if (!isWrittenAsItComes(file)) {
      await run(saveWhole);
      return;
    }
    try {
      // Nothing is waited for before this: a browser asks only in answer to a press.
      if (await large.choose()) {
        await run(saveLarge);
      }
    } catch (reason) {
      setState(afterFailure(reason));
    }
  };
  const look = () => run(async (follow) => ({ kind: "looking", blob: await fetched(follow) }));
  const kind = kindOf(file);
  const sooner = file.expiresAt < message.expiresAt;
  return (
    <div class="file">
      <Icon shape={kind === "picture" ? "picture" : "file"} />
      <div class="file-name">
        <span class="name">{file.name}</span>
        <span class="meta">
          {size(file.bytes)}
          {sooner && ` · ${readWords.file.sooner(day(file.expiresAt, desk.now(), desk.zone))}`}
        </span>
      </div>
      <div class="actions">
        {state.kind === "fetching" ? (
          <button type="button" onClick={() => abort.current?.abort()}>
            {words.stop}
          </button>
        ) : (
          <>
            {kind !== "other" && (
              <button type="button" aria-label={readWords.file.lookAt(file.name)} onClick={look}>
                {readWords.file.look}
              </button>
            )}
            <button type="button" aria-label={readWords.file.saveFile(file.name)} onClick={save}>
              {readWords.file.save}
            </button>
          </>
        )}
      </div>
      <FileState state={state} opened={desk.opened} />
      {state.kind === "looking" && (
        <Look
          file={file}
          kind={kind}
          blob={state.blob}
          onClose={() => setState({ kind: "rest", said: "" })}
        />
      )}
    </div>
  );
}

function afterFailure(reason: unknown): State {
  if (reason instanceof NotWritten) {
    return { kind: "failed", failure: null };
  }
  const failure = failureOf(reason);
  return failure.code === "stopped"
    ? { kind: "rest", said: readWords.file.stopped }
    : { kind: "failed", failure };
}

/** That a saved file stays is said once on each device. */
function saidOfSaving(): string {
  const told = kept("told-of-saving");
  keep("told-of-saving", "yes");
  return told ? readWords.file.saved : readWords.file.savedOnce;
}

function FileState({ state, opened }: { state: State; opened: Opened }) {
  if (state.kind === "fetching") {
    const line = readWords.file.progress(size(state.progress.done), size(state.progress.total));
    return (
      <p class="file-state">
        <progress max={state.progress.total} value={state.progress.done} aria-label={line} />
        <span>{line}</span>
      </p>
    );
  }
  return (
    <p class="file-state" role="status">
      {saidOf(state, opened)}
    </p>
  );
}

function saidOf(state: State, opened: Opened): string {
  switch (state.kind) {
    case "rest":
      return state.said;
    case "failed":
      return state.failure ? failureWords(state.failure, opened) : readWords.file.notWritten;
    default:
      return "";
  }
}

function Look({
  file,
  kind,
  blob,
  onClose,
}: {
  file: FileFacts;
  kind: Kind;
  blob: Blob;
  onClose: () => void;
}) {
  return (
    <Sheet heading={file.name} onClose={onClose} wide>
      {kind === "picture" ? <Picture blob={blob} file={file} /> : <Text blob={blob} />}
    </Sheet>
  );
}

function Picture({ blob, file }: { blob: Blob; file: FileFacts }) {
  const [address, setAddress] = useState("");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    // The kind that was judged, whatever the blob itself claims to be.
    const made = URL.createObjectURL(new Blob([blob], { type: file.type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (failed) {
    return <p>{readWords.file.cannotShow}</p>;
  }
  // biome-ignore lint/a11y/noNoninteractiveElementInteractions: nobody presses it; a picture that cannot be drawn is to be said
  return address ? <img src={address} alt={file.name} onError={() => setFailed(true)} /> : null;
}

function Text({ blob }: { blob: Blob }) {
  const [text, setText] = useState("");
  useEffect(() => {
    blob.text().then(setText);
  }, [blob]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
    <pre class="look-text" tabIndex={0}>
      {text}
    </pre>
  );
}
