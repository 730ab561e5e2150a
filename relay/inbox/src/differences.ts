/** What a proposed agreement would change, as facts for sentences. Pure; silence about a field means that it stays. */

import type { PolicyFacts } from "./session.ts";

export type Difference =
  | { readonly what: "work" | "deleted"; readonly now: number; readonly before: number }
  | { readonly what: "hold" | "each"; readonly now: number; readonly before: number }
  | { readonly what: "recall" | "marks" | "calls"; readonly yes: boolean }
  | {
      readonly what: "domains" | "places" | "phones" | "coachsWork" | "clientsWork";
      readonly names: readonly string[];
    }
  | { readonly what: "sponsor"; readonly name: string; readonly scope: string };

/** In the order in which they are said: dates first. */
export function differences(before: PolicyFacts, now: PolicyFacts): Difference[] {
  const found: Difference[] = [];
  const dated = [
    ["work", before.workEndsAt, now.workEndsAt],
    ["hold", before.holdDays, now.holdDays],
    ["deleted", before.holdEndsAt, now.holdEndsAt],
    ["each", before.longestKeepDays, now.longestKeepDays],
  ] as const;
  for (const [what, was, is] of dated) {
    if (was !== is) {
      found.push({ what, before: was, now: is });
    }
  }
  if (before.authorMayRecall !== now.authorMayRecall) {
    found.push({ what: "recall", yes: now.authorMayRecall });
  }
  if (before.readMarks !== now.readMarks) {
    found.push({ what: "marks", yes: now.readMarks });
  }
  const lists = [
    ["domains", before.refusedDomains, now.refusedDomains],
    ["places", before.places, now.places],
    ["phones", before.personalNumbers, now.personalNumbers],
    ["coachsWork", before.workNumbers?.coach ?? [], now.workNumbers?.coach ?? []],
    ["clientsWork", before.workNumbers?.client ?? [], now.workNumbers?.client ?? []],
  ] as const;
  for (const [what, was, names] of lists) {
    if (was.join("\n") !== names.join("\n")) {
      found.push({ what, names });
    }
  }
  if (before.sponsorName !== now.sponsorName || before.sponsorShown !== now.sponsorShown) {
    found.push({ what: "sponsor", name: now.sponsorName, scope: now.sponsorShown });
  }
  if (before.sponsorToldCalls !== now.sponsorToldCalls) {
    found.push({ what: "calls", yes: now.sponsorToldCalls });
  }
  return found;
}
