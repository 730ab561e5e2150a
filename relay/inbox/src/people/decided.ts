/**
 * Decided: the dates of the work, each with who decided it and when that was signed.
 *
 * Owns the answer to *why* beside a date. Must never name a day or a person that the acts and cards do not give.
 */

import { ActKind } from "../crypto/acts.ts";
import { toHex } from "../crypto/encoding.ts";
import { Role } from "../crypto/names.ts";
import { holdEndsAt } from "../crypto/policy.ts";
import { parseStatement, statementHash } from "../crypto/statement.ts";
import type { Dated } from "../session.work.ts";
import type { Standing } from "./standing.ts";
import type { Tools } from "./tools.ts";

/** When both had signed: the coach signed the invitation, the client's first card is as old as the second name under it. */
export async function startedAt({ api, standing }: Tools): Promise<number> {
  const offeredAt = standing.terms.acts[0]?.core.issuedAt ?? 0;
  await standing.fetchChains();
  const { myRole } = standing.place;
  const known = myRole === Role.CLIENT ? standing.chains.mine : standing.chains.theirs;
  const [first] = await api.statements(standing.engagementId, Role.CLIENT, 0);
  if (!first || !known.has(toHex(statementHash(first)))) {
    return offeredAt;
  }
  return Math.max(offeredAt, parseStatement(first).card.issuedAt);
}

/** The end of the work. `began` is when both had signed. */
export function workEnds(standing: Standing, began: number): Dated {
  const { POLICY, CLOSE, REOPEN } = ActKind;
  return dated(standing, standing.terms.workEndsAt, [POLICY, CLOSE, REOPEN], began);
}

/** The end of everything. */
export function deleted(standing: Standing, began: number): Dated {
  const { terms } = standing;
  const agreed = terms.endsAt === holdEndsAt(terms.inForce.policy);
  const kinds = agreed ? [ActKind.POLICY] : [ActKind.POLICY, ActKind.CLOSE];
  return dated(standing, terms.endsAt, kinds, began);
}

/** The newest act of these kinds gave this date its day. */
function dated(standing: Standing, at: number, kinds: readonly ActKind[], began: number): Dated {
  const act = standing.terms.acts.filter(({ core }) => kinds.includes(core.kind)).at(-1);
  if (!act || act.core.number === 1) {
    return { at, decision: { by: "both", how: "agreed", signedAt: began } };
  }
  const by = standing.sideOf(act.by);
  const { kind, issuedAt } = act.core;
  const how = kind === ActKind.CLOSE ? "closed" : kind === ActKind.REOPEN ? "reopened" : "agreed";
  return { at, decision: { by, how, signedAt: issuedAt } };
}
