/**
 * How long what is written now is kept: the choices, and what the agreement allows. Pure; asks for no clock.
 */

import type { Keep } from "./drafts.ts";
import type { PolicyFacts } from "./session.ts";
import { agreedDate, DAY_SECONDS, GOING_SECONDS, wholeDay } from "./time.ts";

/** So many days after the other person has opened it: what *until it was read* stands for here. */
export const DAYS_AFTER_OPENING = 7;

/** The latest instant that the agreement allows for something made now. */
export function latest(policy: PolicyFacts, now: number): number {
  return policy.longestKeepDays
    ? Math.min(policy.holdEndsAt, now + policy.longestKeepDays * DAY_SECONDS)
    : policy.holdEndsAt;
}

/** Until when something made now is kept if nobody chooses (docs/protocol.md, part 12). */
export function agreedKeep(policy: PolicyFacts, now: number): number {
  const bound = latest(policy, now);
  if (bound === policy.holdEndsAt) {
    return bound;
  }
  return wholeDay(bound) > now ? wholeDay(bound) : bound;
}

/** The instant of a choice; null for the agreement's own latest, which the sender's software works out when the message leaves. */
export function keepInstant(keep: Keep, policy: PolicyFacts, now: number): number | null {
  switch (keep.kind) {
    case "agreed":
    case "opened":
      return null;
    case "month":
      return wholeDay(now) + GOING_SECONDS;
    case "work":
      return policy.workEndsAt;
    case "date":
      return agreedDate(keep.date);
  }
}

/** Whether a choice can be made now: it lies ahead and within the agreement. */
export function keepAllowed(keep: Keep, policy: PolicyFacts, now: number): boolean {
  if (keep.kind === "opened") {
    return policy.readMarks && policy.authorMayRecall;
  }
  const instant = keepInstant(keep, policy, now);
  return (
    keep.kind === "agreed" || (instant !== null && instant > now && instant <= latest(policy, now))
  );
}
