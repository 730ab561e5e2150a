/** A whole release as client and coach make one, with every field open to a test's change. */

import { ActKind, encodeAct, signAct } from "./acts.ts";
import type { Bytes } from "./encoding.ts";
import { EnvelopeClass, keeperLocks, parseEnvelope } from "./envelope.ts";
import { dayOpenKey } from "./keeper_wire.ts";
import { linkAccessKey, openKeeperLock } from "./locks.ts";
import { DAY_SECONDS, fingerprint, ZERO_HASH } from "./names.ts";
import {
  linkReaderFp,
  pairHash,
  type ReleaseLink,
  type Served,
  sponsorMailbox,
  ticketSubject,
} from "./release.ts";
import { encodeReleaseFrame, type ReleaseTerms } from "./release_terms.ts";
import { encodeReport, type Report } from "./report.ts";
import { sealEnvelope, signContent } from "./sealing.ts";
import { counting } from "./sources.testing.ts";
import { SignKey } from "./suite.ts";

export const NOW = 1_790_000_000;
export const ENDS_AT = NOW + 40 * DAY_SECONDS;
const random = counting(23);

export const coach = SignKey.fromSeed(random(32));
export const client = SignKey.fromSeed(random(32));
export const stranger = SignKey.fromSeed(random(32));
export const dayKey = dayOpenKey(random(32));
export const keeperId = random(16);
const clientAccess = SignKey.fromSeed(random(32));
const policyHash = random(32);

const period = Math.floor(NOW / DAY_SECONDS) * DAY_SECONDS;

export const REPORT: Report = {
  engagementId: random(16),
  coachFp: fingerprint(coach.public),
  clientFp: fingerprint(client.public),
  beginsAt: period - 90 * DAY_SECONDS,
  endsAt: period,
  coachName: "Anna Harrow",
  clientName: "Maya Okafor",
  sponsorName: "Northwind",
  sponsorPerson: "Joan Reyes",
  goals: [
    { goal: "Lead the merger team", how: "Weekly notes agreed by Friday", where: "Nine of ten" },
    { goal: "Delegate the budget", how: "", where: "" },
  ],
  clientWords: "I stopped answering at midnight.",
  nextSteps: "Two more months on delegation.",
  callDays: null,
};

const secret = random(32);

/** A link of these two people. */
export const LINK: ReleaseLink = {
  secret,
  pair: pairHash(REPORT.coachFp, REPORT.clientFp),
};

export const TERMS: ReleaseTerms = {
  version: 3,
  readerFp: linkReaderFp(secret),
  notBefore: 0,
  endsAt: ENDS_AT,
  report: encodeReport(REPORT),
};

/** What a test may change of a release. */
export interface Changes {
  readonly coachTerms?: Partial<ReleaseTerms>;
  readonly clientTerms?: Partial<ReleaseTerms>;
  readonly coachSigner?: SignKey;
  readonly clientSigner?: SignKey;
  readonly swapped?: boolean;
  readonly mailboxId?: Bytes;
  readonly envelopeEndsAt?: number;
  readonly ticketSigner?: SignKey;
  readonly ticket?: {
    readonly date?: number;
    readonly secondDate?: number;
    readonly subject?: Bytes;
    readonly engagementId?: Bytes;
    readonly policyHash?: Bytes;
  };
}

/** The answer of the relay, and the keepers' shares, for a release that differs from a right one in `changes`. */
export async function released(
  changes: Changes = {},
): Promise<{ served: Served; shares: Bytes[] }> {
  const coachTerms = { ...TERMS, endsAt: ENDS_AT + DAY_SECONDS, ...changes.coachTerms };
  const clientTerms = { ...TERMS, ...changes.clientTerms };
  const parts = [
    half(coachTerms, coach, changes.coachSigner ?? coach),
    half(clientTerms, client, changes.clientSigner ?? client),
  ];
  const expiresAt = changes.envelopeEndsAt ?? clientTerms.endsAt;
  const envelope = await sealEnvelope(
    {
      envelopeClass: EnvelopeClass.RELEASE,
      mailboxId: changes.mailboxId ?? sponsorMailbox(REPORT.engagementId, TERMS.readerFp),
      policyTag: policyHash.slice(0, 16),
      expiresAt,
      recipientFp: clientTerms.readerFp,
      target: { linkSecret: secret },
      readerAccess: linkAccessKey(secret).public,
      revokerAccess: clientAccess.public,
      notBefore: clientTerms.notBefore,
    },
    changes.swapped ? parts.reverse() : parts,
    [dayKey.sealKey()],
    random,
  );
  const core = {
    kind: ActKind.RELEASE,
    engagementId: REPORT.engagementId,
    policyHash,
    number: 4,
    previousHash: new Uint8Array(32).fill(4),
    issuedAt: NOW - 60,
    date: clientTerms.notBefore,
    secondDate: clientTerms.endsAt,
    subject: ticketSubject(envelope),
    envelopeIds: [],
    ...changes.ticket,
  };
  const ticket = encodeAct(signAct(core, changes.ticketSigner ?? client));
  const read = parseEnvelope(envelope);
  const shares = keeperLocks(read).map(
    (lock) => openKeeperLock(lock, dayKey, read.headerHash).share,
  );
  const served = {
    coachPublic: coach.public,
    clientPublic: client.public,
    ticket,
    keeperIds: [keeperId],
    envelope,
  };
  return { served, shares };
}

function half(terms: ReleaseTerms, named: SignKey, signer: SignKey) {
  const frame = encodeReleaseFrame({
    nonce: random(16),
    threadId: random(16),
    createdAt: NOW - 3600,
    policyHash,
    senderFp: fingerprint(named.public),
    checkpointHash: ZERO_HASH,
    vaultCounter: 7,
    senderStatementHash: random(32),
    terms,
  });
  return signContent(frame, EnvelopeClass.RELEASE, signer);
}
