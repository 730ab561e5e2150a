/** *Can't get in?*: the recovery sheet's digits, and what to do without them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure, ListRow, Opened, Session } from "../session.ts";
import { fullDay } from "../time.ts";
import { GROUP_DIGITS, loginName, SHEET_GROUPS, spread } from "../typed.ts";
import { recoverWords } from "../words.recover.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { Firm } from "./firm.tsx";
import { useArrival } from "./history.ts";
import { keep, kept } from "./kept.ts";
import { lazy } from "./lazy.tsx";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { usePresence } from "./presence.ts";

const Camera = lazy(async () => (await import("./camera.tsx")).Camera);
const OpenCopy = lazy(async () => (await import("./opencopy.tsx")).OpenCopy);

interface RecoverProps {
  readonly session: Session;
  readonly open: (opened: Opened, remembered: string | null) => void;
}

export function Recover({ session, open }: RecoverProps) {
  const [name, setName] = useState(() => kept("inbox-name") ?? "");
  const [fields, setFields] = useState<readonly string[]>(() =>
    Array<string>(SHEET_GROUPS).fill(""),
  );
  const [fault, setFault] = useState<{ readonly group: number; readonly text: string } | null>(
    null,
  );
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [opening, setOpening] = useState(false);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [locked, setLocked] = useState(false);
  const [camera, setCamera] = useState<"off" | "on" | "failed" | "read">("off");
  const [attempt, setAttempt] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useArrival("help", "help");

  const point = (group: number, text: string) => {
    setFault({ group, text });
    form.current?.querySelectorAll<HTMLInputElement>(".group input")[group - 1]?.focus();
  };
  const failed = (found: Failure) => {
    if (found.code === "sheet-group" && found.group) {
      point(found.group, recoverWords.wrongGroup(found.group));
    } else {
      setFailure(found);
    }
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setFailure(null);
    setFault(null);
    setLocked(false);
    setMissing(!loginName(name));
    const short = fields.findIndex((field) => field.length !== GROUP_DIGITS);
    if (short >= 0) {
      point(short + 1, recoverWords.missing(short + 1));
      return;
    }
    if (!loginName(name)) {
      return;
    }
    setOpening(true);
    try {
      setOpened(await session.unlock({ name: loginName(name), sheet: fields.join(" ") }));
    } catch (reason) {
      setOpening(false);
      failed(failureOf(reason));
    }
  };
  const typed = (at: number, value: string) => {
    setFields(spread(fields, at, value));
    setFault(null);
  };
  const read = (digits: string) => {
    typed(0, digits);
    setCamera("read");
    const next = loginName(name) ? ".do" : "input[name=username]";
    form.current?.querySelector<HTMLElement>(next)?.focus();
  };
  if (opened) {
    const yes = (anew: Opened) => {
      keep("by-sheet", "password");
      open(anew, kept("inbox-name"));
    };
    const no = () => {
      session.lock().catch(() => {});
      setOpened(null);
      setOpening(false);
      setLocked(true);
    };
    return <Proof session={session} opened={opened} yes={yes} no={no} />;
  }
  return (
    <Letter top={<Firm />}>
      <Heading large>{recoverWords.heading}</Heading>
      <form ref={form} class="card" onSubmit={submit} noValidate>
        <h2>{recoverWords.withSheet}</h2>
        <TextField
          label={words.unlock.name}
          value={name}
          onValue={setName}
          hint={words.unlock.nameHint}
          fault={missing ? words.unlock.nameMissing : null}
          attributes={{
            name: "username",
            autocomplete: "username",
            autocapitalize: "none",
            spellcheck: false,
          }}
        />
        <Groups fields={fields} fault={fault} typed={typed} />
        {(camera === "on" || camera === "failed") && (
          <Camera
            key={attempt}
            found={read}
            failed={() => setCamera("failed")}
            leave={() => setCamera("off")}
          />
        )}
        <div class="actions">
          <button
            type="button"
            onClick={() => {
              setCamera(camera === "on" ? "off" : "on");
              setAttempt(attempt + 1);
            }}
          >
            {camera === "on" ? recoverWords.cameraOff : recoverWords.camera}
          </button>
          <span class="said-here" role="status">
            {camera === "read" && recoverWords.read}
          </span>
        </div>
        <button type="submit" class="do wide" aria-disabled={opening}>
          {recoverWords.open}
        </button>
        <p class="wait" role="status">
          {opening ? words.unlock.opening : locked && recoverWords.notMine}
        </p>
        {failure && <Trouble text={sheetFailure(failure)} />}
      </form>
      <section class="card">
        <h2>{recoverWords.other}</h2>
        <p>{recoverWords.otherHow}</p>
        <a class="button" href={href({ view: "add" })}>
          {recoverWords.otherGo}
        </a>
      </section>
      <section class="card">
        <h2>{recoverWords.noSheet}</h2>
        <p>{recoverWords.noSheetHow}</p>
      </section>
      <OpenCopy session={session} />
      <p class="foot-links">
        <a href={href({ view: "locked" })}>{recoverWords.back}</a>
      </p>
    </Letter>
  );
}

interface ProofProps {
  readonly session: Session;
  readonly opened: Opened;
  readonly yes: (anew: Opened) => void;
  readonly no: () => void;
}

/** Before anything is said to have worked: one thing that only the right digits open, and whose it is. */
function Proof({ session, opened, yes, no }: ProofProps) {
  const [found, setFound] = useState<ListRow | null | "waiting">("waiting");
  const [failure, setFailure] = useState<Failure | null>(null);
  const { zone, now } = HERE;
  useArrival("proof", "help");
  const [openedAt] = useState(now);
  usePresence({ now, openedAt, lock: no, tick: () => {} });
  const look = () => {
    setFailure(null);
    newestOf(session, opened).then(setFound, (reason: unknown) => setFailure(failureOf(reason)));
  };
  useEffect(look, []);
  // Opened once more: what was told while nobody listened would be missing from the page.
  const goOn = () => {
    const anew = opened.returning ? Promise.resolve(opened) : session.choose(FIRST);
    anew.then(yes, (reason: unknown) => setFailure(failureOf(reason)));
  };
  return (
    <Letter>
      <Heading large>{recoverWords.question}</Heading>
      {found === "waiting" && !failure && <Wait>{recoverWords.looking}</Wait>}
      {failure && <Trouble text={words.failure(failure, "")} again={look} />}
      {found !== "waiting" && <p class="lead">{proofOf(found, opened, zone)}</p>}
      <div class="actions">
        {found !== "waiting" && (
          <button type="button" class="do" onClick={goOn}>
            {recoverWords.yes}
          </button>
        )}
        <button type="button" onClick={no}>
          {recoverWords.no}
        </button>
      </div>
    </Letter>
  );
}

