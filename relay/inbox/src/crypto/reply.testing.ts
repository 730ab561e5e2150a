/** What the operations of replies mean here. Mirrors `tests/vectors/run_reply.py` name for name. */

import type { Inputs, Outputs } from "./inputs.testing.ts";
import { invitationKeys } from "./invitation.ts";
import * as reply from "./reply.ts";

export const REPLY_OPERATIONS: Record<string, (given: Inputs) => Outputs> = {
  "reply.open_reply": (given) => ({
    ...reply.openReply(invitationKeys(given.bytes("secret")), given.bytes("sealed_box")),
  }),
  "reply.seal_reply": (given) => {
    const said = { kind: given.number("kind") as reply.ReplyKind, text: given.text("text") };
    const keys = invitationKeys(given.bytes("secret"));
    return { box: reply.sealReply(keys, said, given.bytes("nonce")) };
  },
  "reply.sign_reply": (given) => {
    const keys = invitationKeys(given.bytes("secret"));
    return { signature: reply.signReply(keys, given.bytes("body")) };
  },
};
