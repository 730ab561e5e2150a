/**
 * *Leave*: ends the work, empties the inbox, waits for the receipt and closes every way in, in this order, so that a stop in between loses nothing:
 * taken up again, it still ends with the receipt of what the first run has deleted.
 */

import { useRef, useState } from "preact/hooks";
import { hasCome, highest, keptCount, waitsAbove } from "../leaving.ts";
import { href } from "../route.ts";
import type { Failure } from "../session.ts";
import type { ReceiptRow } from "../session.work.ts";
import { fullDay } from "../time.ts";
import { leaveWords } from "../words.leave.ts";
import { settingWords } from "../words.settings.ts";
import { firstName } from "../words.ts";
import { type Desk, failureOf, failureWords, useDesk } from "./desk.ts";
import { TextField } from "./fields.tsx";
import { UpToSettings } from "./frame.tsx";
import { keep, kept } from "./kept.ts";
import { Heading, saveBlob, Trouble } from "./parts.tsx";

const LOOK_EVERY_MS = 3_000;
const LOOKS = 60;

type State =
  | { readonly kind: "rest" }
  | { readonly kind: "running"; readonly said: string }
  | { readonly kind: "no-receipt" }
  | { readonly kind: "failed"; readonly failure: Failure };

export function Leave() {
  const desk = useDesk();
  const { opened, zone } = desk;
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [state, setState] = useState<State>({ kind: "rest" });
  const above = useRef(0);
  const name = firstName(opened.otherName);
  const say = (said: string) => setState({ kind: "running", said });
  const run = async (work: () => Promise<boolean>) => {
    const leave = desk.present();
    try {
      if (await work()) {
        await close(desk, say);
      } else {
        setState({ kind: "no-receipt" });
      }
    } catch (reason) {
      setState({ kind: "failed", failure: failureOf(reason) });
    } finally {
      leave();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const right = typed.trim().toLowerCase() === leaveWords.typed;
    setFault(right ? null : leaveWords.missing);
    if (right && state.kind !== "running") {
      run(async () => {
        const waits = await empty(desk, say);
        above.current = waits ?? 0;
        return waits === null ? await older(desk) : await receipt(desk, say, waits);
      });
    }
  };
  return (
    <>
      <UpToSettings />
      <Heading>{settingWords.leave.heading}</Heading>
      {opened.myRole === "coach" ? (
        <p class="lead">{leaveWords.coach}</p>
      ) : (
        <>
          <p class="lead">{leaveWords.lead(name, fullDay(opened.policy.holdEndsAt, zone))}</p>
          {opened.engagementState === "active" && <p>{leaveWords.ends(name)}</p>}
          <p>{leaveWords.stays}</p>
          <p>
            {leaveWords.copy} <a href={href({ view: "work", page: "copy" })}>{leaveWords.copyDo}</a>
          </p>
          <form class="card" onSubmit={submit} noValidate>
            <p>{leaveWords.receipt}</p>
            <TextField
              label={leaveWords.label}
              value={typed}
              onValue={setTyped}
              hint={leaveWords.hint}
              fault={fault}
              attributes={{ autocomplete: "off", autocapitalize: "none", spellcheck: false }}
            />
            <button type="submit" class="do destroys" aria-disabled={state.kind === "running"}>
              {leaveWords.act}
            </button>
            <p class="wait" role="status">
              {state.kind === "running" && state.said}
            </p>
            {state.kind === "failed" && <Trouble text={failureWords(state.failure, opened)} />}
          </form>
          {state.kind === "no-receipt" && (
            <>
              <Trouble
                text={leaveWords.noReceipt}
                again={() => run(() => receipt(desk, say, above.current))}
                label={leaveWords.wait}
              />
              <button type="button" onClick={() => run(async () => true)}>
                {leaveWords.without}
              </button>
            </>
          )}
        </>
      )}
    </>
  );
}

/** End the work where it goes on and delete every copy; answers above which count a receipt is to come, null for none. */
async function empty(desk: Desk, say: (said: string) => void): Promise<number | null> {
  const { session, opened } = desk;
  const first = keptCount(kept("leaving"));
  const before = highest(await session.receipts());
  keep("leaving", String(first ?? before));
  if (opened.engagementState === "active") {
    say(leaveWords.ending);
    await session.close((await session.planClosing()).latestAt, false);
  }
  say(leaveWords.deleting);
  const deleted = await session.own("deleteMine", [opened.inboundAddress]);
  const waits = waitsAbove({ deleted, before, first });
  if (waits === null) {
    keep("leaving", null);
  }
  return waits;
}

/** Nothing was there to delete: whoever did that in another browser still gets the receipts that there are. */
async function older(desk: Desk): Promise<true> {
  const found = await desk.session.receipts();
  if (hasCome(found, 0)) {
    await saveAll(desk, found);
  }
  return true;
}

/** Wait for a receipt that was not there before: an old one says nothing of what has gone now. */
async function receipt(desk: Desk, say: (said: string) => void, above: number): Promise<boolean> {
  say(leaveWords.waiting);
  for (let look = 0; look < LOOKS; look++) {
    const found = await desk.session.receipts();
    if (hasCome(found, above)) {
      await saveAll(desk, found);
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return false;
}

async function saveAll({ session }: Desk, found: readonly ReceiptRow[]): Promise<void> {
  await saveBlob(await session.saveReceipts(found.map(({ id }) => id)), leaveWords.fileName);
}

async function close({ session, lock }: Desk, say: (said: string) => void): Promise<void> {
  say(leaveWords.closing);
  await session.own("leave", []);
  keep("leaving", null);
  lock();
}
