/**
 * When the spoken check is offered uninvited: beside a call, to somebody who has not done it. Pure.
 */

import type { Work } from "./session.work.ts";

/** How long before its begin and after its end a noted call counts as one that is being held. */
const BESIDE_SECONDS = 3600;

/** Whether a call stands there that may still be going on, and the other's voice has not been heard yet. */
export function offersCheck(
  { state, heard, calls }: Pick<Work, "state" | "heard" | "calls">,
  now: number,
): boolean {
  const beside = calls.some(
    ({ heldAt, minutes }) =>
      now >= heldAt - BESIDE_SECONDS && now <= heldAt + minutes * 60 + BESIDE_SECONDS,
  );
  return state === "active" && beside && !heard.some(({ mine }) => mine);
}
