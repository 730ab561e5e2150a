/**
 * Codes: what stands for a link where it has to be read out and typed.
 *
 * Owns the order of steps: a nameplate from the relay, words drawn here, and a box that only they open. Must never send the
 * relay a word. (docs/protocol.md, part 24.)
 */

import { type Api, isProblem } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import * as codes from "../crypto/codes.ts";
import { type Bytes, toBase64url } from "../crypto/encoding.ts";
import { Mistyped } from "../crypto/errors.ts";
import { RANDOM_BYTES_A_WORD } from "../crypto/wordlist.ts";
import { Fault, fault, trusting } from "./fault.ts";
import type { World } from "./world.ts";

/** Give a secret a code; what is read out. Words that it had before lead nowhere any more. */
export async function makeCode(
  api: Api,
  world: World,
  purpose: codes.Purpose,
  subject: Bytes,
  secret: Bytes,
): Promise<string> {
  const asked = await api.ask("POST", "/v1/codes", { subject: toBase64url(subject) });
  const nameplate = asked.text("nameplate", 4);
  const random = world.random(codes.WORDS_OF[purpose] * RANDOM_BYTES_A_WORD);
  const code = { nameplate, words: codes.drawWords(await world.words(), purpose, random) };
  const keys = await codes.codeKeys(code, world.origin);
  const box = codes.sealCode(keys, purpose, nameplate, secret, world.random(NONCE_BYTES));
  const check = toBase64url(codes.proofCheck(keys.proof));
  await api.ask("PUT", `/v1/codes/${nameplate}`, { check, box: toBase64url(box) });
  return codes.codeText(code);
}

/** The secret that a typed code stands for. Uses nothing up. A word that is none is named before anything is asked. */
export async function secretOfCode(
  api: Api,
  world: World,
  typed: string,
): Promise<{ readonly purpose: codes.Purpose; readonly secret: Bytes }> {
  const code = readTyped(await world.words(), typed);
  const purpose = codes.purposeOf(code);
  const keys = await codes.codeKeys(code, world.origin);
  const asked = { nameplate: code.nameplate, proof: toBase64url(keys.proof) };
  const box = (await proven(() => api.ask("POST", "/v1/codes/open", asked))).bytes("box");
  const secret = trusting("code", () => codes.openCode(keys, purpose, code.nameplate, box));
  return { purpose, secret };
}

/** What the relay gives for a proof alone; whatever else is wrong it tells in one way. */
export async function proven<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (reason) {
    throw isProblem(reason, "code-refused") ? fault("code-refused") : reason;
  }
}

function readTyped(words: readonly string[], typed: string): codes.Code {
  try {
    return codes.readCode(words, typed);
  } catch (reason) {
    throw reason instanceof Mistyped
      ? new Fault({ code: "code-mistyped", group: reason.group })
      : fault("code-refused");
  }
}
