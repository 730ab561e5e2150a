/** The conversations of this inbox, to choose some of them for a copy. Owns the list while it is shown. */

import { useEffect, useId, useMemo, useState } from "preact/hooks";
import type { Failure, ListRow } from "../session.ts";
import { day } from "../time.ts";
import { copyWords } from "../words.copy.ts";
import { words } from "../words.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Trouble, Wait } from "./parts.tsx";

const AT_ONCE = 100;

interface Thread {
  readonly id: string;
  readonly subject: string;
  readonly messages: number;
  readonly files: number;
  readonly lastAt: number;
}

interface Props {
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly fault: string | undefined;
}

export function ChooseThreads({ chosen, onChoose, fault }: Props) {
  const { inbox, opened, now, zone } = useDesk();
  const [drawn, setDrawn] = useState(AT_ONCE);
  const { failure, load } = useAllRows();
  const threads = useMemo(() => threadsOf(inbox.rows), [inbox.rows]);
  const id = useId();
  if (failure) {
    return <Trouble text={failureWords(failure, opened)} again={load} />;
  }
  if (inbox.more) {
    return <Wait>{copyWords.finding}</Wait>;
  }
  const toggle = (thread: string) => {
    const next = new Set(chosen);
    if (!next.delete(thread)) {
      next.add(thread);
    }
    onChoose(next);
  };
  const left = threads.length - drawn;
  return (
    <fieldset class="choice" aria-describedby={fault ? id : undefined}>
      <legend class="unseen">{copyWords.whichOnes}</legend>
      {threads.slice(0, drawn).map((thread, at) => (
        <label key={thread.id} class="option">
          <input
            type="checkbox"
            checked={chosen.has(thread.id)}
            aria-invalid={(at === 0 && Boolean(fault)) || undefined}
            onChange={() => toggle(thread.id)}
          />
          <span>
            {thread.subject || words.list.noSubject}
            <span class="hint">
              {copyWords.thread(thread.messages, thread.files, day(thread.lastAt, now(), zone))}
            </span>
          </span>
        </label>
      ))}
      {left > 0 && (
        <button type="button" onClick={() => setDrawn(drawn + AT_ONCE)}>
          {copyWords.more(Math.min(left, AT_ONCE))}
        </button>
      )}
      {fault && (
        <p id={id} class="fault">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

/** The pages further back are fetched, because a conversation may have begun there. */
function useAllRows(): { readonly failure: Failure | null; readonly load: () => void } {
  const { session, inbox, dispatch } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = () => {
    setFailure(null);
    if (inbox.more) {
      session.list(inbox.before).then(
        (page) => dispatch({ kind: "page", page }),
        (reason: unknown) => setFailure(failureOf(reason)),
      );
    }
  };
  useEffect(load, [inbox.more, inbox.before]);
  return { failure, load };
}

/** Newest first; a conversation is called as its first message is. */
function threadsOf(rows: readonly ListRow[]): readonly Thread[] {
  const threads = new Map<string, Thread>();
  for (const row of rows.filter((one) => !one.failed && !one.wentUnread)) {
    const known = threads.get(row.threadId);
    threads.set(row.threadId, {
      id: row.threadId,
      subject: row.subject,
      messages: (known?.messages ?? 0) + 1,
      files: (known?.files ?? 0) + row.files,
      lastAt: known?.lastAt ?? row.createdAt,
    });
  }
  return [...threads.values()];
}
