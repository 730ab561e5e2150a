/** *Add another browser*: a square and six words, for five minutes and one browser. Owns them while they are shown, and forgets them with the view. */

import { useEffect, useState } from "preact/hooks";
import { spokenAddress } from "../origin.ts";
import type { Lent, LentState } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { hour } from "../time.ts";
import { inviteWords } from "../words.invite.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { CopyButton, Trouble, Wait } from "./parts.tsx";
import { Square } from "./square.tsx";

const LOOK_MS = 3_000;

export function Lend({ done, cancel }: { readonly done: () => void; readonly cancel: () => void }) {
  const { session, opened, zone, now } = useDesk();
  const [lent, setLent] = useState<Lent | null>(null);
  const [code, setCode] = useState("");
  const [state, setState] = useState<LentState>("open");
  const [failure, setFailure] = useState<Failure | null>(null);
  const said = inviteWords.lend;
  const failed = (reason: unknown) => setFailure(failureOf(reason));
  const begin = () => {
    setFailure(null);
    setLent(null);
    setCode("");
    setState("open");
    const made = session.own("lend", []).then(async (one) => {
      setLent(one);
      setCode(await session.own("lentCode", []));
    });
    made.catch(failed);
  };
  useEffect(begin, []);
  const waiting = lent !== null && state === "open";
  useEffect(() => {
    if (!waiting) {
      return;
    }
    const look = () => {
      const over = now() >= lent.expiresAt;
      session.own("lentState", []).then(
        (next) => setState(over && next === "open" ? "none" : next),
        () => {},
      );
    };
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting, lent]);
  const end = () => {
    session.own("endLending", []).catch(() => {});
    cancel();
  };
  return (
    <section class="card">
      <h2>{said.heading}</h2>
      {state === "open" && (
        <>
          <p>{said.lead}</p>
          {lent ? (
            <Shown lent={lent} code={code} />
          ) : (
            !failure && <Wait>{inviteWords.makingCode}</Wait>
          )}
          {lent && <p class="hint">{said.good(hour(lent.expiresAt, zone))}</p>}
        </>
      )}
      <p role="status">
        {waiting ? said.waiting : state === "used" ? said.used : state === "none" ? said.over : ""}
      </p>
      {state === "used" && <p class="hint">{said.usedHint}</p>}
      {failure && <Trouble text={failureWords(failure, opened)} again={begin} />}
      <div class="actions">
        {state === "none" && (
          <button type="button" class="do" onClick={begin}>
            {said.again}
          </button>
        )}
        <button type="button" onClick={state === "used" ? done : end}>
          {state === "open" ? said.end : said.close}
        </button>
      </div>
    </section>
  );
}

function Shown({ lent, code }: { readonly lent: Lent; readonly code: string }) {
  return (
    <>
      <Square text={lent.link} name={inviteWords.squareName} />
      <CopyButton text={lent.link} />
      <p>{inviteWords.lend.typed(spokenAddress(lent.link))}</p>
      {code ? <p class="typed">{code}</p> : <Wait>{inviteWords.makingCode}</Wait>}
    </>
  );
}
