/** No policy: the facts of an agreement where there is none. Owns this one value. */

import type { PolicyFacts } from "../session.ts";

export const NO_POLICY: PolicyFacts = {
  workEndsAt: 0,
  holdDays: 0,
  holdEndsAt: 0,
  longestKeepDays: 0,
  authorMayRecall: false,
  readMarks: false,
  refusedDomains: [],
  places: [],
  personalNumbers: [],
  sponsorName: "",
  sponsorShown: "",
  sponsorToldCalls: false,
};
