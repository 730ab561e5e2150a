/** What one version of a report says otherwise than another. Owns the comparison, field by field; says nothing in words. */

import type { ReportFields } from "./session.report.ts";

export interface ReportChange {
  readonly field: "period" | "person" | "goal" | "how" | "where" | "own" | "next" | "calls";
  /** Which goal, from 1; 0 where it is about none. */
  readonly goal: number;
  readonly before: string;
  readonly now: string;
}

/** `dates` says a period and the days of calls as a person reads them. */
export function reportChanges(
  before: ReportFields,
  now: ReportFields,
  dates: {
    readonly period: (fields: ReportFields) => string;
    readonly calls: (days: readonly number[] | null) => string;
  },
): ReportChange[] {
  const one = (field: ReportChange["field"], said: (fields: ReportFields) => string, goal = 0) => ({
    field,
    goal,
    before: said(before),
    now: said(now),
  });
  const goals = Array.from({ length: Math.max(before.goals.length, now.goals.length) }, (_, at) => [
    one("goal", (fields) => fields.goals[at]?.goal ?? "", at + 1),
    one("how", (fields) => fields.goals[at]?.how ?? "", at + 1),
    one("where", (fields) => fields.goals[at]?.where ?? "", at + 1),
  ]);
  const all = [
    one("period", dates.period),
    one("person", (fields) => fields.sponsorPerson),
    ...goals.flat(),
    one("own", (fields) => fields.clientWords),
    one("next", (fields) => fields.nextSteps),
    one("calls", (fields) => dates.calls(fields.callDays)),
  ];
  return all.filter((change) => change.before !== change.now);
}

/** How many words a text has, as a person would count them. */
export function countWords(fields: ReportFields): number {
  const texts = [
    ...fields.goals.flatMap(({ goal, how, where }) => [goal, how, where]),
    fields.clientWords,
    fields.nextSteps,
  ];
  return texts.join(" ").split(/\s+/).filter(Boolean).length;
}
