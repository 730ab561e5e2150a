/**
 * Own records: what a person writes down for nobody else, on its way into a mailbox of their own.
 *
 * Owns the sealing of an envelope of class 6 under the policy that both signed, so that it goes with the rest. Must never
 * seal one to anybody but its writer. Mirrors `client_sdk/own_records.py`. (docs/protocol.md, parts 5 and 6.)
 */

import * as content from "../crypto/content.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { dayOf, TAG_BYTES, ZERO_HASH } from "../crypto/names.ts";
import { type OwnRecord, ownShown } from "../crypto/ownrecord.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import { type Addressing, sealEnvelope, signContent } from "../crypto/sealing.ts";
import { chooseReadingKey, statementHash } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import { fault, notTrusted, trusting } from "./fault.ts";
import type { Place } from "./party.ts";
import type { Tools } from "./tools.ts";

export type OwnTools = Pick<
  Tools,
  "api" | "account" | "standing" | "keepers" | "logHead" | "world"
>;

/** Seal a record into my mailbox of `place`, until the agreement's date for what is written now, or until an earlier instant. */
export async function sealOwn(
  tools: OwnTools,
  place: Place,
  record: OwnRecord,
  until: number | null = null,
): Promise<Bytes> {
  const { standing, keepers, world } = tools;
  const now = world.clock.now();
  const latest = standing.terms.defaultExpiresAt(now);
  const expiresAt = Math.min(until ?? latest, latest);
  if (expiresAt <= now) {
    throw fault("closed");
  }
  const dayKeys = await keepers.dayKeys(dayOf(expiresAt));
  const pinned = pinnedKeeperSet(place.pins);
  if (!same(place.me.statement.card.keeperSet, pinned) || dayKeys.length === 0) {
    throw notTrusted("keeper-set");
  }
  const frame = content.encodeContent(frameOf(tools, place, record, { expiresAt, now }));
  const part = signContent(frame, EnvelopeClass.OWN, place.me.identity);
  const tag = standing.terms.inForce.hash.slice(0, TAG_BYTES);
  return await sealEnvelope(toMe(place, tag, expiresAt, now), [part], dayKeys, world.random);
}

interface Times {
  readonly expiresAt: number;
  readonly now: number;
}

/** A record is complete in itself: each is the first content of a writer of its own. */
function frameOf(
  { account, standing, logHead, world }: OwnTools,
  place: Place,
  record: OwnRecord,
  { expiresAt, now }: Times,
): content.Content {
  const { fp, statement } = place.me;
  const [high = 0, low = 0] = world.random(2);
  return {
    kind: content.ContentKind.OWN,
    nonce: world.random(16),
    threadId: world.random(16),
    writer: high * 256 + low,
    count: 1,
    previousId: ZERO_HASH,
    createdAt: now,
    expiresAt,
    policyHash: standing.terms.inForce.hash,
    senderFp: fp,
    checkpointHash: logHead.hash,
    vaultCounter: account.records.vault.counter,
    senderStatementHash: statementHash(statement.raw),
    recipients: [{ fp, statementHash: statementHash(statement.raw) }],
    attachments: [],
    fixed: new Uint8Array(0),
    shown: ownShown(record),
  };
}

function toMe(place: Place, policyTag: Bytes, expiresAt: number, now: number): Addressing {
  const key = trusting("stale", () => chooseReadingKey(place.me.statement.card, now));
  const access = place.me.access.public;
  return {
    envelopeClass: EnvelopeClass.OWN,
    mailboxId: place.myMailbox,
    policyTag,
    expiresAt,
    recipientFp: place.me.fp,
    target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
    readerAccess: access,
    revokerAccess: access,
    notBefore: 0,
  };
}
