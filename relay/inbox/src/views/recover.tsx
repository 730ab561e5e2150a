/** *Can't get in?*: the recovery sheet's digits, and what to do without them. */

import { useRef, useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure, Opened, Session } from "../session.ts";
import { GROUP_DIGITS, loginName, SHEET_GROUPS, spread } from "../typed.ts";
import { recoverWords } from "../words.recover.ts";
import { words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { useArrival } from "./history.ts";
import { keep, kept } from "./kept.ts";
import { Heading, Trouble } from "./parts.tsx";

interface RecoverProps {
  readonly session: Session;
  readonly relayName: string;
  readonly open: (opened: Opened, remembered: string | null) => void;
}

export function Recover({ session, relayName, open }: RecoverProps) {
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
      const opened = await session.unlock({ name: loginName(name), sheet: fields.join(" ") });
      keep("by-sheet", "password");
      open(opened, kept("inbox-name"));
    } catch (reason) {
      setOpening(false);
      failed(failureOf(reason));
    }
  };
  const typed = (at: number, value: string) => {
    setFields(spread(fields, at, value));
    setFault(null);
  };
  return (
    <Letter top={<span class="firm">{relayName}</span>}>
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
        <button type="submit" class="do wide" aria-disabled={opening}>
          {recoverWords.open}
        </button>
        <p class="wait" role="status">
          {opening && words.unlock.opening}
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
      <p class="foot-links">
        <a href={href({ view: "locked" })}>{recoverWords.back}</a>
      </p>
    </Letter>
  );
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
