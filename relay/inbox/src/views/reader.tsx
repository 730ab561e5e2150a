/** Reading a thread: its messages oldest first, what came with them, until when they are kept, and what can be done. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Shown } from "../inbox.ts";
import { href } from "../route.ts";
import type { Failure, ListRow, Message } from "../session.ts";
import { exactly, fullDay, written } from "../time.ts";
import { readWords } from "../words.read.ts";
import { firstName, words } from "../words.ts";
import { AskAgain } from "./askagain.tsx";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Files } from "./files.tsx";
import { keptWords } from "./keptwords.ts";
import { lazy } from "./lazy.tsx";
import { Heading, Initials, Trouble, useKeys, Wait } from "./parts.tsx";
import { Prose } from "./prose.tsx";
import { DeleteSheet, ShortenSheet } from "./sheets.tsx";

const READ_AFTER_SECONDS = 2;

const KeepSheet = lazy(async () => (await import("./keepcopy.tsx")).KeepSheet);
const MailPart = lazy(async () => (await import("./mailpart.tsx")).MailPart);

/** Fetch the thread of a message into the state; again when something of it arrives or gets another date, or `attempt` changes. */
function useThread(id: string, attempt: number): Failure | null {
  const { session, inbox, dispatch } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const known = [...inbox.rows, ...inbox.waiting];
  const row = known.find((one) => one.id === id);
  const newest = row
    ? known
        .filter((one) => one.threadId === row.threadId)
        .map((one) => `${one.id} ${one.expiresAt}`)
        .join()
    : "";
  const loaded = useRef("");
  useEffect(() => {
    // Its row went while it was read: the state says so already, and the server would only say it again.
    if (!row && loaded.current === id) {
      return;
    }
    let wanted = true;
    const load = async () => {
      const threadId = row?.threadId ?? (await session.read(id)).threadId;
      const messages = [...(await session.thread(threadId))].sort((a, b) => a.order - b.order);
      if (wanted) {
        loaded.current = id;
        setFailure(null);
        dispatch({ kind: "thread", id: threadId, messages });
      }
    };
    load().catch((reason: unknown) => wanted && setFailure(failureOf(reason)));
    return () => {
      wanted = false;
    };
  }, [id, newest, attempt]);
  useEffect(() => () => dispatch({ kind: "left" }), [id]);
  return failure;
}

export function Reader({ id }: { id: string }) {
  const { inbox, opened, go } = useDesk();
  const [attempt, setAttempt] = useState(0);
  const failure = useThread(id, attempt);
  const row = inbox.rows.find((one) => one.id === id);
  const shown = inbox.thread?.shown ?? [];
  const here = shown.flatMap((one) => (one.state === "here" ? [one.message] : []));
  const living = here.filter((one) => !one.wentUnread);
  const missing =
    failure?.code === "gone" || (inbox.thread !== null && !shown.some((one) => idOf(one) === id));
  useKeys((event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      go({ view: "list", filter: "all" });
    }
  });
  return (
    <section class="reader" aria-label={readWords.read.title}>
      <p class="paper-only">{readWords.read.between(opened.myName, opened.otherName)}</p>
      <Heading>{headingOf(here[0] ?? row, inbox.thread !== null)}</Heading>
      {missing && <p class="gone">{readWords.read.goneBefore}</p>}
      {failure && failure.code !== "gone" && (
        <Trouble text={failureWords(failure, opened)} again={() => setAttempt(attempt + 1)} />
      )}
      {!inbox.thread && !failure && <Wait>{readWords.read.loading}</Wait>}
      {inbox.thread && <Messages key={`${inbox.thread.id} ${id}`} shown={shown} focus={id} />}
      {living.length > 0 && <ThreadActions last={living.at(-1) as Message} />}
    </section>
  );
}

/** The thread's subject; nothing of it once everything is gone. */
function headingOf(first: ListRow | undefined, loaded: boolean): string {
  if (!first) {
    return readWords.read.title;
  }
  if (first.failed) {
    return words.list.failed;
  }
  if (first.wentUnread) {
    return readWords.read.title;
  }
  return first.subject || (loaded ? words.list.noSubject : readWords.read.title);
}

