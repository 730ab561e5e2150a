/**
 * Lending: the account key, sealed, for one new browser of the same person.
 *
 * Owns the offer of a page that is open, while it is shown. Must never let the key leave in anything but the offer's box.
 * (docs/protocol.md, part 24.)
 */

import type { Api } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { Purpose, proofCheck } from "../crypto/codes.ts";
import { type Bytes, toBase64url } from "../crypto/encoding.ts";
import * as offer from "../crypto/offer.ts";
import type { Lent, LentState } from "../session.own.ts";
import type { Account } from "./account.ts";
import { makeCode } from "./codes.ts";
import { fault } from "./fault.ts";
import type { World } from "./world.ts";

const OFFER = "/v1/browser-offer";

export class Lending {
  readonly #api: Api;
  readonly #account: Account;
  readonly #world: World;
  #secret: Bytes | null = null;

  constructor(api: Api, account: Account, world: World) {
    this.#api = api;
    this.#account = account;
    this.#world = world;
  }

  /** Make an offer for five minutes; the one before ends. */
  async lend(): Promise<Lent> {
    const { origin, clock, random } = this.#world;
    const { name, accountKey, records } = this.#account;
    const secret = random(offer.SECRET_BYTES);
    const keys = offer.offerKeys(secret);
    const expiresAt = clock.now() + offer.OFFER_SECONDS;
    const lent = { accountId: records.vault.accountId, accountKey, name };
    const box = offer.sealOffer(keys, lent, origin, expiresAt, random(NONCE_BYTES));
    await this.#api.ask("PUT", OFFER, {
      offer_id: toBase64url(keys.offerId),
      check: toBase64url(proofCheck(keys.proof)),
      box: toBase64url(box),
      expires_at: expiresAt,
    });
    this.#secret = secret;
    return { link: offer.offerLink(origin, secret), expiresAt };
  }

  /** Six words for the offer that is shown. */
  async code(): Promise<string> {
    const secret = this.#secret;
    if (!secret) {
      throw fault("gone");
    }
    const { offerId } = offer.offerKeys(secret);
    return await makeCode(this.#api, this.#world, Purpose.BROWSER, offerId, secret);
  }

  async state(): Promise<LentState> {
    const state = (await this.#api.ask("GET", OFFER)).text("state", 16);
    return state === "open" || state === "used" ? state : "none";
  }

  async end(): Promise<void> {
    this.#secret = null;
    await this.#api.ask("DELETE", OFFER);
  }
}
