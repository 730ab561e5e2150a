/**
 * Terms: what an engagement's policies and acts put in force: the end of the work, the end of the hold and the state at
 * an instant.
 *
 * Owns the one reading of docs/protocol.md, part 12, that relay, SDK and inbox share. Must never move an end further
 * away than both signed. Signatures, order and the rules for taking an act are its callers' to check before.
 */

import { type ActCore, ActKind } from "./acts.ts";
import { same } from "./encoding.ts";
import { Refused } from "./errors.ts";
import * as policies from "./policy.ts";

/** How far a signed engagement is at an instant. */
export type Phase = "active" | "held" | "gone";

/**
 * What both have signed, as it stands. `workEndsAt` is the first second at which nothing new is taken, `endsAt` the first
 * at which everything is gone; `cuts` holds the end of the hold that each act of kind 1 or 4 left, with the act's
 * instant, in order.
 */
export interface InForce {
  readonly policy: policies.Policy;
  readonly workEndsAt: number;
  readonly endsAt: number;
  readonly cuts: readonly { readonly actAt: number; readonly endsAt: number }[];
}

/** The state at an instant: gone from the end of the hold, held from the end of the work. */
export function phaseAt(terms: InForce, instant: number): Phase {
  if (instant >= terms.endsAt) {
    return "gone";
  }
  return instant >= terms.workEndsAt ? "held" : "active";
}

/** The latest `expiresAt` of something made at `instant`. */
export function latestUnder(terms: InForce, instant: number): number {
  return Math.min(policies.latest(terms.policy, instant), terms.endsAt);
}

/** The `expiresAt` of something made at `instant` whose author chose none. */
export function defaultUnder(terms: InForce, instant: number): number {
  return Math.min(policies.defaultExpiresAt(terms.policy, instant), terms.endsAt);
}

/** Whether a relay may take something until `expiresAt`: 300 seconds of slack, never past the hold. */
export function allowsUnder(terms: InForce, expiresAt: number, now: number): boolean {
  const most = policies.latest(terms.policy, now) + policies.LATE_SECONDS;
  return now < expiresAt && expiresAt <= Math.min(most, terms.endsAt);
}

/**
 * When something goes that was made at `madeAt` until `expiresAt`: what was there when an end was brought forward went
 * with it, and a reopening did not bring it back.
 */
export function dateUnder(terms: InForce, madeAt: number, expiresAt: number): number {
  const cuts = terms.cuts.filter(({ actAt }) => madeAt <= actAt).map(({ endsAt }) => endsAt);
  return Math.min(expiresAt, terms.endsAt, ...cuts);
}

/**
 * What an engagement's acts, in order of number, put in force; null before an act of kind 1.
 *
 * `signed` holds the policies that the acts name, in any order. `Refused("policy")` where one is missing, and
 * `Refused("order")` for closing or reopening what nobody has signed.
 */
export function inForce(
  signed: readonly policies.Policy[],
  acts: readonly ActCore[],
): InForce | null {
  let standing: InForce | null = null;
  for (const act of acts) {
    if (act.kind === ActKind.POLICY) {
      standing = agreed(signed, act, standing);
    } else if (act.kind === ActKind.CLOSE || act.kind === ActKind.REOPEN) {
      if (!standing) {
        throw new Refused("order");
      }
      standing = act.kind === ActKind.CLOSE ? closed(standing, act) : reopened(standing, act);
    }
  }
  return standing;
}

function agreed(signed: readonly policies.Policy[], act: ActCore, before: InForce | null): InForce {
  const policy = signed.find((one) =>
    same(policies.policyHash(policies.encodePolicy(one)), act.subject),
  );
  if (!policy) {
    throw new Refused("policy");
  }
  const endsAt = policies.holdEndsAt(policy);
  const cuts = [...(before?.cuts ?? []), { actAt: act.issuedAt, endsAt }];
  return { policy, workEndsAt: policy.workEndsAt, endsAt, cuts };
}

/** An end is only ever brought forward by closing. */
function closed(before: InForce, act: ActCore): InForce {
  const workEndsAt = Math.min(before.workEndsAt, act.date);
  const endsAt = Math.min(before.endsAt, act.secondDate);
  return { ...before, workEndsAt, endsAt, cuts: [...before.cuts, { actAt: act.issuedAt, endsAt }] };
}

/** The policy's end of the hold is in force again, and bounds the new end of the work. */
function reopened(before: InForce, act: ActCore): InForce {
  const endsAt = policies.holdEndsAt(before.policy);
  return { ...before, workEndsAt: Math.min(act.date, endsAt), endsAt };
}
