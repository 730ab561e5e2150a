/**
 * The morning after: nine o'clock on the next day. Owns that arithmetic; the clock and the zone are arguments.
 *
 * It counts days of the calendar: one of twenty-three or twenty-five hours is a day, and the night in between is the client's.
 */

import { agreedDate, calendarDay, DAY_SECONDS, instantIn } from "./time.ts";

const HOUR = "09:00";

/** Nine o'clock on the next day, or on the first later one that is not before an instant. */
export function nextMorning(now: number, zone: string, notBefore: number): number {
  let day = Math.max(dateOf(now, zone) + DAY_SECONDS, dateOf(notBefore, zone));
  while (on(day, zone) < notBefore) {
    day += DAY_SECONDS;
  }
  return on(day, zone);
}

/** Whether an instant lies on the day after this one. */
export function isTomorrow(instant: number, now: number, zone: string): boolean {
  return dateOf(instant, zone) === dateOf(now, zone) + DAY_SECONDS;
}

function on(day: number, zone: string): number {
  return instantIn(calendarDay(day, "UTC"), HOUR, zone) ?? day;
}

/** The date at an instant in a zone, as the first second of that date in UTC. */
function dateOf(instant: number, zone: string): number {
  return agreedDate(calendarDay(instant, zone)) ?? 0;
}
