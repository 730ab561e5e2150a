/** At the top of the list: something was done to this inbox from another browser. Asks whether that was its owner; decides nothing. */

import { useState } from "preact/hooks";
import { href } from "../route.ts";
import type { Failure } from "../session.ts";
import { fullDay } from "../time.ts";
import { happenedWords } from "../words.happened.ts";
import { firstName } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { lazy } from "./lazy.tsx";
import { Banner, Trouble } from "./parts.tsx";

const AskSheet = lazy(async () => (await import("./asksheet.tsx")).AskSheet);

export function Happened() {
  const { inbox, opened, session, dispatch, zone } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const { happened } = inbox;
  if (!happened) {
    return null;
  }
  if (happened.what === "askSheet") {
    return <AskSheet />;
  }
  const other = firstName(opened.otherName);
  const answer = (name: "answerHappened" | "endReopening") => {
    setFailure(null);
    const done = () => dispatch({ kind: "happened", happened: null });
    const asked =
      name === "endReopening"
        ? session
            .own("endReopening", [])
            .then(() => session.own("answerHappened", [happened.number]))
        : session.own("answerHappened", [happened.number]);
    asked.then(done, (reason: unknown) => setFailure(failureOf(reason)));
  };
  return (
    <Banner tone="soon">
      <p>
        {happenedWords.what[happened.what](fullDay(happened.at, zone), other)}{" "}
        {happened.what === "reopening" || happened.what === "reopened" ? (
          happenedWords.ring(other)
        ) : (
          <a href={href({ view: "settings", page: "browsers" })}>{happenedWords.look}</a>
        )}
      </p>
      <p class="actions">
        {happened.what === "reopening" && (
          <button type="button" class="button" onClick={() => answer("endReopening")}>
            {happenedWords.end}
          </button>
        )}
        <button type="button" class="link" onClick={() => answer("answerHappened")}>
          {happenedWords.mine}
        </button>
      </p>
      {failure && <Trouble text={failureWords(failure, opened)} />}
    </Banner>
  );
}
