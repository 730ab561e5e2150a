/** What the operations of typed codes and offers mean here. Mirrors `tests/vectors/run_codes.py` name for name. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as codes from "./codes.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import * as offer from "./offer.ts";
import { readWords } from "./wordlist.ts";

const WORDS = readWords(
  readFileSync(join(import.meta.dirname, "../../../../keys/words.txt"), "utf8"),
);

const purpose = (given: Inputs) => given.number("purpose") as codes.Purpose;

export const CODE_OPERATIONS: Record<string, (given: Inputs) => Outputs | Promise<Outputs>> = {
  "codes.draw_words": (given) => ({
    words: [...codes.drawWords(WORDS, purpose(given), given.bytes("random_bytes"))],
  }),
  "codes.read_code": (given) => {
    const code = codes.readCode(WORDS, given.text("typed"));
    assert.deepEqual(codes.readCode(WORDS, codes.codeText(code)), code);
    return { purpose: codes.purposeOf(code), nameplate: code.nameplate, words: [...code.words] };
  },
  "codes.code_keys": async (given) => {
    const code = codes.readCode(WORDS, given.text("typed"));
    const { proof, boxKey } = await codes.codeKeys(code, given.text("origin"));
    return { proof, check: codes.proofCheck(proof), box_key: boxKey };
  },
  "codes.open_code": (given) => {
    const keys = { proof: given.bytes("proof"), boxKey: given.bytes("box_key") };
    const [nameplate, sealed] = [given.text("nameplate"), given.bytes("sealed")];
    const secret = codes.openCode(keys, purpose(given), nameplate, sealed);
    const again = codes.sealCode(keys, purpose(given), nameplate, secret, sealed.slice(0, 24));
    assert.deepEqual(again, sealed);
    return { secret };
  },
  "offer.offer_keys": (given) => {
    const { offerId, boxKey, proof } = offer.offerKeys(given.bytes("secret"));
    const link = offer.offerLink(given.text("origin"), given.bytes("secret"));
    return { offer_id: offerId, box_key: boxKey, proof, link };
  },
  "offer.parse_offer_link": (given) => ({ ...offer.parseOfferLink(given.text("link")) }),
  "offer.open_offer": (given) => {
    const keys = offer.offerKeys(given.bytes("secret"));
    const [sealed, origin] = [given.bytes("sealed"), given.text("origin")];
    const expiresAt = given.number("expires_at");
    const lent = offer.openOffer(keys, sealed, origin, expiresAt);
    assert.deepEqual(offer.sealOffer(keys, lent, origin, expiresAt, sealed.slice(0, 24)), sealed);
    return { account_id: lent.accountId, account_key: lent.accountKey, name: lent.name };
  },
};
