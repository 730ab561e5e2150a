/** The two sheets that change how long something is kept: an earlier date, and deleting now. */

import { useState } from "preact/hooks";
import type { Failure, Message } from "../session.ts";
import { agreedDate, calendarDay, DAY_SECONDS, fullDay, wholeDay } from "../time.ts";
import { sheetWords } from "../words.sheets.ts";
import { firstName, words } from "../words.ts";
import { type Desk, failureOf, failureWords, useDesk } from "./desk.ts";
import { Choice, TextField } from "./fields.tsx";
import { Sheet, Trouble } from "./parts.tsx";

interface SheetProps {
  readonly message: Message;
  readonly onClose: () => void;
}

/** Sooner, at once and alone; the server refuses anything later. */
export function ShortenSheet({ message, onClose }: SheetProps) {
  const { session, dispatch, opened, now, zone, say } = useDesk();
  const [date, setDate] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const first = wholeDay(now()) + DAY_SECONDS;
  const last = wholeDay(message.expiresAt - 1);
  const latest = fullDay(message.expiresAt, zone);
  const submit = async (event: Event) => {
    event.preventDefault();
    const instant = agreedDate(date);
    if (instant === null || instant < first || instant > last) {
      setFault(sheetWords.shorten.wrong(latest));
      return;
    }
    try {
      await session.shorten(message.id, instant);
      dispatch({ kind: "shortened", id: message.id, expiresAt: instant });
      say(sheetWords.shorten.done(fullDay(instant, zone)));
      onClose();
    } catch (reason) {
      setFailure(failureOf(reason));
    }
  };
  return (
    <Sheet heading={sheetWords.shorten.heading} onClose={onClose}>
      <p>{first > last ? sheetWords.shorten.tooLate : sheetWords.shorten.lead}</p>
      {first <= last && (
        <form onSubmit={submit} noValidate>
          <TextField
            label={sheetWords.shorten.label}
            value={date}
            onValue={setDate}
            hint={sheetWords.shorten.hint(latest)}
            fault={fault}
            attributes={{
              type: "date",
              min: calendarDay(first, "UTC"),
              max: calendarDay(last, "UTC"),
            }}
          />
          {failure && <Trouble text={failureWords(failure, opened)} />}
          <div class="actions">
            <button type="submit" class="do">
              {sheetWords.shorten.act}
            </button>
            <button type="button" onClick={onClose}>
              {words.cancel}
            </button>
          </div>
        </form>
      )}
    </Sheet>
  );
}

/** Whose copy goes. Both may be chosen for what I wrote myself, where the agreement lets authors take back. */
export function DeleteSheet({ message, onClose }: SheetProps) {
  const desk = useDesk();
  const { opened, zone } = desk;
  const [whose, setWhose] = useState<"mine" | "both">("mine");
  const name = firstName(opened.otherName);
  const date = fullDay(message.expiresAt, zone);
  const alone = message.byMail || message.refused !== undefined;
  const mayBoth = message.mine && opened.policy.authorMayRecall;
  const submit = (event: Event) => {
    event.preventDefault();
    onClose();
    startDelete(desk, [message.id], () => desk.session.expire(message.id, whose));
    desk.go({ view: "list", filter: "all" });
  };
  return (
    <Sheet heading={sheetWords.remove.heading} onClose={onClose}>
      <form onSubmit={submit}>
        {mayBoth ? (
          <Choice
            legend={sheetWords.remove.heading}
            hideLegend
            choices={[
              {
                value: "mine",
                label: sheetWords.remove.mine,
                hint: sheetWords.remove.mineHint(name, date),
              },
              {
                value: "both",
                label: sheetWords.remove.both,
                hint: sheetWords.remove.bothHint(name),
              },
            ]}
            chosen={whose}
            onChoose={setWhose}
          />
        ) : (
          <p>
            {sheetWords.remove.goes}{" "}
            {alone ? sheetWords.remove.mineAlone(name) : sheetWords.remove.mineHint(name, date)}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="do destroys">
            {whose === "mine" ? sheetWords.remove.doMine : sheetWords.remove.doBoth}
          </button>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

/** That it is gone, and by when from backups: the first alone where there are none, or nobody answers just now. */
async function deletedWords({ session, now, zone }: Desk): Promise<string> {
  const { done, doneBackups } = sheetWords.remove;
  const days = await session.own("backupDays", []).catch(() => 0);
  return days ? doneBackups(fullDay(now() + days * DAY_SECONDS, zone)) : done;
}

/** Ten seconds, then these go by `expire`; until then they are out of sight, and come back where that is cancelled. */
export function startDelete(desk: Desk, ids: readonly string[], expire: () => Promise<void>): void {
  const { outgoing, dispatch, opened } = desk;
  dispatch({ kind: "leaving", ids });
  outgoing.start({
    waiting: words.outgoing.deleteIn,
    said: words.outgoing.deleteSaid,
    running: words.outgoing.deleting,
    failed: words.outgoing.notDeleted,
    failureWords: (failure) => failureWords(failure, opened),
    run: async () => {
      await expire();
      dispatch({ kind: "gone", ids });
      return await deletedWords(desk);
    },
    undo: () => dispatch({ kind: "leaving", ids: [] }),
    draft: null,
  });
}