function idOf(shown: Shown): string {
  return shown.state === "here" ? shown.message.id : shown.id;
}

/** The message that was asked for, what is unread and the last one are open; the others fold to a line. */
function Messages({ shown, focus }: { shown: readonly Shown[]; focus: string }) {
  const [unfolded, setUnfolded] = useState<readonly string[]>(() => [
    focus,
    ...shown.flatMap((one) => (one.state === "here" && one.message.unread ? [one.message.id] : [])),
  ]);
  const [pressed, setPressed] = useState("");
  const last = shown.at(-1);
  return (
    <>
      {shown.map((one) => {
        if (one.state === "gone") {
          return (
            <p key={one.id} class="gone" role="status">
              {readWords.read.gone}
            </p>
          );
        }
        const { message } = one;
        if (message.wentUnread) {
          return <WentUnread key={message.id} message={message} />;
        }
        const open = one === last || unfolded.includes(message.id);
        return open ? (
          <OpenMessage key={message.id} message={message} pressed={pressed === message.id} />
        ) : (
          <Folded
            key={message.id}
            message={message}
            unfold={() => {
              setUnfolded([...unfolded, message.id]);
              setPressed(message.id);
            }}
          />
        );
      })}
    </>
  );
}

/** What I wrote, and what was deleted on its date before anybody opened it. */
function WentUnread({ message }: { message: Message }) {
  const { opened, zone } = useDesk();
  const date = fullDay(message.createdAt, zone);
  return <p class="gone">{words.list.wentUnreadLong(firstName(opened.otherName), date)}</p>;
}

function Folded({ message, unfold }: { message: Message; unfold: () => void }) {
  const { now, zone } = useDesk();
  const who = message.mine ? readWords.read.you : message.senderName;
  const when = written(message.createdAt, now(), zone);
  return (
    <article class="folded-message" aria-label={who}>
      <h2>
        <button type="button" aria-label={readWords.read.unfold(who, when)} onClick={unfold}>
          <Initials name={message.senderName} />
          <span class="cut">
            <strong>{who}</strong> <span class="meta">{message.firstWords}</span>
          </span>
          <span class="meta">{when}</span>
        </button>
      </h2>
    </article>
  );
}

/** Count a message as read once it has been in view for two seconds. */
function useRead(message: Message) {
  const { session, dispatch, opened } = useDesk();
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const target = element.current;
    // With read marks a further look does what is left to be done: what was only marked as read is opened now, and a date may have to follow.
    const told = message.unread || (opened.policy.readMarks && !message.mine);
    if (!target || !told) {
      return;
    }
    let timer = 0;
    const watcher = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.some((entry) => entry.isIntersecting)) {
        timer = window.setTimeout(() => {
          dispatch({ kind: "read", id: message.id });
          // A mark that did not reach the server is set again at the next reading.
          session.markRead(message.id).catch(() => {});
        }, READ_AFTER_SECONDS * 1000);
      }
    });
    watcher.observe(target);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, [message.id, message.unread]);
  return element;
}

/** `pressed`: it was folded until just now, and what had the focus is gone with its line. */
function OpenMessage({ message, pressed }: { message: Message; pressed: boolean }) {
  const { opened } = useDesk();
  const element = useRead(message);
  useEffect(() => {
    if (pressed) {
      element.current?.querySelector("h2")?.focus({ preventScroll: true });
    }
  }, []);
  const name = firstName(opened.otherName);
  const who = message.mine ? readWords.read.you : message.senderName;
  return (
    <article class="message" ref={element} aria-label={who}>
      <MessageHead message={message} who={who} />
      {message.givenBack && <p class="aside">{words.list.givenBack(name)}</p>}
      {message.gapBefore && (
        <p class="aside">
          {message.mine
            ? readWords.read.gapMine
            : readWords.read.gap(firstName(message.senderName))}
        </p>
      )}
      {message.failed ? (
        <>
          <p class="gone">{readWords.read.failed(name, message.failed.code)}</p>
          <AskAgain message={message} />
        </>
      ) : (
        <>
          {message.mail || message.refused ? (
            <MailPart message={message} />
          ) : (
            <Prose text={message.text} />
          )}
          <Files message={message} />
        </>
      )}
      <KeptLine message={message} />
    </article>
  );
}

