/**
 * Release: how a report reaches the sponsor, and the one judgement whether what a relay serves is to be believed.
 *
 * Owns the sponsor's link, slot and ticket, what each party signs, and `believe`, which inbox and sponsor's page share.
 * Must never hand out a report unless both have signed it for this link, the client has let it out, and now lies within
 * the dates. (docs/protocol.md, part 23.)
 */

import { type Act, type ActCore, ActKind, parseAct, verifyAct } from "./acts.ts";
import {
  type Bytes,
  concat,
  exact,
  fromBase64url,
  isZero,
  label,
  Reader,
  same,
  toBase64url,
  u8,
} from "./encoding.ts";
import { type Envelope, EnvelopeClass, parseEnvelope } from "./envelope.ts";
import { Malformed, Refused } from "./errors.ts";
import { LINK_SECRET_BYTES, LockType, linkAccessKey, linkKeyId, linkShare } from "./locks.ts";
import { envelopeId, fingerprint, ID_BYTES, mailboxId, Role, TAG_BYTES } from "./names.ts";
import { parseReleaseFrame, type ReleaseTerms } from "./release_terms.ts";
import { parseReport, type Report } from "./report.ts";
import type { SignedStep } from "./report_steps.ts";
import { openParts, type Part, verifyPart } from "./sealing.ts";
import { H } from "./suite.ts";

const PAIR_BYTES = 16;
const FRAGMENT = /^#?3\.([A-Za-z0-9_-]{64})$/;
/** Under one label for messages and releases alike: L("content-id") ‖ class 4. */
const CONTENT_ID = concat(label("content-id"), u8(EnvelopeClass.RELEASE));

// --- the link and its slot ---

/** What a sponsor's link holds: the secret that opens, and the pair of people whose report it is. */
export interface ReleaseLink {
  readonly secret: Bytes;
  readonly pair: Bytes;
}

/** The part of the link after `#`. It is a secret. */
export function encodeFragment({ secret, pair }: ReleaseLink): string {
  const bytes = concat(exact(secret, LINK_SECRET_BYTES, "secret"), exact(pair, PAIR_BYTES, "pair"));
  return `#3.${toBase64url(bytes)}`;
}

/** Parse it strictly; `Malformed` otherwise. */
export function parseFragment(fragment: string): ReleaseLink {
  const [, rest] = FRAGMENT.exec(fragment) ?? [];
  if (!rest) {
    throw new Malformed("not a release link");
  }
  const bytes = fromBase64url(rest, LINK_SECRET_BYTES + PAIR_BYTES);
  return { secret: bytes.slice(0, LINK_SECRET_BYTES), pair: bytes.slice(LINK_SECRET_BYTES) };
}

/** The 16 bytes by which a link names its two people. */
export function pairHash(coachFp: Bytes, clientFp: Bytes): Bytes {
  return H(label("release-pair"), exact(coachFp, 32, "fp"), exact(clientFp, 32, "fp")).slice(
    0,
    PAIR_BYTES,
  );
}

/** The fp of a link's reader, made of its access public key as a person's of the identity key. */
export function linkReaderFp(linkSecret: Bytes): Bytes {
  return fingerprint(linkAccessKey(linkSecret).public);
}

/** The mailbox that a link's reader has in an engagement. */
export function sponsorMailbox(engagementId: Bytes, readerFp: Bytes): Bytes {
  return mailboxId(engagementId, Role.SPONSOR, readerFp);
}

/** What an act of kind 7 names. */
export function slotOf(sponsorMailboxId: Bytes): Bytes {
  return H(label("slot"), exact(sponsorMailboxId, ID_BYTES, "mailbox id"));
}

/** What an act of kind 6 names. */
export function ticketSubject(envelope: Bytes): Bytes {
  return H(label("release"), envelope);
}

// --- what each signs ---

/** A verified half of a release: the terms, under which policy, and the part itself. */
export interface SignedTerms {
  readonly terms: ReleaseTerms;
  readonly policyHash: Bytes;
  readonly part: Part;
}

/** Verify one party's part: `BadSignature`, `Malformed`, or `Refused("signer")` where it names another sender. */
export function checkPart(part: Part, signerPublic: Bytes): SignedTerms {
  verifyPart(part, EnvelopeClass.RELEASE, signerPublic);
  const { senderFp, policyHash, terms } = parseReleaseFrame(part.content);
  if (!same(senderFp, fingerprint(signerPublic))) {
    throw new Refused("signer");
  }
  return { terms, policyHash, part };
}

/**
 * Verify a step that signs: its part, that it is about the step's version, and that a coach's brings the link that the
 * terms name, a client's none. `Refused("link")` and `Refused("version")` beside the errors of `checkPart`.
 */
export function checkSigned(step: SignedStep, signerPublic: Bytes, coach: boolean): SignedTerms {
  const signed = checkPart(step, signerPublic);
  if (signed.terms.version !== step.version) {
    throw new Refused("version");
  }
  const fits = coach
    ? same(linkReaderFp(step.linkSecret), signed.terms.readerFp)
    : isZero(step.linkSecret);
  if (!fits || isZero(step.linkSecret) === coach) {
    throw new Refused("link");
  }
  return signed;
}

/**
 * Check that both signed the same, the client within the coach's window: `Refused("terms")` for another version, report,
 * reader or policy, `Refused("window")` for dates outside it.
 */
export function checkAlike(coach: SignedTerms, client: SignedTerms): void {
  const [ours, theirs] = [client.terms, coach.terms];
  const alike =
    ours.version === theirs.version &&
    same(ours.readerFp, theirs.readerFp) &&
    same(ours.report, theirs.report) &&
    same(client.policyHash, coach.policyHash);
  if (!alike) {
    throw new Refused("terms");
  }
  if (ours.notBefore < theirs.notBefore || ours.endsAt > theirs.endsAt) {
    throw new Refused("window");
  }
}

