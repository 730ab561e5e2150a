/** What somebody has replied to an invitation without joining, as the coach reads it, and what to do about it. */

import { useState } from "preact/hooks";
import type { ClientRow, InviteRequest } from "../session.own.ts";
import type { Failure } from "../session.ts";
import { replyWords } from "../words.reply.ts";
import { failureOf, failureWords, useDesk } from "./desk.ts";
import { Heading, Trouble } from "./parts.tsx";
import { Prose } from "./prose.tsx";

export interface RepliedProps {
  readonly row: ClientRow;
  readonly reply: NonNullable<ClientRow["reply"]>;
  /** Invite again, with what was offered before. */
  readonly again: (terms: InviteRequest) => void;
  readonly show: () => void;
  readonly done: (removed: boolean) => void;
}

export function Replied({ row, reply, again, show, done }: RepliedProps) {
  const { session, opened } = useDesk();
  const [failure, setFailure] = useState<Failure | null>(null);
  const said = replyWords.coach;
  const failed = (reason: unknown) => setFailure(failureOf(reason));
  const invite = () => session.own("invitationTerms", [row.id]).then(again, failed);
  const remove = () => session.own("withdrawInvitation", [row.id]).then(() => done(true), failed);
  return (
    <section class="card">
      <Heading>{said[reply.kind](row.name)}</Heading>
      {reply.text && (
        <blockquote class="welcome">
          <Prose text={reply.text} />
        </blockquote>
      )}
      <p>{{ change: said.changeHow, no: said.noHow, work: said.workHow }[reply.kind]}</p>
      <p class="quiet-text">{said.whose}</p>
      {failure && <Trouble text={failureWords(failure, opened)} />}
      <div class="actions">
        <button type="button" class={reply.kind === "no" ? "" : "do"} onClick={invite}>
          {said.again}
        </button>
        {row.invitedUntil > 0 ? (
          <button type="button" onClick={show}>
            {said.show}
          </button>
        ) : (
          <button type="button" onClick={remove}>
            {said.remove}
          </button>
        )}
        <button type="button" onClick={() => done(false)}>
          {said.back}
        </button>
      </div>
    </section>
  );
}
