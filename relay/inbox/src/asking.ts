/** Asking for a message again that cannot be opened: what is written to the other person. Pure; must never lose what was being written. */

import { type Draft, NO_DRAFT, touched, worthKeeping } from "./drafts.ts";

/** What is asked, as an unsent message. What was being written already stays, and the question follows it. */
export function askedIn(
  drafts: readonly Draft[],
  asked: { readonly subject: string; readonly text: string },
  now: number,
): Draft {
  const there = drafts.find(({ threadId }) => threadId === null);
  const before = there && worthKeeping(there) ? there : NO_DRAFT;
  const texts = before.text.includes(asked.text) ? [before.text] : [before.text, asked.text];
  const text = texts.filter((one) => one.trim()).join("\n\n");
  return touched({ ...before, subject: before.subject || asked.subject, text }, now);
}
