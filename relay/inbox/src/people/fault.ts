/**
 * Faults: how a flow fails towards the page.
 *
 * Owns the way from anything that was thrown to a `Failure`. Must never let a cause through: the page gets a code of its
 * own list, and where nobody foresaw it a short local code to mention, which names a check and never what was checked.
 */

import { KeysError, Mistyped } from "../crypto/errors.ts";
import type { Failure } from "../session.ts";

/** A failure that is already in the page's terms. */
export class Fault extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** A fault of that code. */
export function fault(code: Failure["code"], detail?: string): Fault {
  return new Fault(detail === undefined ? { code } : { code, detail });
}

/** Something that the relay showed does not follow from what was pinned. `detail` is a local code. */
export function notTrusted(detail: string): Fault {
  return fault("unknown", detail);
}

/** Whatever was thrown, as a failure. */
export function failureOf(reason: unknown): Failure {
  if (reason instanceof Fault) {
    return reason.failure;
  }
  if (reason instanceof Mistyped) {
    return { code: "sheet-group", group: reason.group + 1 };
  }
  if (reason instanceof DOMException && reason.name === "AbortError") {
    return { code: "stopped" };
  }
  return { code: "unknown", detail: reason instanceof KeysError ? reason.code : "worker" };
}

/** Run `work`; a refusal by the core becomes a mistrust with this local code. */
export function trusting<Result>(detail: string, work: () => Result): Result {
  try {
    return work();
  } catch (reason) {
    throw reason instanceof KeysError ? notTrusted(detail) : reason;
  }
}

/** A part of this program that is fetched when it is first needed; without a line that fails as anything else does. */
export async function fetched<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch {
    throw fault("offline");
  }
}
