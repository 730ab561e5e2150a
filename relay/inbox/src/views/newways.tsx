/** A new password, a new recovery sheet: who asks for one first shows what they have now, so that nobody at an open screen can. */

import { useEffect, useState } from "preact/hooks";
import { passwordFault } from "../password.ts";
import type { NewSheet } from "../session.own.ts";
import { browserWords } from "../words.browsers.ts";
import { joinWords } from "../words.join.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, PasswordField } from "./fields.tsx";
import { CopyButton, Trouble, Wait } from "./parts.tsx";
import { SheetCard } from "./recoverysheet.tsx";

interface FormProps {
  readonly done: (said: string) => void;
  readonly cancel: () => void;
}

/** What is typed to show that one may: ends in a fault for its field, another trouble, or nothing. */
function useProof(none = false) {
  const { session, opened } = useDesk();
  const [now, setNow] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setTrouble("");
    setFault(now ? null : browserWords.nowMissing);
    if (!now || busy) {
      return;
    }
    setBusy(true);
    try {
      await session.own("prove", [now]);
      await work();
    } catch (reason) {
      const failure = failureOf(reason);
      if (failure.code === "wrong-password" || failure.code === "sheet-group") {
        setFault(browserWords.nowWrong);
      } else {
        setTrouble(failureWords(failure, opened));
      }
    } finally {
      setBusy(false);
    }
  };
  const field = (
    <PasswordField
      label={browserWords.now}
      hint={none ? browserWords.nowHintSheet : browserWords.nowHint}
      value={now}
      onValue={setNow}
      fault={fault}
      autocomplete="current-password"
    />
  );
  const outcome = (
    <>
      <p class="wait" role="status">
        {busy && browserWords.checking}
      </p>
      {trouble && <Trouble text={trouble} />}
    </>
  );
  return { run, field, outcome, busy };
}

interface PasswordFormProps extends FormProps {
  /** There is no password yet. */
  readonly none: boolean;
}

export function ChangePassword({ none, done, cancel }: PasswordFormProps) {
  const { session, opened } = useDesk();
  const proof = useProof(none);
  const [kind, setKind] = useState<"offered" | "own">("offered");
  const [offered, setOffered] = useState("");
  const [own, setOwn] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    session.own("offerPassword", []).then(setOffered, () => setKind("own"));
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = kind === "own" ? passwordFault(own, [opened.myName, opened.otherName]) : null;
    setFault(found && browserWords.faults[found]);
    if (!found && (kind === "own" || offered)) {
      proof.run(async () => {
        await session.own("changePassword", [kind === "own" ? own : offered]);
        done(none ? browserWords.passwordSet : browserWords.passwordDone);
      });
    }
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      <h2>{none ? browserWords.noPassword : browserWords.passwordHeading}</h2>
      {proof.field}
      <Choice
        legend={browserWords.which}
        choices={[
          {
            value: "offered",
            label: browserWords.offered,
            hint: browserWords.offeredHint,
            under: (
              <>
                <p class="five-words">{offered}</p>
                <CopyButton text={offered} />
              </>
            ),
          },
          {
            value: "own",
            label: browserWords.own,
            hint: browserWords.ownHint,
            under: (
              <PasswordField
                label={browserWords.newPassword}
                value={own}
                onValue={setOwn}
                fault={fault}
                autocomplete="new-password"
              />
            ),
          },
        ]}
        chosen={kind}
        onChoose={setKind}
      />
      {proof.outcome}
      <div class="actions">
        <button type="submit" class="do" aria-disabled={proof.busy}>
          {none ? browserWords.passwordSetDo : browserWords.passwordDo}
        </button>
        <button type="button" onClick={cancel}>
          {browserWords.cancel}
        </button>
      </div>
    </form>
  );
}

export function NewSheetForm({ done, cancel }: FormProps) {
  const { session } = useDesk();
  const proof = useProof();
  const [drawn, setDrawn] = useState<NewSheet | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    proof.run(async () => setDrawn(await session.own("drawSheet", [])));
  };
  if (drawn) {
    return <KeepSheet drawn={drawn} done={done} cancel={cancel} />;
  }
  return (
    <form class="card" onSubmit={submit} noValidate>
      <h2>{browserWords.sheetHeading}</h2>
      <p>{browserWords.sheetLead}</p>
      {proof.field}
      {proof.outcome}
      <div class="actions">
        <button type="submit" class="do" aria-disabled={proof.busy}>
          {browserWords.sheetGo}
        </button>
        <button type="button" onClick={cancel}>
          {browserWords.cancel}
        </button>
      </div>
    </form>
  );
}

function KeepSheet({ drawn, done, cancel }: FormProps & { readonly drawn: NewSheet }) {
  const { session, opened, now, zone } = useDesk();
  const [taken, setTaken] = useState(false);
  const [ticked, setTicked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const use = async () => {
    setBusy(true);
    setTrouble("");
    try {
      await session.own("keepSheet", []);
      done(browserWords.sheetDone);
    } catch (reason) {
      setTrouble(failureWords(failureOf(reason), opened));
      setBusy(false);
    }
  };
  return (
    <>
      <p class="lead">{browserWords.sheetLead}</p>
      <SheetCard draft={drawn} today={now()} zone={zone} taken={() => setTaken(true)} />
      <label class="tick">
        <input
          type="checkbox"
          checked={ticked}
          onChange={(event) => setTicked(event.currentTarget.checked)}
        />
        <span>{joinWords.tick}</span>
      </label>
      {busy && <Wait>{browserWords.checking}</Wait>}
      {trouble && <Trouble text={trouble} />}
      <div class="actions">
        <button type="button" class="do" disabled={!taken || !ticked || busy} onClick={use}>
          {browserWords.sheetDo}
        </button>
        <button type="button" onClick={cancel}>
          {browserWords.cancel}
        </button>
      </div>
      <p class="hint">{browserWords.sheetHint}</p>
    </>
  );
}
