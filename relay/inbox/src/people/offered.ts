/**
 * Offered: what an invitation offers that was not accepted, as what was entered for it, so that it can be offered again.
 *
 * Owns the way back from policy and words to a request. Words that the packaged text of no language comes to are the
 * coach's own; they speak of these facts and this name, so they stand for a request with just these. Pure.
 */

import type { Policy } from "../crypto/policy.ts";
import type { Language } from "../languages.ts";
import type { InviteRequest } from "../session.own.ts";
import type { Facts } from "./agreementtext.ts";
import { workNumbersOf } from "./terms.ts";

/** What the box of an invitation shows. */
export interface Offered {
  readonly name: string;
  readonly welcome: string;
  readonly agreement: string;
}

const LANGUAGES = ["en", "de"] as const satisfies readonly Language[];

/** Makes the packaged text of facts. */
type Making = (facts: Facts, language: Language) => Promise<string>;

/** The request that comes to the same invitation. */
export async function requestOf(
  policy: Policy,
  offered: Offered,
  make: Making,
): Promise<InviteRequest> {
  const { name, welcome, agreement } = offered;
  const { workEndsAt, holdDays, refusedDomains, readMarks, places } = policy;
  const { longestKeepDays, authorMayRecall, sponsorToldCalls } = policy;
  const numbers = { phones: policy.personalPhones, workNumbers: workNumbersOf(policy) };
  const entered = { workEndsAt, holdDays, refusedDomains, readMarks, ...numbers };
  const sponsor = { sponsor: policy.sponsorName, sponsorSees: policy.sponsorScope };
  const rest = { longestKeepDays, authorMayRecall, sponsorToldCalls, places };
  const facts = { ...entered, ...sponsor, ...rest };
  const language = await languageOf(agreement, facts, make);
  const own = language ? null : { text: agreement, of: about(facts, name) };
  const before = { ...rest, own };
  return { name, welcome, language: language ?? "en", ...entered, ...sponsor, before };
}

async function languageOf(text: string, facts: Facts, make: Making): Promise<Language | null> {
  for (const language of LANGUAGES) {
    if ((await make(facts, language)) === text) {
      return language;
    }
  }
  return null;
}

/** The coach's own words, where nothing was changed of what they speak of; null else. */
export function ownWords(facts: Facts, { name, before }: InviteRequest): string | null {
  const own = before?.own;
  return own?.of === about(facts, name) ? own.text : null;
}

/** Facts and name as one text, the same for the same. */
function about(facts: Facts, name: string): string {
  const { workEndsAt, holdDays, longestKeepDays, sponsor, sponsorSees } = facts;
  const numbers = [workEndsAt, holdDays, longestKeepDays];
  const chosen = [facts.authorMayRecall, facts.readMarks, facts.sponsorToldCalls];
  const { coach, client } = facts.workNumbers;
  const lists = [[...facts.refusedDomains].sort(), facts.phones, coach, client, facts.places];
  return JSON.stringify([name, sponsor, sponsorSees, numbers, chosen, lists]);
}
