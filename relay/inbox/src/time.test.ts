/** Dates in words: what must hold whatever the zone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agreedDate,
  brief,
  briefDay,
  calendarDay,
  DAY_SECONDS,
  day,
  exactly,
  fullDay,
  hour,
  instantIn,
  keeping,
  month,
  weekdayAndDay,
  wholeDay,
  written,
} from "./time.ts";

const at = (text: string) => Date.parse(text) / 1000;
const NOW = at("2026-09-08T09:30:00Z");
const LONDON = "Europe/London";
const NEW_YORK = "America/New_York";
const AUCKLAND = "Pacific/Auckland";

test("an agreed date is the same date in every zone", () => {
  const agreed = at("2027-03-14T00:00:00Z");
  for (const zone of [LONDON, NEW_YORK, AUCKLAND]) {
    assert.equal(fullDay(agreed, zone), "Sunday 14 March 2027");
    assert.equal(weekdayAndDay(agreed, NOW, zone), "Sunday 14 March");
  }
});

test("any other instant is said in the reader's own zone", () => {
  const late = at("2026-09-08T23:30:00Z");
  assert.equal(fullDay(late, NEW_YORK), "Tuesday 8 September 2026");
  assert.equal(fullDay(late, AUCKLAND), "Wednesday 9 September 2026");
  assert.equal(hour(late, NEW_YORK), "19:30");
});

test("the year is left out within a year and said beyond, in both directions", () => {
  assert.equal(day(at("2027-03-14T00:00:00Z"), NOW, LONDON), "14 March");
  assert.equal(day(at("2028-03-14T00:00:00Z"), NOW, LONDON), "14 March 2028");
  assert.equal(day(at("2025-03-14T00:00:00Z"), NOW, LONDON), "14 March 2025");
});

test("a row says today's hour, this week's weekday, else the date", () => {
  assert.equal(brief(NOW - 3600, NOW, LONDON), "09:30");
  assert.equal(brief(NOW - DAY_SECONDS, NOW, LONDON), "Mon");
  assert.equal(brief(NOW - 20 * DAY_SECONDS, NOW, LONDON), "19 Aug");
  assert.equal(brief(NOW - 800 * DAY_SECONDS, NOW, LONDON), "30 Jun 2024");
});

test("a row of which only the day is known says no hour, not even today", () => {
  assert.equal(briefDay(NOW, NOW, LONDON), "Tue");
  assert.equal(briefDay(NOW + 59, NOW, LONDON), "Tue", "the list's now is the last whole minute");
  assert.equal(briefDay(NOW - DAY_SECONDS, NOW, LONDON), "Mon");
  assert.equal(briefDay(NOW - 20 * DAY_SECONDS, NOW, LONDON), "19 Aug");
});

test("writing is dated with weekday and hour, exactly on request with the zone", () => {
  assert.equal(written(NOW, NOW, LONDON), "Tuesday 8 September, 10:30");
  assert.equal(exactly(NOW, LONDON), "Tuesday 8 September 2026, 10:30:00 BST");
});

test("a month is named with its year unless it is this one", () => {
  assert.equal(month(NOW, NOW, LONDON), "September");
  assert.equal(month(at("2025-12-31T12:00:00Z"), NOW, LONDON), "December 2025");
});

test("a date is kept quietly until seven days before, then by weekday, on the last day by hour", () => {
  const friday = at("2026-09-18T16:00:00Z");
  assert.deepEqual(keeping(friday, NOW, LONDON), { kind: "kept", date: "18 September" });
  assert.deepEqual(keeping(friday, friday - 7 * DAY_SECONDS, LONDON), {
    kind: "soon",
    weekday: "Friday",
  });
  assert.deepEqual(keeping(friday, friday - 3600, LONDON), {
    kind: "last",
    when: "today",
    at: "17:00",
  });
  assert.deepEqual(keeping(friday, friday - 20 * 3600, LONDON), {
    kind: "last",
    when: "tomorrow",
    at: "17:00",
  });
});

test("what goes at the end of a day goes at midnight, and an instant after its date it is gone", () => {
  const midnight = at("2026-11-20T00:00:00Z");
  assert.deepEqual(keeping(midnight, midnight - 3600, LONDON), {
    kind: "last",
    when: "tonight",
    at: "00:00",
  });
  assert.deepEqual(keeping(midnight, midnight, LONDON), { kind: "gone" });
  assert.deepEqual(keeping(midnight, midnight - 1, LONDON), {
    kind: "last",
    when: "tonight",
    at: "00:00",
  });
});

test("west of Greenwich the last day says the hour at which an agreed date ends there", () => {
  const agreed = at("2027-03-14T00:00:00Z");
  assert.deepEqual(keeping(agreed, agreed - 3600, NEW_YORK), {
    kind: "last",
    when: "today",
    at: "19:00",
  });
});

test("a date field is read strictly", () => {
  assert.equal(agreedDate("2027-03-14"), at("2027-03-14T00:00:00Z"));
  for (const text of [
    "",
    "14.3.2027",
    "2027-02-30",
    "2027-13-01",
    "2027-3-14",
    "2027-03-14T00:00",
  ]) {
    assert.equal(agreedDate(text), null, text);
  }
});

test("a whole day is the last agreed date at or before an instant, and is written as a field wants it", () => {
  assert.equal(wholeDay(NOW), at("2026-09-08T00:00:00Z"));
  assert.equal(calendarDay(NOW, AUCKLAND), "2026-09-08");
  assert.equal(calendarDay(at("2026-09-08T20:00:00Z"), AUCKLAND), "2026-09-09");
});

test("a typed time is meant in the reader's zone, summer or winter", () => {
  const said = (instant: number | null) => instant && new Date(instant * 1000).toISOString();
  assert.equal(said(instantIn("2026-09-09", "14:30", "Europe/Zurich")), "2026-09-09T12:30:00.000Z");
  assert.equal(said(instantIn("2026-12-09", "14:30", "Europe/Zurich")), "2026-12-09T13:30:00.000Z");
  assert.equal(said(instantIn("2026-09-09", "00:15", "Asia/Kolkata")), "2026-09-08T18:45:00.000Z");
  assert.equal(instantIn("2026-09-09", "24:00", "UTC"), null);
  assert.equal(instantIn("2026-02-30", "10:00", "UTC"), null);
});