// --- what is to be believed ---

/** What a relay serves for a link: the two identity keys, the ticket, the keepers to ask, and the envelope. */
export interface Served {
  readonly coachPublic: Bytes;
  readonly clientPublic: Bytes;
  readonly ticket: Bytes;
  readonly keeperIds: readonly Bytes[];
  readonly envelope: Bytes;
}

/** Parse the answer of `POST /v1/release` strictly. */
export function parseServed(raw: Bytes): Served {
  const reader = new Reader(raw);
  const served = {
    coachPublic: reader.take(32),
    clientPublic: reader.take(32),
    ticket: reader.counted(4),
    keeperIds: Array.from({ length: reader.between(reader.u8(), 1, 3, "keepers") }, () =>
      reader.take(ID_BYTES),
    ),
    envelope: reader.counted(4),
  };
  reader.finish();
  return served;
}

/** A release that is to be shown. `report` holds the very bytes that both signed. */
export interface Believed {
  readonly report: Bytes;
  readonly version: number;
  readonly releasedAt: number;
  readonly notBefore: number;
  readonly endsAt: number;
}

/**
 * Check all of a served release that needs no keeper; gives ticket and envelope, to ask with. `Refused("pair")` for other
 * people than the link's, "ticket", "slot" where the envelope is another link's, and the errors of an act that is not the
 * client's alone.
 */
export function checkServed(
  link: ReleaseLink,
  served: Served,
): { readonly ticket: Act; readonly envelope: Envelope } {
  const { coachPublic, clientPublic } = served;
  if (!same(pairHash(fingerprint(coachPublic), fingerprint(clientPublic)), link.pair)) {
    throw new Refused("pair");
  }
  const [ticket, envelope] = [parseAct(served.ticket), parseEnvelope(served.envelope)];
  if (ticket.core.kind !== ActKind.RELEASE) {
    throw new Refused("ticket");
  }
  verifyAct(ticket, { coach: coachPublic, client: clientPublic });
  checkTicket(ticket.core, envelope);
  const mailbox = sponsorMailbox(ticket.core.engagementId, linkReaderFp(link.secret));
  const lock = envelope.locks[0];
  if (
    !same(envelope.header.mailboxId, mailbox) ||
    !lock ||
    !same(lock.keyId, linkKeyId(link.secret))
  ) {
    throw new Refused("slot");
  }
  return { ticket, envelope };
}

/** Check what a ticket and its envelope show without any secret: for exactly this envelope, until the same second, under the same policy. */
export function checkTicket(ticket: ActCore, envelope: Envelope): void {
  const { header, locks } = envelope;
  const fits =
    header.envelopeClass === EnvelopeClass.RELEASE &&
    locks[0]?.type === LockType.LINK &&
    ticket.kind === ActKind.RELEASE &&
    same(ticket.subject, ticketSubject(envelope.raw)) &&
    ticket.secondDate === header.expiresAt &&
    same(ticket.policyHash.slice(0, TAG_BYTES), header.policyTag);
  if (!fits) {
    throw new Refused("ticket");
  }
}

/**
 * Open and judge a served release with the keepers' shares, in the order of the envelope's locks. Throws `Malformed`,
 * `NotOpened`, `BadSignature` or `Refused`; whoever shows a sponsor a page says the same sentence for each.
 */
export async function believe(
  link: ReleaseLink,
  served: Served,
  keeperShares: readonly Bytes[],
  now: number,
): Promise<Believed> {
  const { ticket, envelope } = checkServed(link, served);
  const first = envelope.locks[0];
  const share = first && linkShare(first, link.secret, envelope.headerHash);
  const parts = share ? await openParts(envelope, share, keeperShares) : [];
  const coach = checkPart(parts[0] as Part, served.coachPublic);
  const client = checkPart(parts[1] as Part, served.clientPublic);
  checkAlike(coach, client);
  checkBound(ticket.core, envelope, coach, client);
  const { terms } = client;
  checkPeople(parseReport(terms.report), ticket.core, served);
  const { version, notBefore, endsAt, report } = terms;
  if (now < notBefore || now >= endsAt) {
    throw new Refused(now < notBefore ? "not-yet" : "due");
  }
  return { report, version, releasedAt: ticket.core.issuedAt, notBefore, endsAt };
}

/** Ticket, envelope and the client's terms say the same dates, reader and policy. */
function checkBound(
  ticket: ActCore,
  { header }: Envelope,
  coach: SignedTerms,
  { terms, policyHash }: SignedTerms,
): void {
  if (terms.notBefore !== ticket.date || terms.endsAt !== ticket.secondDate) {
    throw new Refused("ticket");
  }
  const first = H(CONTENT_ID, coach.part.content);
  const id = envelopeId(EnvelopeClass.RELEASE, first, terms.readerFp, header.expiresAt);
  if (!same(header.envelopeId, id)) {
    throw new Refused("envelope-id");
  }
  if (!same(header.mailboxId, sponsorMailbox(ticket.engagementId, terms.readerFp))) {
    throw new Refused("slot");
  }
  if (!same(policyHash, ticket.policyHash)) {
    throw new Refused("policy");
  }
}

/** The report is of the two who signed it, and of the engagement whose ticket let it out. */
function checkPeople(report: Report, ticket: ActCore, served: Served): void {
  const theirs =
    same(report.coachFp, fingerprint(served.coachPublic)) &&
    same(report.clientFp, fingerprint(served.clientPublic));
  if (!theirs || !same(report.engagementId, ticket.engagementId)) {
    throw new Refused("report");
  }
}
