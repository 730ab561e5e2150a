/**
 * Statement: a person's signed key card, and the chain of cards.
 *
 * Owns the card's bytes, its checks link by link and the choice of the reading key. Must never accept a new identity
 * key without the previous one's signature: a relay cannot introduce a key. (docs/protocol.md, part 4.)
 */

import {
  type Bytes,
  concat,
  exact,
  isZero,
  label,
  Reader,
  same,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { BadSignature, Malformed, Refused } from "./errors.ts";
import { DAY_SECONDS, derive, fingerprint, ID_BYTES, keyId } from "./names.ts";
import {
  H,
  isStrictPublic,
  SEAL_PUBLIC_BYTES,
  SIGNATURE_BYTES,
  type SignKey,
  verify,
} from "./suite.ts";

export const MOST_READING_KEYS = 4;
export const MOST_VALID_SECONDS = 800 * DAY_SECONDS;
/** A card is renewed at the first unlock after this long. */
const RENEW_SECONDS = 30 * DAY_SECONDS;
export const MOST_STATEMENT_BYTES =
  196 + MOST_READING_KEYS * (20 + SEAL_PUBLIC_BYTES) + 2 * SIGNATURE_BYTES;

const VERSION: Bytes = new Uint8Array([1]);

/** A public reading key: valid for sealing while validFrom <= now < validUntil, for opening always. */
export interface ReadingKey {
  readonly epoch: number;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly public: Bytes;
}

/** The 8-byte id under which a reader's lock stands. */
export function readingKeyId(key: ReadingKey): Bytes {
  return keyId(key.public);
}

/** The fields of a statement, before signing. `number` rises by 1 from 1. */
export interface Card {
  readonly accountId: Bytes;
  readonly number: number;
  readonly previousHash: Bytes;
  readonly issuedAt: number;
  readonly identityPublic: Bytes;
  readonly accessPublic: Bytes;
  readonly originHash: Bytes;
  readonly keeperSet: Bytes;
  readonly readingKeys: readonly ReadingKey[];
}

/** A signed card. `raw` is all of it; `verifyStatement` or `verifyChain` says whether it may be believed. */
export interface Statement {
  readonly card: Card;
  readonly signature: Bytes;
  readonly previousSignature: Bytes | null;
  readonly raw: Bytes;
}

/** The bytes that are signed; `Malformed` for a field that the format forbids. */
export function encodeCard(card: Card): Bytes {
  check(card);
  return concat(
    VERSION,
    u8(card.readingKeys.length),
    u16(0),
    exact(card.accountId, ID_BYTES, "account id"),
    u64(card.number),
    exact(card.previousHash, 32, "previous hash"),
    u64(card.issuedAt),
    exact(card.identityPublic, 32, "key"),
    exact(card.accessPublic, 32, "key"),
    exact(card.originHash, 32, "origin hash"),
    exact(card.keeperSet, 32, "keeper set"),
    ...card.readingKeys.map(encodeReadingKey),
  );
}

function encodeReadingKey(key: ReadingKey): Bytes {
  return concat(
    u32(key.epoch),
    u64(key.validFrom),
    u64(key.validUntil),
    exact(key.public, SEAL_PUBLIC_BYTES, "reading key"),
  );
}

/** H(L("statement-hash") ‖ statement, signatures included): how the next one, contents and recipients name it. */
export function statementHash(raw: Bytes): Bytes {
  return H(label("statement-hash"), raw);
}

/** The fingerprint of a statement's identity key. */
export function statementFp(statement: Statement): Bytes {
  return fingerprint(statement.card.identityPublic);
}

/** Sign a card; `previousIdentity` exactly where the identity key differs from the previous statement's. */
export function signStatement(card: Card, identity: SignKey, previousIdentity?: SignKey): Bytes {
  const signed = encodeCard(card);
  if (!same(identity.public, card.identityPublic)) {
    throw new Malformed("the identity key is not the card's");
  }
  const signers = previousIdentity ? [identity, previousIdentity] : [identity];
  return concat(signed, ...signers.map((signer) => signer.sign(label("statement"), signed)));
}

/** Parse a statement strictly. Its signatures are not verified here. */
export function parseStatement(raw: Bytes): Statement {
  if (raw.length > MOST_STATEMENT_BYTES) {
    throw new Malformed("statement is too long");
  }
  const reader = new Reader(raw);
  const card = readCard(reader);
  const signature = reader.take(SIGNATURE_BYTES);
  const previousSignature = reader.remaining > 0 ? reader.take(SIGNATURE_BYTES) : null;
  reader.finish();
  if (card.number === 1 && previousSignature) {
    throw new Malformed("a first statement has one signature");
  }
  return { card, signature, previousSignature, raw };
}

function readCard(reader: Reader): Card {
  reader.expect(VERSION, "version");
  const count = reader.between(reader.u8(), 1, MOST_READING_KEYS, "number of reading keys");
  reader.reserved(2);
  const card = {
    accountId: reader.take(ID_BYTES),
    number: reader.u64(),
    previousHash: reader.take(32),
    issuedAt: reader.u64(),
    identityPublic: reader.take(32),
    accessPublic: reader.take(32),
    originHash: reader.take(32),
    keeperSet: reader.take(32),
    readingKeys: Array.from({ length: count }, () => readReadingKey(reader)),
  };
  check(card);
  return card;
}

function readReadingKey(reader: Reader): ReadingKey {
  return {
    epoch: reader.u32(),
    validFrom: reader.u64(),
    validUntil: reader.u64(),
    public: reader.take(SEAL_PUBLIC_BYTES),
  };
}

/** Verify a statement's signature by its own identity key: enough for a card that a pin or a secret vouches for. */
export function verifyStatement(statement: Statement): void {
  const { card, signature } = statement;
  verify(card.identityPublic, signature, label("statement"), signedPart(statement));
}

function signedPart(statement: Statement): Bytes {
  const signatures = statement.previousSignature ? 2 : 1;
  return statement.raw.slice(0, statement.raw.length - signatures * SIGNATURE_BYTES);
}

/**
 * Verify that `statement` follows `previous`, which is already believed.
 *
 * Throws `Refused("order")` for a wrong number, hash or account, `BadSignature` for a missing, wrong or superfluous
 * signature.
 */
export function verifyLink(previous: Statement, statement: Statement): void {
  const { card, previousSignature } = statement;
  const before = previous.card;
  const continues = same(card.accountId, before.accountId) && card.number === before.number + 1;
  if (!continues || !same(card.previousHash, statementHash(previous.raw))) {
    throw new Refused("order");
  }
  verifyStatement(statement);
  const changed = !same(card.identityPublic, before.identityPublic);
  if (changed !== (previousSignature !== null)) {
    throw new BadSignature();
  }
  if (previousSignature) {
    const signed = signedPart(statement);
    verify(before.identityPublic, previousSignature, label("statement"), signed);
  }
}

/** Verify statements link by link from a pinned one on; gives the newest (the pinned one if there is none). */
export function verifyChain(pinned: Statement, later: Iterable<Statement>): Statement {
  let newest = pinned;
  for (const statement of later) {
    verifyLink(newest, statement);
    newest = statement;
  }
  return newest;
}

/** The key to seal to: of those valid now the one that ends first. `Refused("stale")` if there is none. */
export function chooseReadingKey(card: Card, now: number): ReadingKey {
  const valid = card.readingKeys.filter((key) => key.validFrom <= now && now < key.validUntil);
  const [first, ...others] = valid;
  if (!first) {
    throw new Refused("stale");
  }
  return others.reduce((best, key) => (key.validUntil < best.validUntil ? key : best), first);
}

/** The 32-byte blind of a statement's leaf in the log, known to its owner and contacts. */
export function blind(identitySeed: Bytes, statementNumber: number): Bytes {
  const secret = concat(exact(identitySeed, 32, "identity seed"), u64(statementNumber));
  return derive(secret, "statement-blind");
}

function check(card: Card): void {
  const keys = card.readingKeys;
  if (keys.length < 1 || keys.length > MOST_READING_KEYS) {
    throw new Malformed("a statement has 1 to 4 reading keys");
  }
  if (keys.some((key, index) => index > 0 && (keys[index - 1] as ReadingKey).epoch >= key.epoch)) {
    throw new Malformed("epochs must be ascending");
  }
  const lengths = keys.map((key) => key.validUntil - key.validFrom);
  if (lengths.some((seconds) => seconds <= 0 || seconds > MOST_VALID_SECONDS)) {
    throw new Malformed("a reading key is valid for 1 second to 800 days");
  }
  if (card.number < 1 || (card.number === 1) !== isZero(card.previousHash)) {
    throw new Malformed("only a first statement has no previous one");
  }
  if (!isStrictPublic(card.identityPublic) || !isStrictPublic(card.accessPublic)) {
    throw new Malformed("not a canonical public key");
  }
}

/** Whether a new card is due: at the first unlock after 30 days. */
export function cardIsDue(card: Card, now: number): boolean {
  return now >= card.issuedAt + RENEW_SECONDS;
}
