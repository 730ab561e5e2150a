/**
 * When an inbox that nobody is at locks itself. Owns the decision; never reads the clock and listens to nothing.
 *
 * Presence is a press, a typed letter, a scroll, or a file on its way. The warning comes a minute before, and any presence ends it; twelve hours
 * after the unlock the inbox locks whoever is there, with the same minute of warning.
 */

export const LOCK_CHOICES_MINUTES = [5, 15, 60] as const;
export const LONGEST_OPEN_SECONDS = 12 * 3600;
export const WARNING_SECONDS = 60;

export interface Presence {
  readonly unlockedAt: number;
  readonly lastSeenAt: number;
  readonly limitMinutes: number;
}

export type Watch = "here" | "warn-idle" | "warn-long" | "lock";

/** The choice that a kept setting names; without one, five minutes on a phone and fifteen elsewhere. */
export function chosenMinutes(kept: string | null, phone: boolean): number {
  const found = LOCK_CHOICES_MINUTES.find((minutes) => String(minutes) === kept);
  return found ?? (phone ? 5 : 15);
}

/** What is to be done now. A clock that went back counts as no time passed. */
export function watch(presence: Presence, now: number): Watch {
  const idle = now - presence.lastSeenAt;
  const open = now - presence.unlockedAt;
  const limit = presence.limitMinutes * 60;
  if (idle >= limit || open >= LONGEST_OPEN_SECONDS) {
    return "lock";
  }
  if (open >= LONGEST_OPEN_SECONDS - WARNING_SECONDS) {
    return "warn-long";
  }
  return idle >= limit - WARNING_SECONDS ? "warn-idle" : "here";
}
