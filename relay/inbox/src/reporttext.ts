/** A report as text, for a copy: the words of the document that the sponsor sees, and nothing that the report does not hold. */

import { parseReport } from "./crypto/report.ts";
import { releaseWords } from "./release/words.ts";
import { DAY_SECONDS, fullDay } from "./time.ts";

/** The lines of a report's bytes, in the language of a tag. `Malformed` for bytes that are none. */
export function reportText(raw: Uint8Array<ArrayBuffer>, tag: string): string {
  const report = parseReport(raw);
  const words = releaseWords(tag);
  const day = (at: number) => fullDay(at, "UTC");
  const told = (heading: string, text: string) => (text ? ["", heading, text] : []);
  const days = report.callDays?.map((one) => `  ${day(one * DAY_SECONDS)}`) ?? [];
  return [
    words.kind,
    words.people(report.clientName, report.coachName),
    words.period(day(report.beginsAt), day(report.endsAt - DAY_SECONDS)),
    words.reader(report.sponsorPerson, report.sponsorName),
    ...report.goals.flatMap(({ goal, how, where }, at) => [
      "",
      `${at + 1}  ${goal}`,
      ...told(words.how, how),
      ...told(words.where, where),
    ]),
    ...told(words.own(report.clientName), report.clientWords),
    ...told(words.next, report.nextSteps),
    ...(report.callDays ? ["", words.calls(days.length), ...days] : []),
    "",
  ].join("\n");
}
