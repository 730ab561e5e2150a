/** Taking a report back: one press before it leaves, a sheet with what it means after it. */

import { useState } from "preact/hooks";
import type { Failure } from "../session.ts";
import { day, hour } from "../time.ts";
import { reportWords as words } from "../words.report.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Sheet, Trouble, Wait } from "./parts.tsx";

/** `tomorrow at 09:00` is said with its day: a page stays open overnight. */
export function releaseTime(from: number, now: number, zone: string): string {
  return words.released.at(day(from, now, zone), hour(from, zone));
}

/** One press before the release; a sheet with what it means after it. */
export function Withdraw({ waiting, done }: { waiting: boolean; done: () => unknown }) {
  const { session, opened, say } = useDesk();
  const { released } = words;
  const { sponsorName } = opened.policy;
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const withdraw = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await session.report("withdraw", []);
      say(waiting ? released.cancelled : released.done);
      setAsked(false);
      await done();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
    setBusy(false);
  };
  const trouble = (
    <>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      {busy && <Wait>{released.withdrawing}</Wait>}
    </>
  );
  if (waiting) {
    return (
      <>
        <button type="button" disabled={busy} onClick={withdraw}>
          {released.cancel}
        </button>
        {trouble}
      </>
    );
  }
  return (
    <>
      <button type="button" onClick={() => setAsked(true)}>
        {released.withdraw}
      </button>
      {asked && (
        <Sheet heading={released.withdrawHeading(sponsorName)} onClose={() => setAsked(false)}>
          <p>{released.withdrawText(sponsorName)}</p>
          {trouble}
          <div class="actions">
            <button type="button" class="do destroys" disabled={busy} onClick={withdraw}>
              {released.withdraw}
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}