/** No engagement has this id: the first is opened, as it was by the sheet. */
const FIRST = "A".repeat(22);

const HERE = {
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  now: () => Math.floor(Date.now() / 1000),
};

/** The newest message that opens, null for none; a lost inbox that comes back shows nothing yet. */
async function newestOf(session: Session, opened: Opened): Promise<ListRow | null> {
  const rows = opened.returning ? [] : (await session.list(null)).rows;
  return rows.find((one) => !one.failed && !one.wentUnread) ?? null;
}

/** From whom it is, and of which day. */
function proofOf(row: ListRow | null, opened: Opened, zone: string): string {
  if (!row) {
    return recoverWords.empty(opened.otherName);
  }
  const day = fullDay(row.createdAt, zone);
  return row.mine ? recoverWords.mine(day) : recoverWords.newest(row.senderName, day);
}

/** The server says the same of a wrong sheet as of a wrong password; here it was digits. */
function sheetFailure(failure: Failure): string {
  return failure.code === "wrong-password" ? recoverWords.wrong : words.failure(failure, "");
}

interface GroupsProps {
  readonly fields: readonly string[];
  readonly fault: { readonly group: number; readonly text: string } | null;
  readonly typed: (at: number, value: string) => void;
}

function Groups({ fields, fault, typed }: GroupsProps) {
  const inputs = useRef<HTMLInputElement[]>([]);
  const input = (at: number, element: HTMLInputElement) => {
    typed(at, element.value);
    const digits = element.value.replace(/\D/g, "").length;
    if (digits >= GROUP_DIGITS) {
      inputs.current[
        digits > GROUP_DIGITS ? SHEET_GROUPS - 1 : Math.min(at + 1, SHEET_GROUPS - 1)
      ]?.focus();
    }
  };
  return (
    <fieldset class="groups" aria-describedby="groups-below">
      <legend>{recoverWords.groups}</legend>
      <div class="group-row">
        {fields.map((value, at) => (
          <label key={recoverWords.group(at + 1)} class="group">
            <span>{at + 1}</span>
            <input
              ref={(element) => {
                if (element) {
                  inputs.current[at] = element;
                }
              }}
              type="text"
              inputMode="numeric"
              autocomplete="off"
              value={value}
              aria-label={recoverWords.group(at + 1)}
              aria-invalid={fault?.group === at + 1 || undefined}
              onInput={(event) => input(at, event.currentTarget)}
            />
          </label>
        ))}
      </div>
      <p id="groups-below" class={fault ? "fault" : "hint"} role="status">
        {fault?.text ?? recoverWords.withSheetHint}
      </p>
    </fieldset>
  );
}
