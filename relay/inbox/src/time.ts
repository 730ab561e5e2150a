/**
 * How an instant is said, in the language of the page. Owns dates in words; never reads the clock: `now` and the zone are arguments.
 *
 * Instants are Unix seconds. One that falls on a whole day of UTC is a date that two people agreed on: it is said as that date in every zone,
 * so that the page never contradicts the agreement. Anything else is said in the reader's own zone, and the last day is said with its hour there.
 */

import { tag } from "./language.ts";

export const DAY_SECONDS = 86_400;
export const SOON_SECONDS = 7 * DAY_SECONDS;
export const GOING_SECONDS = 30 * DAY_SECONDS;

/** From this distance on, a date is ambiguous without its year. */
const YEAR_SECONDS = 360 * DAY_SECONDS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs more than a hundred uses of it, and a list has thousands of dates. */
function format(
  instant: number,
  zone: string,
  fields: Intl.DateTimeFormatOptions,
  language = tag,
): string {
  const name = language + zone + JSON.stringify(fields);
  let found = formats.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { ...fields, timeZone: zone });
    formats.set(name, found);
  }
  return found.format(instant * 1000);
}

/** A date with its weekday. Older browsers set a comma between the two in English, newer ones do not, and none do we. */
function withWeekday(instant: number, zone: string, year: Year): string {
  const said = format(instant, zone, { weekday: "long", day: "numeric", month: "long", ...year });
  return tag.startsWith("en") ? said.replace(",", "") : said;
}

interface Year {
  readonly year?: "numeric";
}

const WITH_YEAR: Year = { year: "numeric" };

/** The year, where a date is not near. */
function yearOf(instant: number, now: number): Year {
  return far(instant, now) ? WITH_YEAR : {};
}

/** The zone in which a date is said. */
function zoneOf(instant: number, zone: string): string {
  return instant % DAY_SECONDS === 0 ? "UTC" : zone;
}

function far(instant: number, now: number): boolean {
  return Math.abs(instant - now) >= YEAR_SECONDS;
}

/** The calendar day, to compare and to fill a date field: `2027-03-14`. */
export function calendarDay(instant: number, zone: string): string {
  const fields = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return format(instant, zone, fields, "en-GB").split("/").reverse().join("-");
}

/** `14 March`, with the year where it is not near. */
export function day(instant: number, now: number, zone: string): string {
  const year = yearOf(instant, now);
  return format(instant, zoneOf(instant, zone), { day: "numeric", month: "long", ...year });
}

/** `Sunday 14 March`, with the year where it is not near. */
export function weekdayAndDay(instant: number, now: number, zone: string): string {
  return withWeekday(instant, zoneOf(instant, zone), yearOf(instant, now));
}

/** `Sunday 14 March 2027`. */
export function fullDay(instant: number, zone: string): string {
  return withWeekday(instant, zoneOf(instant, zone), WITH_YEAR);
}

/** `14 March 2027`. */
export function plainDay(instant: number, zone: string): string {
  const where = zoneOf(instant, zone);
  return format(instant, where, { day: "numeric", month: "long", year: "numeric" });
}

/** `08:14`. */
export function hour(instant: number, zone: string): string {
  return format(instant, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** `Tuesday 8 September, 08:14`: when something was written. */
export function written(instant: number, now: number, zone: string): string {
  return `${withWeekday(instant, zone, yearOf(instant, now))}, ${hour(instant, zone)}`;
}

/** `Tuesday 8 September 2026, 08:14:09 CEST`: shown on request. */
export function exactly(instant: number, zone: string): string {
  const clock = format(instant, zone, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return `${withWeekday(instant, zone, WITH_YEAR)}, ${clock}`;
}

/** When a row of the list was written: today's hour, this week's weekday, else the date. */
export function brief(instant: number, now: number, zone: string): string {
  const today = calendarDay(instant, zone) === calendarDay(now, zone);
  return today ? hour(instant, zone) : briefDay(instant, now, zone);
}

/** The same of what no hour is known: this week's weekday, today's too, else the date. */
export function briefDay(instant: number, now: number, zone: string): string {
  const notAhead = instant <= now || calendarDay(instant, zone) === calendarDay(now, zone);
  if (notAhead && now - instant < 6 * DAY_SECONDS) {
    return format(instant, zone, { weekday: "short" });
  }
  return format(instant, zone, { day: "numeric", month: "short", ...yearOf(instant, now) });
}

/** The heading under which a row stands: `September`, with the year where it is not this one. */
export function month(instant: number, now: number, zone: string): string {
  const same = calendarDay(instant, zone).slice(0, 4) === calendarDay(now, zone).slice(0, 4);
  return format(instant, zone, { month: "long", ...(same ? {} : WITH_YEAR) });
}

/** How near a deletion is, and the words' parts for it. */
export type Keeping =
  | { readonly kind: "kept"; readonly date: string }
  | { readonly kind: "soon"; readonly weekday: string }
  | { readonly kind: "last"; readonly when: "today" | "tonight" | "tomorrow"; readonly at: string }
  | { readonly kind: "gone" };

/** A date until seven days before; then the weekday; on the last day with the hour. Never a countdown. */
export function keeping(expiresAt: number, now: number, zone: string): Keeping {
  const left = expiresAt - now;
  if (left <= 0) {
    return { kind: "gone" };
  }
  if (left > SOON_SECONDS) {
    return { kind: "kept", date: day(expiresAt, now, zone) };
  }
  const today = calendarDay(now, zone) === calendarDay(expiresAt, zone);
  if (!today && left > DAY_SECONDS) {
    return {
      kind: "soon",
      weekday: format(expiresAt, zoneOf(expiresAt, zone), { weekday: "long" }),
    };
  }
  const at = hour(expiresAt, zone);
  const when = today ? "today" : at === "00:00" ? "tonight" : "tomorrow";
  return { kind: "last", when, at };
}

/** The first second of a date field's `2027-03-14` as an agreed date, or null if it is not a date. */
export function agreedDate(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return null;
  }
  const instant = Date.parse(`${text}T00:00:00Z`) / 1000;
  return Number.isFinite(instant) && calendarDay(instant, "UTC") === text ? instant : null;
}

/** The last agreed date at or before an instant. */
export function wholeDay(instant: number): number {
  return Math.floor(instant / DAY_SECONDS) * DAY_SECONDS;
}

/** The instant of a date field and a time field as they are meant in a zone; null where either is none. */
export function instantIn(date: string, time: string, zone: string): number | null {
  const day = agreedDate(date);
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (day === null || hours === undefined) {
    return null;
  }
  const wanted = day + Number(hours) * 3600 + Number(minutes) * 60;
  // The zone's offset is known for an instant, not for a wall clock: the second look is right on either side of a change.
  const first = wanted - offsetAt(wanted, zone);
  return wanted - offsetAt(first, zone);
}

/** What a zone's wall clock shows more than UTC's at an instant, in seconds. */
function offsetAt(instant: number, zone: string): number {
  const day = agreedDate(calendarDay(instant, zone)) ?? 0;
  const [hours = 0, minutes = 0] = hour(instant, zone).split(":").map(Number);
  return day + hours * 3600 + minutes * 60 - Math.floor(instant / 60) * 60;
}
