/**
 * Acting: an act of an engagement, from what a person wants to its number at the relay.
 *
 * Owns making the next act and posting it, again on the newer acts where the other person was first. Must never sign what
 * was not judged against the newest acts. (docs/protocol.md, part 12.)
 */

import { type Api, isProblem } from "../api.ts";
import { type Act, type ActCore, actHash, encodeAct, signAct } from "../crypto/acts.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { ZERO_HASH } from "../crypto/names.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

const TRIES = 5;

export interface Actor {
  readonly api: Api;
  readonly standing: Standing;
  readonly world: World;
}

/** The core of the next act under what is in force; `fields` gives its kind and what the kind uses. */
export function nextCore(
  { standing, world }: Actor,
  fields: Partial<ActCore> & Pick<ActCore, "kind">,
): ActCore {
  const { terms, engagementId } = standing;
  return {
    engagementId,
    policyHash: terms.inForce.hash,
    number: terms.actCount + 1,
    previousHash: terms.lastActHash,
    issuedAt: world.clock.now(),
    date: 0,
    secondDate: 0,
    subject: ZERO_HASH,
    envelopeIds: [],
    ...fields,
  };
}

/** Sign an act, beside the other person's signature where there is one. */
export function sign({ standing }: Actor, core: ActCore, other?: Act): Act {
  return signAct(core, standing.place.me.identity, other);
}

/** The name of an act for the page. */
export function nameOf(core: ActCore): string {
  return toHex(actHash(core)).slice(0, 32);
}

/**
 * Sign and post the act that `make` gives, made anew whenever the other person was first; null: it is so already. `post` is
 * told where an act goes with something else.
 */
export async function postNext(
  actor: Actor,
  make: () => ActCore | null | Promise<ActCore>,
  post = (act: Bytes) => actor.api.addAct(actor.standing.engagementId, act),
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await actor.standing.refresh();
    const core = await make();
    if (!core) {
      return;
    }
    try {
      return await post(encodeAct(sign(actor, core)));
    } catch (reason) {
      if (!isProblem(reason, "act-out-of-order") || attempt === TRIES) {
        throw reason;
      }
    }
  }
}
