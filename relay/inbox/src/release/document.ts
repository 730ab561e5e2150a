/**
 * The document that a sponsor sees. Owns the one way from the bytes of a report to what stands on a page, for the sponsor's page and for the
 * review in the inbox alike: nothing reaches it but bytes, dates and a language. Must never take a word from anywhere else.
 */

import type { Bytes } from "../crypto/encoding.ts";
import { parseReport } from "../crypto/report.ts";
import { element } from "../page/element.ts";
import { releaseWords } from "./words.ts";

/** What stands over the document beside the report: when it was let out, and until when it is there. */
export interface Shown {
  readonly report: Bytes;
  readonly releasedAt: number;
  readonly endsAt: number;
}

const DAY_SECONDS = 86_400;

/** A date in words. One on a whole day of UTC was agreed on, and is the same for everybody. */
function dayOf(instant: number, tag: string): string {
  const zone = instant % DAY_SECONDS === 0 ? { timeZone: "UTC" } : {};
  return dateText(instant, tag, { day: "numeric", month: "long", year: "numeric", ...zone });
}

function dateText(instant: number, tag: string, fields: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(tag, fields).format(instant * 1000);
}

/** `September to December 2026`; one month alone; with both years where they differ. The end is the first second after. */
function periodOf(beginsAt: number, endsAt: number, tag: string): string {
  const last = endsAt - 1;
  const year = (instant: number) => dateText(instant, tag, { year: "numeric", timeZone: "UTC" });
  const month = (instant: number, withYear: boolean) =>
    dateText(instant, tag, {
      month: "long",
      timeZone: "UTC",
      ...(withYear && { year: "numeric" }),
    });
  const until = month(last, true);
  return month(beginsAt, true) === until
    ? until
    : releaseWords(tag).period(month(beginsAt, year(beginsAt) !== year(last)), until);
}

/** The document. `level` is that of its heading: 1 where it is the page. `Malformed` for bytes that are no report. */
export function drawDocument(shown: Shown, tag: string, level: 1 | 2): HTMLElement {
  const report = parseReport(shown.report);
  const words = releaseWords(tag);
  const { coachName, clientName, sponsorName } = report;
  const heading = (below: number, text: string) => element(`h${level + below}`, `h${below}`, text);
  const said = (className: string, text: string) => (text ? [element("p", className, text)] : []);
  const section = (name: string, text: string) =>
    text ? [element("section", "", heading(1, name), element("p", "read", text))] : [];
  const until = dayOf(shown.endsAt, tag);
  const goals = report.goals.map(({ goal, how, where }) =>
    element(
      "li",
      "goal",
      heading(1, goal),
      ...(how ? [element(`h${level + 2}`, "under", words.how), ...said("read", how)] : []),
      ...(where ? [element(`h${level + 2}`, "under", words.where), ...said("read", where)] : []),
    ),
  );
  const days = (report.callDays ?? []).map((day) => dayOf(day * DAY_SECONDS, tag)).join(", ");
  const whole = element(
    "article",
    "document",
    element(
      "header",
      "",
      element("p", "kind", words.kind),
      heading(0, words.people(clientName, coachName)),
      element("p", "", periodOf(report.beginsAt, report.endsAt, tag)),
      element("p", "", words.reader(report.sponsorPerson, sponsorName)),
      element(
        "p",
        "dates",
        `${words.released(clientName, dayOf(shown.releasedAt, tag))} ${words.until(until)}`,
      ),
    ),
    ...(goals.length ? [element("ol", "", ...goals)] : []),
    ...section(words.own(clientName), report.clientWords),
    ...section(words.next, report.nextSteps),
    ...section(words.calls(report.callDays?.length ?? 0), days),
    element(
      "footer",
      "",
      heading(1, words.what),
      element("p", "", words.whatText(clientName, coachName, sponsorName)),
      element("p", "paper", words.paper(until)),
    ),
  );
  whole.lang = tag;
  return whole;
}
