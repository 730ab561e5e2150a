/** What the operations of people's word on their own copies mean here. Mirrors `tests/vectors/run_copies.py` name for name. */

import { type CopiesGone, goneAt, openCopiesGone } from "./copies_gone.ts";
import { textBytes } from "./encoding.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import { checkReceiptFile } from "./receipt_check.ts";

export const COPIES_OPERATIONS: Record<string, (given: Inputs) => Outputs> = {
  "copies_gone.open_copies_gone": (given) => {
    const [raw, engagementId] = [given.bytes("raw"), given.bytes("engagement_id")];
    const gone = openCopiesGone(raw, engagementId, given.bytes("public"));
    return { ...outputs(gone), gone_at: goneAt(gone, given.number("due_at")) };
  },
  "receipt_check.own_copies": (given) => {
    const found = checkReceiptFile(textBytes(given.text("file")), null);
    const said = found.ownCopies.map(({ identityPublic, gone }) => ({
      public: identityPublic,
      ...(gone ? outputs(gone) : { computer: null }),
    }));
    return { sound: found.sound, own_copies: said };
  },
};

function outputs({ computer, moments }: CopiesGone) {
  return { computer, moments: moments.map(({ through, goneAt }) => [through, goneAt]) };
}