function MessageHead({ message, who }: { message: Message; who: string }) {
  const { opened, now, zone } = useDesk();
  const [exact, setExact] = useState(false);
  const to = message.mine ? firstName(opened.otherName) : readWords.read.toYou;
  return (
    <header class="message-head">
      <Initials name={message.senderName} />
      <h2 tabIndex={-1}>
        <strong>{who}</strong> <span class="meta">{readWords.read.to(to)}</span>
      </h2>
      {message.failed ? (
        // Nothing of it says at what time it was written.
        <p class="meta when">{fullDay(message.createdAt, zone)}</p>
      ) : (
        <button type="button" class="when" aria-expanded={exact} onClick={() => setExact(!exact)}>
          {exact ? exactly(message.createdAt, zone) : written(message.createdAt, now(), zone)}
        </button>
      )}
      {message.opened !== undefined && (
        <p class="meta opened">
          {message.opened ? readWords.read.opened(to) : readWords.read.notOpened(to)}
        </p>
      )}
    </header>
  );
}

/** Always the same line under the text: until when, for whom, and how to change it. */
function KeptLine({ message }: { message: Message }) {
  const { now, zone, opened } = useDesk();
  const [sheet, setSheet] = useState<"shorten" | "keep" | "delete" | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { tone, line, shows } = keptWords(message, opened.otherName, now(), zone);
  return (
    <footer class="message-foot">
      <p class={tone}>{line}</p>
      {shows && <p class="meta">{shows}</p>}
      <div class="actions">
        <button type="button" class="link" onClick={() => setSheet("shorten")}>
          {readWords.read.change}
        </button>
        {!message.failed && !message.refused && (
          <button type="button" class="link" onClick={() => setSheet("keep")}>
            {readWords.read.keepCopy}
          </button>
        )}
        <button type="button" class="link" onClick={() => setSheet("delete")}>
          {readWords.read.remove}
        </button>
        {!message.mine && <MarkUnread message={message} onFailure={setFailure} />}
      </div>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <p class="paper-only">{words.frame.paper(fullDay(message.expiresAt, zone))}</p>
      {sheet === "shorten" && <ShortenSheet message={message} onClose={() => setSheet(null)} />}
      {sheet === "keep" && <KeepSheet message={message} onClose={() => setSheet(null)} />}
      {sheet === "delete" && <DeleteSheet message={message} onClose={() => setSheet(null)} />}
    </footer>
  );
}

/** Back to the list, where it stands as new: in view here, it would count as read again after two seconds. */
function MarkUnread({
  message,
  onFailure,
}: {
  message: Message;
  onFailure: (failure: Failure) => void;
}) {
  const { session, dispatch, go, say } = useDesk();
  const mark = async () => {
    try {
      await session.markAll([message.id], true);
      go({ view: "list", filter: "all" });
      dispatch({ kind: "marked", ids: [message.id], unread: true });
      say(readWords.read.unreadAgain);
    } catch (reason) {
      onFailure(failureOf(reason));
    }
  };
  return (
    <button type="button" class="link" onClick={mark}>
      {readWords.read.markUnread}
    </button>
  );
}

function ThreadActions({ last }: { last: Message }) {
  const { opened } = useDesk();
  return (
    <div class="actions thread-actions">
      {opened.engagementState === "active" && !last.refused && !last.failed && (
        <a class="button do" href={href({ view: "reply", id: last.id })}>
          {/* What came by mail cannot be answered from here: the answer goes to the other one of us. */}
          {last.byMail ? words.list.emptyWrite(firstName(opened.otherName)) : readWords.read.reply}
        </a>
      )}
      <button type="button" onClick={() => print()}>
        {readWords.read.print}
      </button>
    </div>
  );
}
