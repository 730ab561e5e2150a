/**
 * *Take a copy*: everything, or chosen conversations, as one file under a password or without; made in this browser. What it is, and what it is
 * not, is said before. Owns the choices and the making while the page is open; whoever goes elsewhere gives it up.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { CopyFile, type Sealing } from "../copyfile.ts";
import { passwordFault } from "../password.ts";
import type { Failure, Session } from "../session.ts";
import { chooseTarget, NotWritten, type Target } from "../target.ts";
import { calendarDay, fullDay } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
import { useAsked } from "./asked.ts";
import { Copying, type Made, type Step, type Threads } from "./copymaking.ts";
import { ChooseThreads } from "./copythreads.tsx";
import { failureOf, failureWords, goesOn, useDesk } from "./desk.ts";
import { Choice, PasswordField } from "./fields.tsx";
import { OpenCopy } from "./opencopy.tsx";
import { Heading, saveBlob, Trouble, Wait } from "./parts.tsx";
import { type PageProps, UpToWork } from "./work.tsx";

const MOST_TOLD = 20;

type State =
  | { readonly kind: "choosing" }
  | { readonly kind: "preparing" }
  | { readonly kind: "making"; readonly step: Step }
  /** `failure` null: its owner stopped it. */
  | { readonly kind: "paused"; readonly step: Step; readonly failure: Failure | null }
  | { readonly kind: "broken"; readonly text: string }
  | { readonly kind: "made"; readonly made: Made };

export function Copy(props: PageProps) {
  const { session, zone } = useDesk();
  const { work } = props;
  return (
    <>
      <UpToWork />
      <Heading>{copyWords.heading}</Heading>
      <p class="lead">{copyWords.lead(fullDay(work.deleted.at, zone))}</p>
      <Taken />
      <Form {...props} />
      <OpenCopy session={session} />
    </>
  );
}

/** When copies were taken: only whoever took them sees that. */
function Taken() {
  const { session, zone } = useDesk();
  const copies = useAsked(() => session.own("copiesTaken", [])).value ?? [];
  const [last] = copies;
  return last ? (
    <p class="meta">{copyWords.taken(fullDay(last.at, zone), last.chosen, copies.length)}</p>
  ) : null;
}

type Faults = { readonly threads?: string; readonly password?: string };

function Form({ work }: PageProps) {
  const { opened } = useDesk();
  const [which, setWhich] = useState<"all" | "some">("all");
  const [threads, setThreads] = useState<ReadonlySet<string>>(new Set());
  const [who, setWho] = useState<"locked" | "open">("locked");
  const [password, setPassword] = useState("");
  const [faults, setFaults] = useState<Faults>({});
  const { state, make, goOn, stop, giveUp } = useMaking(work);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [faults]);
  useEffect(() => {
    if (state.kind === "made") {
      setPassword("");
    }
  }, [state.kind]);
  const submit = (event: Event) => {
    event.preventDefault();
    const weak = who === "locked" && passwordFault(password, [opened.myName, opened.otherName]);
    const none = which === "some" && threads.size === 0;
    setFaults({
      ...(weak && { password: copyWords.faults[weak] }),
      ...(none && { threads: copyWords.chooseOne }),
    });
    if (!weak && !none) {
      make(which === "some" ? threads : null, who === "locked" ? password : null);
    }
  };
  const choosing = state.kind === "choosing" || state.kind === "made" || state.kind === "broken";
  return (
    <>
      {choosing && (
        <form ref={form} class="card" onSubmit={submit} noValidate>
          <Choice
            legend={copyWords.what}
            choices={[
              {
                value: "all",
                label: copyWords.all,
                hint: copyWords.allHint(work.myRole === "coach"),
              },
              {
                value: "some",
                label: copyWords.some,
                hint: copyWords.someHint,
                under: (
                  <ChooseThreads chosen={threads} onChoose={setThreads} fault={faults.threads} />
                ),
              },
            ]}
            chosen={which}
            onChoose={setWhich}
          />
          <Choice
            legend={copyWords.who}
            choices={[
              {
                value: "locked",
                label: copyWords.locked,
                hint: copyWords.lockedHint,
                under: (
                  <PasswordField
                    label={copyWords.password}
                    hint={copyWords.passwordHint}
                    value={password}
                    onValue={setPassword}
                    fault={faults.password}
                    autocomplete="new-password"
                  />
                ),
              },
              { value: "open", label: copyWords.open, hint: copyWords.openHint },
            ]}
            chosen={who}
            onChoose={setWho}
          />
          <p>{who === "open" ? copyWords.read : copyWords.readLocked}</p>
          <button type="submit" class="do">
            {copyWords.make}
          </button>
        </form>
      )}
      <Progress state={state} goOn={goOn} stop={stop} giveUp={giveUp} />
      <p class="quiet-text">{copyWords.made}</p>
    </>
  );
}

interface Current {
  readonly file: CopyFile;
  readonly copying: Copying;
  readonly name: string;
  /** Of chosen conversations alone. */
  readonly chosen: boolean;
}

