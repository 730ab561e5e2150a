/**
 * Proposal: a change of the agreement as one offers it and the other answers it, a content of kind 4.
 *
 * Owns its display fields and the check that they are what the act names. Must never show a text or a policy that the
 * signature does not reach. (docs/protocol.md, part 6.)
 */

import { type Act, ActKind, parseAct } from "./acts.ts";
import { type Bytes, exact, fromBase64url, same, toBase64url } from "./encoding.ts";
import { Malformed, Refused } from "./errors.ts";
import { type JsonObject, textField } from "./json.ts";
import { agreementHash, encodePolicy, type Policy, parsePolicy, policyHash } from "./policy.ts";

export const MOST_AGREEMENT_BYTES = 40_000;
/** Above every policy frame. */
export const MOST_POLICY_BYTES = 90_000;

const DECLINED = "declined";
const SALT_BYTES = 32;

/**
 * An act of kind 1 with the proposer's signature alone, the policy that it would put in force and the text that people
 * read.
 */
export interface Proposal {
  readonly act: Act;
  readonly policy: Policy;
  readonly salt: Bytes;
  readonly agreement: string;
}

/** The display fields of a proposal's content; the fixed part is the act's bytes. */
export function proposalShown(proposal: Proposal, note = ""): JsonObject {
  return {
    policy: toBase64url(encodePolicy(proposal.policy)),
    salt: toBase64url(exact(proposal.salt, SALT_BYTES, "agreement salt")),
    agreement: proposal.agreement,
    note,
  };
}

/** The display fields of the content that sends a proposal's act back, unchanged. */
export function declinedShown(note = ""): JsonObject {
  return { answer: DECLINED, note };
}

/** Whether a content of kind 4 declines the act that it carries. */
export function isDeclined(shown: JsonObject): boolean {
  return shown.answer === DECLINED;
}

/**
 * Read a proposal from the fixed part and display fields of a content of kind 4 that declines nothing.
 *
 * `Malformed` for its form; `Refused("agreement")` unless the policy is the one that the act names, of the same
 * engagement, and the text the one that the policy names. Signatures, and that the policy follows the one in force, are
 * still to be checked.
 */
export function readProposal(fixed: Bytes, shown: JsonObject): Proposal {
  const read = readShown(shown);
  const act = parseAct(fixed);
  if (!read || act.core.kind !== ActKind.POLICY) {
    throw new Malformed("not a proposal");
  }
  const { frame, salt, agreement } = read;
  const policy = parsePolicy(frame);
  const named =
    same(act.core.subject, policyHash(frame)) && same(act.core.engagementId, policy.engagementId);
  if (!named || !same(agreementHash(salt, agreement), policy.agreementHash)) {
    throw new Refused("agreement");
  }
  return { act, policy, salt, agreement };
}

/** Check types and limits of a proposal's or an answer's display fields; `Malformed` otherwise. */
export function checkProposalShown(shown: JsonObject): void {
  readShown(shown);
}

/** What a proposal shows; null for an answer, whose other fields say nothing. */
function readShown(shown: JsonObject): { frame: Bytes; salt: Bytes; agreement: string } | null {
  const { answer = "" } = shown;
  if (answer !== "" && answer !== DECLINED) {
    throw new Malformed("an answer declines or is none");
  }
  if (isDeclined(shown)) {
    return null;
  }
  const agreement = textField(shown.agreement, MOST_AGREEMENT_BYTES);
  const salt = bytesField(shown, "salt");
  const frame = bytesField(shown, "policy");
  if (salt.length !== SALT_BYTES || frame.length > MOST_POLICY_BYTES) {
    throw new Malformed("not a proposal's salt or policy");
  }
  return { frame, salt, agreement };
}

function bytesField(shown: JsonObject, name: string): Bytes {
  return fromBase64url(textField(shown[name], MOST_POLICY_BYTES * 2));
}
