/** Two weeks after joining, once, at the top of the list: whether the recovery sheet is still there. Who cannot find it makes another on the spot. */

import { useState } from "preact/hooks";
import type { Failure } from "../session.ts";
import { GROUP_DIGITS } from "../typed.ts";
import { askWords } from "../words.asksheet.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { lazy } from "./lazy.tsx";
import { Trouble } from "./parts.tsx";

// From the page that has it already: words and forms of the ways in stand in one file.
const NewSheet = lazy(async () => (await import("./browsers.tsx")).NewSheetForm);

export function AskSheet() {
  const { session, opened, dispatch, say } = useDesk();
  const [group, setGroup] = useState("");
  const [wrong, setWrong] = useState(false);
  const [lost, setLost] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const gone = () => dispatch({ kind: "happened", happened: null });
  const answer = (typed: string | null, then: () => void) => {
    setWrong(false);
    setFailure(null);
    session.own("answerSheet", [typed]).then(then, (reason: unknown) => {
      const found = failureOf(reason);
      setWrong(found.code === "sheet-group");
      setFailure(found.code === "sheet-group" ? null : found);
    });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    answer(group, () => {
      say(askWords.saved);
      gone();
    });
  };
  if (lost) {
    const done = (text: string) => {
      say(text);
      gone();
    };
    return (
      <div class="asking">
        <p>{askWords.later}</p>
        <NewSheet done={done} cancel={gone} />
      </div>
    );
  }
  return (
    <form class="card" onSubmit={submit} noValidate>
      <h2>{askWords.heading}</h2>
      <p>{askWords.lead}</p>
      <TextField
        label={askWords.label}
        value={group}
        onValue={setGroup}
        fault={wrong ? askWords.wrong : null}
        attributes={{ inputMode: "numeric", autocomplete: "off", maxLength: 2 * GROUP_DIGITS }}
      />
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <div class="actions">
        <button type="submit" class="do">
          {askWords.here}
        </button>
        <button type="button" onClick={() => answer(null, () => setLost(true))}>
          {askWords.lost}
        </button>
      </div>
    </form>
  );
}
