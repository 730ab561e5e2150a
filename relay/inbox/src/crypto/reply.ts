/**
 * Reply: what somebody who has an invitation's link says to the coach without joining.
 *
 * Owns its box, which has one length whatever it says, and the signature that shows the relay that its sender has the
 * link. Nobody's account stands behind it: what it says is the word of whoever had the link, and no key is ever learned
 * from it. (docs/protocol.md, part 10.)
 */

import { openBox, sealBox } from "./box.ts";
import { type Bytes, concat, countedText, label, Reader, textBytes } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import type { InvitationKeys } from "./invitation.ts";
import { H } from "./suite.ts";

const PLAIN_BYTES = 4096;
const HEAD_BYTES = 8;
export const MOST_TEXT_BYTES = 4000;
const PURPOSE = "invite-reply";

/** Please change something; no; I am on a device of my work. */
export const ReplyKind = { CHANGE: 1, NO: 2, WORK_DEVICE: 3 } as const;
export type ReplyKind = (typeof ReplyKind)[keyof typeof ReplyKind];

/** `text` says what is to be changed, and is empty otherwise. */
export interface Reply {
  readonly kind: ReplyKind;
  readonly text: string;
}

/** Seal a reply for whoever made the invitation; `nonce` is 24 fresh random bytes. */
export function sealReply(keys: InvitationKeys, { kind, text }: Reply, nonce: Bytes): Bytes {
  checkReply(kind, textBytes(text).length);
  const said = concat(new Uint8Array([1, kind, 0, 0]), countedText(text, 4));
  const plain = concat(said, new Uint8Array(PLAIN_BYTES - said.length));
  return sealBox(keys.replyKey, PURPOSE, aad(keys), plain, nonce);
}

/** Open a reply. That the invitation ends is judged by its kind, never by the relay's word. */
export function openReply(keys: InvitationKeys, box: Bytes): Reply {
  const plain = openBox(keys.replyKey, PURPOSE, aad(keys), box);
  if (plain.length !== PLAIN_BYTES) {
    throw new Malformed("a reply has one length");
  }
  const reader = new Reader(plain);
  reader.expect(new Uint8Array([1]), "version");
  const kind = reader.between(reader.u8(), 1, 3, "kind of reply") as ReplyKind;
  reader.reserved(2);
  const text = reader.text(4);
  const sizeBytes = textBytes(text).length;
  checkReply(kind, sizeBytes);
  reader.reserved(PLAIN_BYTES - HEAD_BYTES - sizeBytes);
  reader.finish();
  return { kind, text };
}

/** The signature that goes with a reply: by the redemption key over the whole request body. */
export function signReply(keys: InvitationKeys, requestBody: Bytes): Bytes {
  return keys.redemption.sign(label(PURPOSE), H(requestBody));
}

function checkReply(kind: ReplyKind, sizeBytes: number): void {
  if (
    !Object.values(ReplyKind).includes(kind) ||
    (kind === ReplyKind.CHANGE) !== sizeBytes > 0 ||
    sizeBytes > MOST_TEXT_BYTES
  ) {
    throw new Malformed("a change has a text, and nothing else has; or it is too long");
  }
}

function aad(keys: InvitationKeys): Bytes {
  return concat(label(PURPOSE), keys.inviteId);
}
