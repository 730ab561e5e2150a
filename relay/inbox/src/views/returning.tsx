/**
 * Instead of the list: somebody comes back to an inbox that was lost, by a spoken check with the coach; or the one who was client before may
 * stop it. Owns the way from either to the open inbox.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Draft } from "../drafts.ts";
import type { Action } from "../inbox.ts";
import type { Returning as Facts, Failure, Opened, Session } from "../session.ts";
import { fullDay, hour } from "../time.ts";
import { returningWords } from "../words.returning.ts";
import { firstName, words } from "../words.ts";
import { Letter } from "./before.tsx";
import { Check } from "./check.tsx";
import { failureOf } from "./desk.ts";
import { useArrival } from "./history.ts";
import { Heading, Trouble, Wait } from "./parts.tsx";
import { usePresence } from "./presence.ts";
import type { Surroundings } from "./start.tsx";
import type { LockReason } from "./unlock.tsx";

interface ReturningProps {
  readonly session: Session;
  readonly opened: Opened;
  readonly surroundings: Surroundings;
  readonly openedAt: number;
  readonly lock: (why: LockReason, drafts: readonly Draft[]) => void;
  readonly dispatch: (action: Action) => void;
  readonly listed: () => void;
}

interface Props extends ReturningProps {
  readonly facts: Facts;
}

export function Returning(given: ReturningProps) {
  const { session, opened, surroundings, openedAt } = given;
  const facts = opened.returning as Facts;
  const props = { ...given, facts };
  const lock = (why: LockReason) => given.lock(why, []);
  useArrival(`returning ${facts.you}`, "list");
  usePresence({ now: surroundings.now, openedAt, lock, tick: () => {} });
  const latest = useRef(lock);
  latest.current = lock;
  useEffect(given.listed, []);
  useEffect(
    () => session.onEvent((event) => event.kind === "locked" && latest.current("ended")),
    [session],
  );
  return (
    <Letter>
      {facts.you === "newcomer" ? <Newcomer {...props} /> : <Former {...props} />}
      <p>
        <button type="button" onClick={() => lock("pressed")}>
          {returningWords.lock}
        </button>
      </p>
    </Letter>
  );
}

/** Open what is there now; what fails can be tried again. */
function useEntering({ session, facts, dispatch }: Props) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (before: () => Promise<void>) => {
    setFailure(null);
    setBusy(true);
    try {
      await before();
      dispatch({ kind: "opened", opened: await session.choose(facts.id), drafts: [] });
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  };
  return { failure, busy, run };
}

function Newcomer(props: Props) {
  const { session, opened } = props;
  const name = firstName(opened.otherName);
  const { failure, run } = useEntering(props);
  const open = () => run(async () => {});
  const agree = async (signal: AbortSignal) => {
    await session.own("agreeReturn", [], () => {}, signal);
    open();
  };
  return (
    <>
      <Heading large>{returningWords.heading(name)}</Heading>
      <Check
        name={name}
        coach={false}
        ask={(signal) => session.own("checkReturn", [], () => {}, signal)}
        agree={agree}
        explain={(found) => words.failure(found, name)}
        intro={(start) => (
          <>
            <p class="lead">{returningWords.lead(name)}</p>
            <p>{returningWords.how(name)}</p>
            <div class="actions">
              <button type="button" class="do" onClick={start}>
                {returningWords.start}
              </button>
            </div>
          </>
        )}
        agreeing={<Wait>{returningWords.agreeing(name)}</Wait>}
        done={
          failure ? (
            <Trouble text={words.failure(failure, name)} again={open} label={returningWords.open} />
          ) : (
            <Wait>{returningWords.opening}</Wait>
          )
        }
      />
    </>
  );
}

function Former(props: Props) {
  const { session, opened, facts, surroundings } = props;
  const { zone } = surroundings;
  const { former } = returningWords;
  const name = firstName(opened.otherName);
  const { failure, busy, run } = useEntering(props);
  const late = facts.until <= surroundings.now() + opened.clockOffset;
  const stop = () => run(async () => await session.own("stopReturn", []));
  return (
    <>
      <Heading large>{former.heading(name)}</Heading>
      <p class="lead">
        {late
          ? former.late(name)
          : former.lead(name, fullDay(facts.until, zone), hour(facts.until, zone))}
      </p>
      {failure && <Trouble text={words.failure(failure, name)} />}
      {busy && <Wait>{former.stopping}</Wait>}
      {!late && (
        <>
          <div class="actions">
            <button
              type="button"
              class="do destroys"
              aria-disabled={busy}
              onClick={busy ? undefined : stop}
            >
              {former.stop}
            </button>
          </div>
          <p>{former.ring(name)}</p>
        </>
      )}
    </>
  );
}
