/** Step 3 of joining: five ready-made words, or a password of one's own. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type PasswordFault, passwordFault } from "../password.ts";
import type { EnrolmentDraft } from "../session.ts";
import { first } from "../words.first.ts";
import { joinWords } from "../words.join.ts";
import { Letter } from "./before.tsx";
import { Choice, PasswordField } from "./fields.tsx";
import { StepTop } from "./firm.tsx";
import { Banner, CopyButton, Heading } from "./parts.tsx";

export interface PasswordChoice {
  readonly kind: "offered" | "own";
  readonly own: string;
}

interface PasswordProps {
  readonly draft: EnrolmentDraft;
  readonly choice: PasswordChoice;
  readonly setChoice: (choice: PasswordChoice) => void;
  /** What a password may not be made of. */
  readonly names: readonly string[];
  readonly notice: string | null;
  readonly back: () => void;
  readonly next: () => void;
}

export function Password({ draft, choice, setChoice, names, notice, back, next }: PasswordProps) {
  const [fault, setFault] = useState<PasswordFault | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = choice.kind === "own" ? passwordFault(choice.own, names) : null;
    setFault(found);
    if (!found) {
      next();
    }
  };
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [fault]);
  return (
    <Letter top={<StepTop step={3} />}>
      <Heading large>{joinWords.opens}</Heading>
      {notice && <Banner tone="note">{notice}</Banner>}
      <p class="lead">{joinWords.opensLead}</p>
      <form ref={form} class="card" onSubmit={submit} noValidate>
        <InboxName draft={draft} />
        <Choice
          legend={joinWords.which}
          choices={[
            {
              value: "offered",
              label: joinWords.offered,
              hint: joinWords.offeredHint,
              under: <Offered draft={draft} />,
            },
            {
              value: "own",
              label: joinWords.own,
              hint: joinWords.ownHint,
              under: (
                <PasswordField
                  label={joinWords.password}
                  value={choice.own}
                  onValue={(own) => setChoice({ ...choice, own })}
                  fault={fault && joinWords.faults[fault]}
                  autocomplete="new-password"
                />
              ),
            },
          ]}
          chosen={choice.kind}
          onChoose={(kind) => setChoice({ ...choice, kind })}
        />
        <div class="actions steps">
          <button type="submit" class="do">
            {joinWords.next}
          </button>
          <button type="button" class="quiet" onClick={back}>
            {first.back}
          </button>
        </div>
      </form>
    </Letter>
  );
}

/** Shown for the person, and as a field so that the browser saves it with the password. */
function InboxName({ draft }: { draft: EnrolmentDraft }) {
  return (
    <div class="field">
      <label for="inbox-name">{joinWords.inboxName}</label>
      <input
        id="inbox-name"
        name="username"
        type="text"
        autocomplete="username"
        readOnly
        value={draft.name}
        aria-describedby="inbox-name-below"
      />
      <p id="inbox-name-below" class="hint">
        {joinWords.inboxNameHint}
      </p>
    </div>
  );
}

function Offered({ draft }: { draft: EnrolmentDraft }) {
  return (
    <>
      <p class="five-words">{draft.offeredPassword}</p>
      <input
        class="unseen"
        type="password"
        name="password"
        autocomplete="new-password"
        readOnly
        tabIndex={-1}
        aria-hidden="true"
        value={draft.offeredPassword}
      />
      <CopyButton text={draft.offeredPassword} />
    </>
  );
}
