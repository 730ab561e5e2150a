/**
 * Resealing: a content that both moved back, sealed once more under the later date (class 5).
 *
 * Owns what differs from the first sealing: the id that both can compute beforehand, and whose signature counts. The
 * content and its signature are the original's, byte for byte. Must never let a later date stand that no act gave.
 * (docs/protocol.md, part 5, Class 5.)
 */

import { contentId, parseContent } from "./content.ts";
import type { Bytes, Random } from "./encoding.ts";
import { type Envelope, EnvelopeClass } from "./envelope.ts";
import { Refused } from "./errors.ts";
import type { Grant } from "./keeper_wire.ts";
import { envelopeId, TAG_BYTES } from "./names.ts";
import * as sealing from "./sealing.ts";
import type { SealKey } from "./suite.ts";

/** The 16-byte id that a content will have for one reader under a later date, as the act names it. */
export function resealedId(part: sealing.Part, readerFp: Bytes, expiresAt: number): Bytes {
  const origin = sealing.classOfOrigin(EnvelopeClass.RESEALED, part.content);
  return envelopeId(EnvelopeClass.RESEALED, contentId(origin, part.content), readerFp, expiresAt);
}

/**
 * Seal an opened content's one part again, to its reader, until `to.expiresAt`.
 *
 * Class and policy tag are given by the content, whatever `to` says; the revoker is the original's. `dayKeys` and what
 * is returned are as in `sealEnvelope`.
 */
export function reseal(
  to: Omit<sealing.Addressing, "envelopeClass" | "policyTag">,
  part: sealing.Part,
  dayKeys: readonly SealKey[],
  random: Random,
): Promise<Bytes> {
  const policyTag = parseContent(part.content).policyHash.slice(0, TAG_BYTES);
  const resealed = { ...to, envelopeClass: EnvelopeClass.RESEALED, policyTag };
  return sealing.sealEnvelope(resealed, [part], dayKeys, random);
}

/**
 * What a reader expects of an envelope of class 5: who may have signed a message, and a mail taken in; my fp and the
 * revoker's access hash; fps that count as mine too (part 25); and the date of the act of kind 3 that names this
 * envelope, or of one given back.
 */
export interface ResealedExpectation {
  readonly parties: readonly Bytes[];
  readonly door: readonly Bytes[];
  readonly myFp: Bytes;
  readonly formerFps?: readonly Bytes[];
  readonly revokerAccessHash: Bytes;
  readonly promisedAt: number;
  readonly now: number;
}

/**
 * Open an envelope of class 5 as `openEnvelope` opens the others. Throws what that does: `Refused("expiry")` for another
 * date, `Refused("class")` for another class or number of parts.
 */
export async function openResealed(
  envelope: Envelope,
  readerShare: Bytes,
  grants: readonly Grant[],
  expected: ResealedExpectation,
): Promise<sealing.Opened> {
  if (envelope.header.envelopeClass !== EnvelopeClass.RESEALED) {
    throw new Refused("class");
  }
  const { parties, door, revokerAccessHash, now } = expected;
  const shares = sealing.checkGrants(envelope, grants, revokerAccessHash, now);
  const [part, ...others] = await sealing.openParts(envelope, readerShare, shares);
  if (!part || others.length > 0) {
    throw new Refused("class");
  }
  const origin = sealing.classOfOrigin(EnvelopeClass.RESEALED, part.content);
  const signers = origin === EnvelopeClass.DOOR ? door : parties;
  return sealing.checkContent(envelope, part, { ...expected, signers });
}
