/**
 * Invitation: what a link's secret gives, the box it opens, and the acceptance.
 *
 * Owns links, derived keys, both kinds of box, the acceptance and the redemption's signature. The secret stands in the
 * link's fragment, which no server sees; keys are learned here and nowhere else. Must never accept an acceptance that
 * was not made for exactly this box. (docs/protocol.md, part 10.)
 */

import * as acts from "./acts.ts";
import { openBox, sealBox } from "./box.ts";
import {
  type Bytes,
  concat,
  counted,
  exact,
  fromBase64url,
  label,
  Reader,
  same,
  toBase64url,
  u8,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { dumpJson, type JsonObject, loadJson } from "./json.ts";
import { derive, ID_BYTES } from "./names.ts";
import { encodePins, type Pins, readPins } from "./pins.ts";
import * as policy from "./policy.ts";
import * as statement from "./statement.ts";
import { H, SIGNATURE_BYTES, SignKey, verify } from "./suite.ts";

export const SECRET_BYTES = 32;
export const CLIENT = 1;
export const COACH = 2;
export type InvitationKind = typeof CLIENT | typeof COACH;

/** Pattern of an origin in a link: the one spelling that browsers give it; plain http is for loopback alone. */
export const ORIGIN =
  "(?:https://(?:[a-z0-9.-]+|\\[[0-9a-f:.]+\\])|http://(?:localhost|127\\.[0-9.]+|\\[::1\\]))(?::[1-9][0-9]{0,4})?";
const LINK = new RegExp(`^(?<origin>${ORIGIN})/i/#(?<kind>[12])\\.(?<secret>[A-Za-z0-9_-]{43})$`);
const VERSION: Bytes = new Uint8Array([1]);

/** What an invitation's secret gives. The id is public; so is the public half of the redemption key. */
export interface InvitationKeys {
  readonly inviteId: Bytes;
  readonly boxKey: Bytes;
  readonly acceptanceKey: Bytes;
  readonly replyKey: Bytes;
  readonly redemption: SignKey;
}

/** Derive an invitation's id and keys from its 32 random bytes. */
export function invitationKeys(secret: Bytes): InvitationKeys {
  exact(secret, SECRET_BYTES, "invitation secret");
  return {
    inviteId: derive(secret, "invite-id", ID_BYTES),
    boxKey: derive(secret, "invite-box"),
    acceptanceKey: derive(secret, "invite-accept"),
    replyKey: derive(secret, "invite-reply"),
    redemption: SignKey.fromSeed(derive(secret, "invite-redeem")),
  };
}

/** A parsed invitation link; `kind` is CLIENT or COACH. */
export interface Link {
  readonly origin: string;
  readonly kind: InvitationKind;
  readonly secret: Bytes;
}

/** The link's text. It is a secret: never log it. */
export function linkText(link: Link): string {
  const secret = exact(link.secret, SECRET_BYTES, "secret");
  return `${link.origin}/i/#${link.kind}.${toBase64url(secret)}`;
}

/** Parse an invitation link strictly; `Malformed` otherwise. */
export function parseLink(link: string): Link {
  const found = LINK.exec(link)?.groups;
  if (!found) {
    throw new Malformed("not an invitation link");
  }
  const kind = found.kind === "1" ? CLIENT : COACH;
  const secret = fromBase64url(found.secret as string, SECRET_BYTES);
  return { origin: found.origin as string, kind, secret };
}

// --- the box ---

/**
 * What a coach's invitation tells a client. Everything but `shown` is fixed form.
 *
 * `shown` has relay_name, coach_name, client_name, welcome and agreement; the agreement's text is checked against the
 * policy when the box is opened.
 */
export interface ClientInvitation {
  readonly engagementId: Bytes;
  readonly coachMailboxId: Bytes;
  readonly pins: Pins;
  readonly agreementSalt: Bytes;
  readonly blind: Bytes;
  readonly coachStatement: Bytes;
  readonly policy: Bytes;
  readonly act: Bytes;
  readonly shown: JsonObject;
}

/** What an operator's invitation tells a coach; `shown` has relay_name and coach_name. */
export interface CoachInvitation {
  readonly pins: Pins;
  readonly shown: JsonObject;
}

/** Seal a client's invitation; `nonce` is 24 fresh random bytes. The box is void from `expiresAt` on. */
export function sealClientInvitation(
  keys: InvitationKeys,
  invitation: ClientInvitation,
  expiresAt: number,
  nonce: Bytes,
): Bytes {
  const plain = concat(head(CLIENT), encodeClientInvitation(invitation));
  return sealBox(keys.boxKey, "invite", aad(CLIENT, keys.inviteId, expiresAt), plain, nonce);
}

/** What a client's invitation and one that reopens a mailbox both hold, behind their heads. */
export function encodeClientInvitation(invitation: ClientInvitation): Bytes {
  return concat(
    exact(invitation.engagementId, ID_BYTES, "engagement id"),
    exact(invitation.coachMailboxId, ID_BYTES, "id"),
    encodePins(invitation.pins),
    exact(invitation.agreementSalt, 32, "agreement salt"),
    exact(invitation.blind, 32, "blind"),
    counted(invitation.coachStatement, 4),
    counted(invitation.policy, 4),
    counted(invitation.act, 4),
    counted(dumpJson(invitation.shown), 4),
  );
}

/** Seal a coach's invitation, as an operator does. */
export function sealCoachInvitation(
  keys: InvitationKeys,
  invitation: CoachInvitation,
  expiresAt: number,
  nonce: Bytes,
): Bytes {
  const shown = counted(dumpJson(invitation.shown), 4);
  const plain = concat(head(COACH), encodePins(invitation.pins), shown);
  return sealBox(keys.boxKey, "invite", aad(COACH, keys.inviteId, expiresAt), plain, nonce);
}

/** Open a client's invitation and verify what it holds: statement, policy and the coach's act fit each other. */
export function openClientInvitation(
  keys: InvitationKeys,
  box: Bytes,
  expiresAt: number,
): ClientInvitation {
  const reader = open(keys, CLIENT, box, expiresAt);
  const invitation = readClientInvitation(reader);
  reader.finish();
  checkClient(invitation);
  return invitation;
}

/** The same, read. */
export function readClientInvitation(reader: Reader): ClientInvitation {
  return {
    engagementId: reader.take(ID_BYTES),
    coachMailboxId: reader.take(ID_BYTES),
    pins: readPins(reader),
    agreementSalt: reader.take(32),
    blind: reader.take(32),
    coachStatement: reader.counted(4),
    policy: reader.counted(4),
    act: reader.counted(4),
    shown: loadJson(reader.counted(4)),
  };
}

/** Open a coach's invitation. */
export function openCoachInvitation(
  keys: InvitationKeys,
  box: Bytes,
  expiresAt: number,
): CoachInvitation {
  const reader = open(keys, COACH, box, expiresAt);
  const invitation = { pins: readPins(reader), shown: loadJson(reader.counted(4)) };
  reader.finish();
  return invitation;
}

// --- acceptance and redemption ---

/** A client's answer: statement, the act of kind 1 with both signatures, and `shown`, which has name. */
export interface Acceptance {
  readonly blind: Bytes;
  readonly clientStatement: Bytes;
  readonly act: Bytes;
  readonly shown: JsonObject;
}

/** Sign and seal an acceptance of exactly this invitation box; `nonce` is 24 fresh random bytes. */
export function sealAcceptance(
  keys: InvitationKeys,
  acceptance: Acceptance,
  invitationBox: Bytes,
  identity: SignKey,
  nonce: Bytes,
): Bytes {
  const plain = concat(
    VERSION,
    new Uint8Array(3),
    identity.sign(label("accept"), H(invitationBox)),
    exact(acceptance.blind, 32, "blind"),
    counted(acceptance.clientStatement, 4),
    counted(acceptance.act, 4),
    counted(dumpJson(acceptance.shown), 4),
  );
  return sealBox(keys.acceptanceKey, "accept", acceptanceAad(keys), plain, nonce);
}

/**
 * Open an acceptance and verify the client's signature over this invitation box, statement and act.
 * The caller still compares the act's policy with the one it offered, and verifies its own signature in it.
 */
export function openAcceptance(keys: InvitationKeys, box: Bytes, invitationBox: Bytes): Acceptance {
  const reader = new Reader(openBox(keys.acceptanceKey, "accept", acceptanceAad(keys), box));
  reader.expect(VERSION, "version");
  reader.reserved(3);
  const signature = reader.take(SIGNATURE_BYTES);
  const acceptance = {
    blind: reader.take(32),
    clientStatement: reader.counted(4),
    act: reader.counted(4),
    shown: loadJson(reader.counted(4)),
  };
  reader.finish();
  const client = statement.parseStatement(acceptance.clientStatement);
  statement.verifyStatement(client);
  verify(client.card.identityPublic, signature, label("accept"), H(invitationBox));
  acts.parseAct(acceptance.act);
  return acceptance;
}

/** The signature that enrols: by the redemption key over the whole request body. */
export function signRedemption(keys: InvitationKeys, requestBody: Bytes): Bytes {
  return keys.redemption.sign(label("redeem"), H(requestBody));
}

/** Verify a redemption, as the relay does. */
export function verifyRedemption(
  redemptionPublic: Bytes,
  signature: Bytes,
  requestBody: Bytes,
): void {
  verify(redemptionPublic, signature, label("redeem"), H(requestBody));
}

function acceptanceAad(keys: InvitationKeys): Bytes {
  return concat(label("accept"), keys.inviteId);
}

function aad(kind: InvitationKind, inviteId: Bytes, expiresAt: number): Bytes {
  return concat(label("invite"), u8(kind), exact(inviteId, ID_BYTES, "invite id"), u64(expiresAt));
}

function head(kind: InvitationKind): Bytes {
  return new Uint8Array([1, kind, 0, 0]);
}

function open(keys: InvitationKeys, kind: InvitationKind, box: Bytes, expiresAt: number): Reader {
  const plain = openBox(keys.boxKey, "invite", aad(kind, keys.inviteId, expiresAt), box);
  const reader = new Reader(plain);
  reader.expect(head(kind), "version, kind or reserved bytes");
  return reader;
}

/** Check that statement, policy, act and agreement are of one coach and one engagement. */
function checkClient(invitation: ClientInvitation): void {
  const coach = statement.parseStatement(invitation.coachStatement);
  statement.verifyStatement(coach);
  const terms = policy.parsePolicy(invitation.policy);
  const act = acts.parseAct(invitation.act);
  acts.verifySignatures(act, [coach.card.identityPublic]);
  const agreement = invitation.shown.agreement;
  const oneEngagement =
    same(terms.engagementId, invitation.engagementId) &&
    same(act.core.engagementId, invitation.engagementId);
  const oneCoach = same(terms.coachFp, statement.statementFp(coach));
  const onePolicy =
    act.core.kind === acts.ActKind.POLICY &&
    same(act.core.subject, policy.policyHash(policy.encodePolicy(terms)));
  const oneText =
    typeof agreement === "string" &&
    same(policy.agreementHash(invitation.agreementSalt, agreement), terms.agreementHash);
  if (!oneEngagement || !oneCoach || !onePolicy || !oneText) {
    throw new Malformed("the invitation's parts do not fit each other");
  }
}
