/**
 * Copies gone: a person's own signed word on when what their program kept on a computer went.
 *
 * Owns its bytes and the one reading of them. It is a claim, not a proof, and says nothing of what people saved or printed;
 * nobody but its signer can make or change it. Carries dates alone. (docs/protocol.md, part 16.)
 */

import { type Bytes, label, Reader, same } from "./encoding.ts";
import { Malformed, Refused } from "./errors.ts";
import { fingerprint, ID_BYTES } from "./names.ts";
import { SIGNATURE_BYTES, verify } from "./suite.ts";

export const MOST_MOMENTS = 256;
export const MOST_BYTES = 24 + 16 * MOST_MOMENTS + 32 + SIGNATURE_BYTES;
const VERSION: Bytes = new Uint8Array([1, 0]);

/** At `goneAt` nothing was left of what was due at or before `through`; both are Unix seconds. */
export interface Moment {
  readonly through: number;
  readonly goneAt: number;
}

/** What one person's program on one computer says of one engagement: its moments, in order of time. */
export interface CopiesGone {
  readonly engagementId: Bytes;
  readonly computer: number;
  readonly moments: readonly Moment[];
}

/** When, by this word, everything due at or before an instant was gone; null: not yet. */
export function goneAt({ moments }: CopiesGone, dueAt: number): number | null {
  return moments.find(({ through }) => through >= dueAt)?.goneAt ?? null;
}

/**
 * Parse and verify what somebody says of an engagement (null: of any): `Malformed`, `Refused` where it is of another person or engagement,
 * or `BadSignature` otherwise.
 */
export function openCopiesGone(
  raw: Bytes,
  engagementId: Bytes | null,
  identityPublic: Bytes,
): CopiesGone {
  const reader = new Reader(raw);
  reader.expect(VERSION, "version");
  const computer = reader.u16();
  const count = reader.between(reader.u16(), 0, MOST_MOMENTS, "moments");
  reader.reserved(2);
  const of = reader.take(ID_BYTES);
  const moments = Array.from({ length: count }, () => ({
    through: reader.u64(),
    goneAt: reader.u64(),
  }));
  const fp = reader.take(32);
  const signature = reader.take(SIGNATURE_BYTES);
  reader.finish();
  checkOrder(moments);
  if ((engagementId && !same(of, engagementId)) || !same(fp, fingerprint(identityPublic))) {
    throw new Refused("of another");
  }
  verify(identityPublic, signature, label("own-gone"), raw.slice(0, -SIGNATURE_BYTES));
  return { engagementId: of, computer, moments };
}

function checkOrder(moments: readonly Moment[]): void {
  let before: Moment = { through: 0, goneAt: 0 };
  for (const one of moments) {
    const later = before.through < one.through && before.goneAt <= one.goneAt;
    if (!later || one.through > one.goneAt) {
      throw new Malformed("moments are in order, and nothing is gone before it is due");
    }
    before = one;
  }
}
