/**
 * Offer: the account key, lent to a new browser for five minutes by one that is open.
 *
 * Owns the link's form, what its secret gives, and the box. The secret is in the link's fragment or behind six typed words,
 * and nowhere else: whoever has the box alone has nothing. (docs/protocol.md, part 24.)
 */

import { openBox, sealBox } from "./box.ts";
import {
  type Bytes,
  concat,
  countedText,
  exact,
  fromBase64url,
  label,
  Reader,
  toBase64url,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { ORIGIN } from "./invitation.ts";
import { derive, ID_BYTES, originHash } from "./names.ts";
import { ACCOUNT_KEY_BYTES, checkLoginName } from "./unlock.ts";

export const SECRET_BYTES = 32;
export const OFFER_SECONDS = 300;
const NAME_BYTES = 65;
const HEAD: Bytes = new Uint8Array([1, 0, 0, 0]);
const LINK = new RegExp(`^(?<origin>${ORIGIN})/a/#4\\.(?<secret>[A-Za-z0-9_-]{43})$`);

/** What the secret gives. The id is public; the proof is for the relay's eyes. */
export interface OfferKeys {
  readonly offerId: Bytes;
  readonly boxKey: Bytes;
  readonly proof: Bytes;
}

/** Derive an offer's id, key and proof from its 32 random bytes. */
export function offerKeys(secret: Bytes): OfferKeys {
  exact(secret, SECRET_BYTES, "offer secret");
  return {
    offerId: derive(secret, "browser-id", ID_BYTES),
    boxKey: derive(secret, "browser-box"),
    proof: derive(secret, "browser-proof"),
  };
}

/** The link that a QR square holds. It is a secret: never log it. */
export function offerLink(origin: string, secret: Bytes): string {
  return `${origin}/a/#4.${toBase64url(exact(secret, SECRET_BYTES, "offer secret"))}`;
}

/** Parse such a link strictly; `Malformed` otherwise. */
export function parseOfferLink(link: string): { readonly origin: string; readonly secret: Bytes } {
  const found = LINK.exec(link)?.groups;
  if (!found) {
    throw new Malformed("not a link to add a browser");
  }
  const secret = fromBase64url(found.secret as string, SECRET_BYTES);
  return { origin: found.origin as string, secret };
}

/** What a new browser needs to make a way in of its own. */
export interface Lent {
  readonly accountId: Bytes;
  readonly accountKey: Bytes;
  readonly name: string;
}

/** Seal the account key for a new browser; `nonce` is 24 fresh random bytes. Gives 189 bytes. */
export function sealOffer(
  keys: OfferKeys,
  lent: Lent,
  origin: string,
  expiresAt: number,
  nonce: Bytes,
): Bytes {
  const name = countedText(checkLoginName(lent.name), 1);
  const plain = concat(
    HEAD,
    exact(lent.accountId, ID_BYTES, "account id"),
    exact(lent.accountKey, ACCOUNT_KEY_BYTES, "account key"),
    name,
    new Uint8Array(NAME_BYTES - name.length),
  );
  return sealBox(keys.boxKey, "browser-offer", aad(keys, origin, expiresAt), plain, nonce);
}

/** Open an offer; `NotOpened` for another place, end, id or secret, `Malformed` for another content. */
export function openOffer(keys: OfferKeys, box: Bytes, origin: string, expiresAt: number): Lent {
  const plain = openBox(keys.boxKey, "browser-offer", aad(keys, origin, expiresAt), box);
  const reader = new Reader(plain);
  reader.expect(HEAD, "version or reserved bytes");
  const [accountId, accountKey] = [reader.take(ID_BYTES), reader.take(ACCOUNT_KEY_BYTES)];
  const name = checkLoginName(reader.text(1));
  reader.reserved(NAME_BYTES - 1 - name.length);
  reader.finish();
  return { accountId, accountKey, name };
}

function aad(keys: OfferKeys, origin: string, expiresAt: number): Bytes {
  return concat(label("browser-offer"), originHash(origin), keys.offerId, u64(expiresAt));
}
