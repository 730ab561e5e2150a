/** *Ask Anna* at a message that cannot be opened: the form, with a sentence that names it by its day. It sends nothing itself. */

import { askedIn } from "../asking.ts";
import type { Message } from "../session.ts";
import { fullDay } from "../time.ts";
import { readWords } from "../words.read.ts";
import { firstName } from "../words.ts";
import { useDesk } from "./desk.ts";

export function AskAgain({ message }: { message: Message }) {
  const { inbox, opened, dispatch, go, now, zone } = useDesk();
  if (opened.engagementState !== "active") {
    return null;
  }
  const ask = () => {
    const day = fullDay(message.createdAt, zone);
    const text = readWords.ask.text(day, message.failed?.code ?? "");
    const draft = askedIn(inbox.drafts, { subject: readWords.ask.subject, text }, now());
    dispatch({ kind: "draft", draft });
    go({ view: "write" });
  };
  return (
    <div class="actions">
      <button type="button" class="do" onClick={ask}>
        {readWords.ask.act(firstName(opened.otherName))}
      </button>
    </div>
  );
}
