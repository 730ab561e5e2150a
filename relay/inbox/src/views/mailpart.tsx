/**
 * What came by e-mail, fetched when somebody first opens such a message: how it came, in words; whether it was its owner; its
 * own words; its layout after a press; and the list of what was turned away.
 */

import { useState } from "preact/hooks";
import type { Message } from "../session.ts";
import { written } from "../time.ts";
import { mailWords } from "../words.mail.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { keep, kept } from "./kept.ts";
import { LayoutFrame } from "./layoutframe.tsx";
import { Prose } from "./prose.tsx";

/** A mail, or a notice of mail that was turned away. */
export function MailPart({ message }: { message: Message }) {
  if (message.refused) {
    return <Refused refused={message.refused} />;
  }
  const { mail } = message;
  if (!mail) {
    return <Prose text={message.text} />;
  }
  return (
    <>
      <div class="aside">
        <p>
          {mailWords.came(mail.from || mailWords.nobody, mail.grade)} {!mail.tls && mailWords.open}
        </p>
        {mail.copiedToWork && <p>{mailWords.copied}</p>}
        {mail.confirm === "mine" && <p>{mailWords.confirm.said}</p>}
      </div>
      {mail.confirm === "asked" && <Question message={message} />}
      {mail.opened === "file" ? (
        <p class="gone">{mailWords.file}</p>
      ) : (
        <Body message={message} cut={mail.opened === "cut"} hasLayout={mail.hasLayout} />
      )}
      {mail.grade !== "code" && (
        <Original byRule={mail.grade === "rule" || mail.grade === "rule-signed"} />
      )}
    </>
  );
}

/** Held until its owner has said whether it was they who sent it. */
function Question({ message }: { message: Message }) {
  const { session, opened, dispatch, say } = useDesk();
  const [said, setSaid] = useState(false);
  const [fault, setFault] = useState("");
  const judge = async (mine: boolean) => {
    setFault("");
    try {
      await session.judgeMail(message.id, mine);
      if (mine) {
        setSaid(true);
        say(mailWords.confirm.thanks);
      } else {
        say(mailWords.confirm.gone);
        dispatch({ kind: "gone", ids: [message.id] });
      }
    } catch (reason) {
      setFault(failureWords(failureOf(reason), opened));
    }
  };
  if (said) {
    return <p class="aside">{mailWords.confirm.thanks}</p>;
  }
  return (
    <section class="banner soon ask" aria-label={mailWords.confirm.question}>
      <p>
        <strong>{mailWords.confirm.question}</strong> {mailWords.confirm.why}
      </p>
      <div class="actions">
        <button type="button" onClick={() => judge(true)}>
          {mailWords.confirm.mine}
        </button>
        <button type="button" onClick={() => judge(false)}>
          {mailWords.confirm.notMine}
        </button>
      </div>
      <p role="alert">{fault}</p>
    </section>
  );
}

interface BodyProps {
  readonly message: Message;
  readonly cut: boolean;
  readonly hasLayout: boolean;
}

/** The words first; the layout after a press, in a frame of its own. */
function Body({ message, cut, hasLayout }: BodyProps) {
  const [laidOut, setLaidOut] = useState(false);
  return (
    <>
      {laidOut ? (
        <LayoutFrame id={message.id} />
      ) : message.text.trim() ? (
        <Prose text={message.text} />
      ) : (
        <p class="gone">{mailWords.noText}</p>
      )}
      {cut && <p class="aside">{mailWords.cut}</p>}
      {hasLayout && (
        <p>
          <button type="button" aria-pressed={laidOut} onClick={() => setLaidOut(!laidOut)}>
            {laidOut ? mailWords.layout.hide : mailWords.layout.show}
          </button>
        </p>
      )}
    </>
  );
}

/** Where the original still is: said under each mail until somebody has understood it, on each device. */
function Original({ byRule }: { byRule: boolean }) {
  const [told, setTold] = useState(() => kept("told-of-original") !== null);
  if (told) {
    return null;
  }
  const understood = () => {
    keep("told-of-original", "yes");
    setTold(true);
  };
  return (
    <p class="original">
      {byRule ? mailWords.original.rule : mailWords.original.hand}{" "}
      <button type="button" class="link" onClick={understood}>
        {mailWords.original.understood}
      </button>
    </p>
  );
}

function Refused({ refused }: { refused: NonNullable<Message["refused"]> }) {
  const { now, zone } = useDesk();
  const { lead, line, why, masked } = mailWords.refused;
  return (
    <div class="prose">
      <p>{lead(refused.length)}</p>
      <ul class="refused">
        {refused.map((one, i) => (
          <li key={String(i)}>
            <strong>{line(one.address, written(one.at, now(), zone))}</strong> {why(one.reason)}
          </li>
        ))}
      </ul>
      <p class="meta">{masked}</p>
    </div>
  );
}
