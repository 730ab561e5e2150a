/** Unsent notes about calls: the drafts of what somebody writes down for nobody else, one for each call. Pure; asks for no clock. */

import { type Draft, NO_DRAFT, touched } from "./drafts.ts";

/** With the call's id, the name that a note has among the drafts; no thread has it, because theirs are hexadecimal. */
const PLACE = "call/";

/** The call that is written about. */
interface About {
  readonly id: string;
  readonly expiresAt: number;
}

export function placeOf({ id }: Pick<About, "id">): string {
  return `${PLACE}${id}`;
}

/** A note as it was typed at now. It says until when its call is there, because it is not to outlive that. */
export function typedAbout(call: About, before: Draft | null, text: string, now: number): Draft {
  const keep = { kind: "date", date: dayOf(call.expiresAt) } as const;
  return touched({ ...(before ?? NO_DRAFT), threadId: placeOf(call), keep, text }, now);
}

/** The names of those whose call has gone at its date. A call that is only not known yet is none of them. */
export function pastDrafts(
  drafts: readonly Draft[],
  calls: readonly About[],
  now: number,
): readonly string[] {
  const here = new Set(calls.map(placeOf));
  return drafts.flatMap(({ threadId, keep }) => {
    const past = keep.kind === "date" && keep.date < dayOf(now);
    return threadId?.startsWith(PLACE) && past && !here.has(threadId) ? [threadId] : [];
  });
}

function dayOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}