/** The making itself. It ends with the page: what is half made is dropped. */
function useMaking(work: PageProps["work"]) {
  const desk = useDesk();
  const [state, setState] = useState<State>({ kind: "choosing" });
  const current = useRef<Current | null>(null);
  const stopping = useRef(new AbortController());
  const drop = () => {
    stopping.current.abort();
    current.current?.file.drop();
    current.current = null;
  };
  useEffect(() => drop, []);
  const run = async () => {
    const making = current.current;
    if (!making) {
      return;
    }
    const leave = desk.present();
    stopping.current = new AbortController();
    let step: Step = { done: 0, total: 0, file: null };
    const tell = (next: Step) => {
      step = next;
      setState({ kind: "making", step });
    };
    tell(step);
    try {
      const made = await making.copying.run(stopping.current.signal, tell);
      await (made.blob && saveBlob(made.blob, making.name));
      current.current = null;
      setState({ kind: "made", made });
      // The copy is there whatever becomes of the line about it.
      desk.session.own("noteCopy", [making.chosen]).catch(() => {});
    } catch (reason) {
      const failure = failureOf(reason);
      if (goesOn(reason)) {
        const stopped = failure.code === "stopped";
        setState({ kind: "paused", step, failure: stopped ? null : failure });
        return;
      }
      drop();
      const text =
        reason instanceof NotWritten ? copyWords.notWritten : failureWords(failure, desk.opened);
      setState({ kind: "broken", text });
    } finally {
      leave();
    }
  };
  const make = async (threads: Threads, password: string | null) => {
    const ending = password === null ? "zip" : "qba";
    const name = `${copyWords.fileName(calendarDay(desk.now(), desk.zone))}.${ending}`;
    let target: Target | null = null;
    try {
      // First of all, because a browser asks only in answer to a press.
      target = await chooseTarget(name);
      if (!target) {
        return;
      }
      setState({ kind: "preparing" });
      const sealing = password === null ? null : await sealingOf(desk.session, password);
      const file = new CopyFile(target, sealing);
      current.current = {
        file,
        name,
        chosen: threads !== null,
        copying: new Copying({ desk, work, threads, file }),
      };
    } catch (reason) {
      target?.drop();
      const text =
        reason instanceof NotWritten
          ? copyWords.notWritten
          : failureWords(failureOf(reason), desk.opened);
      setState({ kind: "broken", text });
      return;
    }
    await run();
  };
  const giveUp = () => {
    drop();
    setState({ kind: "choosing" });
  };
  return { state, make, goOn: run, stop: () => stopping.current.abort(), giveUp };
}

async function sealingOf(session: Session, password: string): Promise<Sealing> {
  return {
    head: await session.own("lockCopy", [password]),
    seal: (piece) => session.own("sealCopy", [piece]),
    end: () => session.own("endCopy", []),
  };
}

interface ProgressProps {
  readonly state: State;
  readonly goOn: () => void;
  readonly stop: () => void;
  readonly giveUp: () => void;
}

function Progress({ state, goOn, stop, giveUp }: ProgressProps) {
  const { opened } = useDesk();
  switch (state.kind) {
    case "choosing":
      return null;
    case "preparing":
      return <Wait>{copyWords.preparing}</Wait>;
    case "making":
    case "paused":
      return (
        <section class="card">
          <Far step={state.step} />
          {state.kind === "paused" &&
            (state.failure ? (
              <Trouble text={`${failureWords(state.failure, opened)} ${copyWords.broke}`} />
            ) : (
              <p role="status">{copyWords.paused}</p>
            ))}
          <div class="actions">
            {state.kind === "making" ? (
              <button type="button" onClick={stop}>
                {words.stop}
              </button>
            ) : (
              <>
                <button type="button" class="do" onClick={goOn}>
                  {copyWords.goOn}
                </button>
                <button type="button" onClick={giveUp}>
                  {copyWords.giveUp}
                </button>
              </>
            )}
          </div>
        </section>
      );
    case "broken":
      return <Trouble text={state.text} />;
    case "made":
      return <Done made={state.made} />;
  }
}

function Far({ step: { done, total, file } }: { step: Step }) {
  const said = copyWords.saving(done, total);
  return (
    <>
      <p>
        <progress value={done} max={Math.max(total, 1)} aria-label={said} />
        <span class="meta">{said}</span>
      </p>
      {file && <p class="meta wrap">{copyWords.fetching(file.name, file.done, file.total)}</p>}
    </>
  );
}

/** What could not be had is noted in the copy by its place and a code; a person is told the file's own name. */
function fileLeft(noted: string): string | null {
  return /^files\/\d+-\d+-(.+): [^:]+$/.exec(noted)?.[1] ?? null;
}

function Done({ made: { messages, files, left } }: { made: Made }) {
  return (
    <section class="card">
      <p role="status">
        {copyWords.done} {copyWords.inIt(messages, files)}
      </p>
      {left.length > 0 && (
        <>
          <p>{copyWords.left}</p>
          <ul class="bullets">
            {left.slice(0, MOST_TOLD).map((one) => (
              <li key={one} class="wrap">
                {fileLeft(one) ?? copyWords.leftMessage}
              </li>
            ))}
          </ul>
          {left.length > MOST_TOLD && <p>{copyWords.leftMore(left.length - MOST_TOLD)}</p>}
        </>
      )}
    </section>
  );
}
