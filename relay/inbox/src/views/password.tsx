/** Step 3 of joining: the device's own unlock where there is one; five ready-made words, or a password of one's own. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type PasswordFault, passwordFault } from "../password.ts";
import type { EnrolmentDraft, Failure } from "../session.ts";
import { browserWords } from "../words.browsers.ts";
import { first } from "../words.first.ts";
import { joinWords } from "../words.join.ts";
import { firstName, words } from "../words.ts";
import { Letter } from "./before.tsx";
import { failureOf } from "./desk.ts";
import { deviceChoice, notMade } from "./device.tsx";
import { Choice, PasswordField } from "./fields.tsx";
import { StepTop } from "./firm.tsx";
import { Banner, CopyButton, Heading, Trouble, Wait } from "./parts.tsx";
import { NoPasskey } from "./passkey.tsx";

export interface OpeningChoice {
  readonly by: "passkey" | "password";
  readonly kind: "offered" | "own";
  readonly own: string;
}

interface ChosenProps {
  readonly draft: EnrolmentDraft;
  readonly choice: OpeningChoice;
  readonly setChoice: (choice: OpeningChoice) => void;
}

interface OpeningProps extends ChosenProps {
  /** The device's own unlock is offered. */
  readonly deviceHere: boolean;
  readonly hold: () => Promise<void>;
  readonly coachName: string;
  /** What a password may not be made of. */
  readonly names: readonly string[];
  readonly notice: string | null;
  readonly back: () => void;
  readonly next: () => void;
}

export function Opening(props: OpeningProps) {
  const { draft, choice, setChoice, deviceHere, hold, coachName, names, notice, back, next } =
    props;
  const [fault, setFault] = useState<PasswordFault | null>(null);
  const device = useAsking(hold, firstName(coachName));
  const form = useRef<HTMLFormElement>(null);
  const byDevice = choice.by === "passkey";
  const submit = async (event: Event) => {
    event.preventDefault();
    const own = !byDevice && choice.kind === "own";
    const found = own ? passwordFault(choice.own, names) : null;
    setFault(found);
    if (!found && (!byDevice || (await device.ask()))) {
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
      <p class="lead">{joinWords.opensLead(firstName(coachName))}</p>
      <form ref={form} class="card" onSubmit={submit} noValidate>
        {deviceHere && (
          <Choice
            legend={joinWords.opens}
            hideLegend
            choices={[
              deviceChoice(),
              {
                value: "password",
                label: joinWords.choosePassword,
                hint: joinWords.choosePasswordHint,
              },
            ]}
            chosen={choice.by}
            onChoose={(by) => {
              device.clear();
              setChoice({ ...choice, by });
            }}
          />
        )}
        {device.trouble && <Trouble text={device.trouble} />}
        {!byDevice && <Password {...{ draft, choice, setChoice, fault }} />}
        {device.asking && <Wait>{joinWords.deviceAsks}</Wait>}
        <div class="actions steps">
          <button type="submit" class="do" aria-disabled={device.asking}>
            {byDevice ? browserWords.addDevice : joinWords.next}
          </button>
          <button type="button" class="quiet" onClick={back}>
            {first.back}
          </button>
        </div>
      </form>
    </Letter>
  );
}

/** The device's question, and what came of it: whether there is a passkey now. */
function useAsking(hold: () => Promise<void>, name: string) {
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<NoPasskey | Failure | null>(null);
  const ask = async () => {
    if (asking) {
      return false;
    }
    setAsking(true);
    setTrouble(null);
    try {
      await hold();
      return true;
    } catch (reason) {
      setTrouble(reason instanceof NoPasskey ? reason : failureOf(reason));
      return false;
    } finally {
      setAsking(false);
    }
  };
  return {
    ask,
    asking,
    trouble: trouble && troubleWords(trouble, name),
    clear: () => setTrouble(null),
  };
}

function troubleWords(trouble: NoPasskey | Failure, name: string): string {
  return trouble instanceof NoPasskey ? notMade(trouble) : words.failure(trouble, name);
}

interface PasswordProps extends ChosenProps {
  readonly fault: PasswordFault | null;
}

function Password({ draft, choice, setChoice, fault }: PasswordProps) {
  return (
    <>
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
    </>
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
