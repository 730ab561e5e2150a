/**
 * Cards: a person's reading keys, and the card that announces them.
 *
 * Owns which keys a card has, and its renewal. Fetched when one is due. Must never drop a reading key that something living may be sealed to,
 * nor announce one that is not in the vault. (docs/protocol.md, part 4.)
 */

import type { Random } from "../crypto/encoding.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import { latest, type Policy } from "../crypto/policy.ts";
import {
  type Card,
  cardIsDue,
  MOST_VALID_SECONDS,
  parseStatement,
  signStatement,
  statementHash,
} from "../crypto/statement.ts";
import { OpenKey } from "../crypto/suite.ts";
import type { ReadingSeed } from "../crypto/vault.ts";
import * as items from "../crypto/vault.ts";
import { type Changes, KEPT_SECONDS, type Vault } from "./vault.ts";

const KEY_SECONDS = 31 * DAY_SECONDS;
const KEYS_IN_A_ROW = 3;
/** A card is valid from a little earlier, for senders whose clock is behind. */
const BACKDATE_SECONDS = 600;

/** The reading keys of a card: three of 31 days in a row, and a fallback until the end of the hold, at most 800 days. */
export function drawReading(
  now: number,
  heldUntil: number,
  firstEpoch: number,
  random: Random,
): ReadingSeed[] {
  const start = now - BACKDATE_SECONDS;
  const ends = Array.from({ length: KEYS_IN_A_ROW + 1 }, (_, at) => start + at * KEY_SECONDS);
  const rows = ends.slice(1).map((end) => [end - KEY_SECONDS, end]);
  const fallbackEnd = Math.min(
    Math.max(heldUntil, ends.at(-1) as number),
    start + MOST_VALID_SECONDS,
  );
  return [...rows, [start, fallbackEnd]].map(([validFrom, validUntil], at) => ({
    epoch: firstEpoch + at,
    validFrom: validFrom as number,
    validUntil: validUntil as number,
    seed: random(32),
  }));
}

/** The public side of reading keys, as a card lists them. */
export function publics(seeds: readonly ReadingSeed[]): Card["readingKeys"] {
  return seeds.map(({ epoch, validFrom, validUntil, seed }) => {
    return { epoch, validFrom, validUntil, public: OpenKey.fromSeed(seed).public };
  });
}

/** The changes of the vault that bring the next card; nothing where another browser was first. */
export function renewal(
  vault: Vault,
  policies: readonly Policy[],
  now: number,
  random: Random,
): Changes {
  const before = parseStatement(vault.card);
  if (!cardIsDue(before.card, now)) {
    return new Map();
  }
  const seeds = vault.reading;
  const epoch = Math.max(0, ...seeds.map((one) => one.epoch)) + 1;
  const heldUntil = Math.max(
    0,
    ...policies.map((policy) => latest(policy, Number.MAX_SAFE_INTEGER)),
  );
  const fresh = drawReading(now, heldUntil, epoch, random);
  const card = {
    ...before.card,
    number: before.card.number + 1,
    previousHash: statementHash(before.raw),
    issuedAt: now,
    readingKeys: publics(fresh),
  };
  const reading = items.encodeReading([...stillNeeded(seeds, policies, now), ...fresh]);
  const expiresAt = now + KEPT_SECONDS;
  return new Map([
    ["reading", { plain: reading, expiresAt }],
    ["card", { plain: items.encodeOwnCard(signStatement(card, vault.identity)), expiresAt }],
  ]);
}

/** The reading keys to keep: those valid, and those to which something living may be sealed. */
function stillNeeded(
  seeds: readonly ReadingSeed[],
  policies: readonly Policy[],
  now: number,
): ReadingSeed[] {
  return seeds.filter(({ validUntil }) => {
    const last = Math.max(0, ...policies.map((policy) => latest(policy, validUntil)));
    return validUntil > now || last > now;
  });
}
