/**
 * Reopening: a client who lost every way in is known again, by the coach's invitation and a spoken check.
 *
 * Owns the box of such an invitation, the claim that the newcomer signs, and who was client at which act. Must never
 * count a key as the client's that no act, or no invitation, has made one. (docs/protocol.md, part 25.)
 */

import * as acts from "./acts.ts";
import { openBox, sealBox } from "./box.ts";
import { ContentKind, contentId, parseContent } from "./content.ts";
import {
  type Bytes,
  compare,
  concat,
  counted,
  exact,
  label,
  Reader,
  same,
  u8,
  u64,
} from "./encoding.ts";
import { EnvelopeClass } from "./envelope.ts";
import { Malformed, Refused } from "./errors.ts";
import {
  type ClientInvitation,
  encodeClientInvitation,
  type InvitationKeys,
  readClientInvitation,
} from "./invitation.ts";
import { fingerprint, ID_BYTES } from "./names.ts";
import * as policy from "./policy.ts";
import { parseResult } from "./spoken.ts";
import * as statement from "./statement.ts";
import { H, SIGNATURE_BYTES, verify } from "./suite.ts";

/** The kind of its invitation. */
export const REOPENING = 3;
export const STOP_SECONDS = 48 * 3600;
export const SLACK_SECONDS = 300;
export const MOST_CLIENTS = 16;

const VERSION: Bytes = new Uint8Array([1]);
const HEAD: Bytes = new Uint8Array([1, REOPENING, 0, 0]);

// --- the invitation ---

/**
 * What a coach's invitation tells somebody who was client before: the agreement in force with the act of both, and the
 * statements of all who were this engagement's client, by identity key, that of now last.
 */
export interface ReopeningInvitation {
  readonly invitation: ClientInvitation;
  readonly clients: readonly Bytes[];
}

/** Seal it as a client's invitation is sealed; `nonce` is 24 fresh random bytes. */
export function sealReopening(
  keys: InvitationKeys,
  offered: ReopeningInvitation,
  expiresAt: number,
  nonce: Bytes,
): Bytes {
  const { invitation, clients } = offered;
  const plain = concat(HEAD, encodeClientInvitation(invitation), encodeStatements(clients, 1));
  return sealBox(keys.boxKey, "invite", aad(keys.inviteId, expiresAt), plain, nonce);
}

/** Open one and verify that statements, policy and the act of both fit each other. */
export function openReopening(
  keys: InvitationKeys,
  box: Bytes,
  expiresAt: number,
): ReopeningInvitation {
  const reader = new Reader(openBox(keys.boxKey, "invite", aad(keys.inviteId, expiresAt), box));
  reader.expect(HEAD, "version, kind or reserved bytes");
  const invitation = readClientInvitation(reader);
  const clients = readStatements(reader, 1);
  reader.finish();
  check(invitation, clients);
  return { invitation, clients };
}

/** The statement of who is client until the act. */
export function formerOf(offered: ReopeningInvitation): statement.Statement {
  return statement.parseStatement(offered.clients.at(-1) as Bytes);
}

function check(invitation: ClientInvitation, clients: readonly Bytes[]): void {
  const coach = statement.parseStatement(invitation.coachStatement);
  const people = [coach, ...clients.map(statement.parseStatement)];
  for (const one of people) {
    statement.verifyStatement(one);
  }
  const terms = policy.parsePolicy(invitation.policy);
  const act = acts.parseAct(invitation.act);
  const signed = acts.verifySignatures(
    act,
    people.map((one) => one.card.identityPublic),
  );
  const coachFp = statement.statementFp(coach);
  const agreement = invitation.shown.agreement;
  const oneEngagement =
    same(terms.engagementId, invitation.engagementId) &&
    same(act.core.engagementId, invitation.engagementId);
  const both =
    signed.length === 2 && signed.some((fp) => same(fp, coachFp)) && same(terms.coachFp, coachFp);
  const onePolicy =
    act.core.kind === acts.ActKind.POLICY &&
    same(act.core.subject, policy.policyHash(policy.encodePolicy(terms)));
  const oneText =
    typeof agreement === "string" &&
    same(policy.agreementHash(invitation.agreementSalt, agreement), terms.agreementHash);
  if (!oneEngagement || !both || !onePolicy || !oneText) {
    throw new Malformed("the invitation's parts do not fit each other");
  }
}

function aad(inviteId: Bytes, expiresAt: number): Bytes {
  return concat(
    label("invite"),
    u8(REOPENING),
    exact(inviteId, ID_BYTES, "invite id"),
    u64(expiresAt),
  );
}

// --- the claim ---

/**
 * What the newcomer signs once both have heard the same digits: a content of kind 7 with its signature, and the act of
 * kind 8 with the newcomer's signature alone.
 */
export interface Claim {
  readonly content: Bytes;
  readonly signature: Bytes;
  readonly act: Bytes;
}

/** The claim's bytes. */
export function encodeClaim(claim: Claim): Bytes {
  const signature = exact(claim.signature, SIGNATURE_BYTES, "signature");
  return concat(VERSION, counted(claim.content, 4), signature, counted(claim.act, 4));
}

/** Parse a claim; its signatures are not verified here. */
export function parseClaim(raw: Bytes): Claim {
  const reader = new Reader(raw);
  reader.expect(VERSION, "version");
  const claim = {
    content: reader.counted(4),
    signature: reader.take(SIGNATURE_BYTES),
    act: reader.counted(4),
  };
  reader.finish();
  return claim;
}

/** The subject of the act that puts `newFp` in the place of `formerFp`, after the spoken check of that content id. */
export function reopeningSubject(formerFp: Bytes, newFp: Bytes, spokenId: Bytes): Bytes {
  const parts = [formerFp, newFp, spokenId].map((one) => exact(one, 32, "fp or content id"));
  return H(label("reopen-mailbox"), ...parts);
}

/** The keys of a run: the coach's, the newcomer's, and who is client until the act. */
export interface Run {
  readonly engagementId: Bytes;
  readonly coachPublic: Bytes;
  readonly formerFp: Bytes;
  readonly newPublic: Bytes;
}

/**
 * Verify a claim against the keys of this run; gives its act, signed by the newcomer alone. Throws `BadSignature`,
 * `Malformed`, or `Refused` with reason "signer", "class" or "subject".
 */
export function checkClaim(claim: Claim, run: Run): acts.Act {
  const coachFp = fingerprint(run.coachPublic);
  const newFp = fingerprint(run.newPublic);
  const origin = u8(EnvelopeClass.MESSAGE);
  verify(run.newPublic, claim.signature, label("content"), origin, claim.content);
  const said = parseContent(claim.content);
  if (said.kind !== ContentKind.SPOKEN) {
    throw new Refused("class");
  }
  const result = parseResult(said.fixed);
  const [to, ...others] = said.recipients;
  const toCoach = to !== undefined && others.length === 0 && same(to.fp, coachFp);
  const ofBoth = same(result.coachFp, coachFp) && same(result.clientFp, newFp);
  if (!same(said.senderFp, newFp) || !toCoach || !ofBoth || !result.agreed) {
    throw new Refused("signer");
  }
  const act = acts.parseAct(claim.act);
  if (acts.verifySignatures(act, [run.newPublic]).length !== 1) {
    throw new Refused("signer");
  }
  const spokenId = contentId(EnvelopeClass.MESSAGE, claim.content);
  const { kind, engagementId, subject } = act.core;
  if (
    kind !== acts.ActKind.REOPEN_MAILBOX ||
    !same(engagementId, run.engagementId) ||
    !same(subject, reopeningSubject(run.formerFp, newFp, spokenId))
  ) {
    throw new Refused("subject");
  }
  return act;
}

// --- who is whom ---

/** The bytes of the vault item `clients/…`: whoever else was this engagement's client. */
export function encodeClients(statements: readonly Bytes[]): Bytes {
  return concat(VERSION, encodeStatements(statements, 0));
}

/** Parse an item `clients/…`. */
export function parseClients(plain: Bytes): Bytes[] {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const found = readStatements(reader, 0);
  reader.finish();
  return found;
}

/** Who is client, act by act; `publics` are the identity keys of everyone who may be one. */
export class ClientLine {
  readonly line: Bytes[] = [];
  readonly reopened: acts.ActCore[] = [];
  readonly ended: Bytes[] = [];
  readonly #coach: Bytes;
  readonly #coachFp: Bytes;
  readonly #known: readonly { readonly fp: Bytes; readonly key: Bytes }[];

  constructor(coachPublic: Bytes, publics: readonly Bytes[]) {
    this.#coach = coachPublic;
    this.#coachFp = fingerprint(coachPublic);
    this.#known = publics.map((key) => ({ fp: fingerprint(key), key }));
  }

  /**
   * Verify the next act by the keys of its time. Throws `BadSignature`, or `Refused` with reason "signer", "newcomer"
   * (its key is not known), "subject" or "due".
   */
  take(act: acts.Act): void {
    if (act.core.kind === acts.ActKind.REOPEN_MAILBOX) {
      this.#takeNewcomer(act);
    } else if (act.core.kind === acts.ActKind.STOP_REOPENING) {
      this.#takeStop(act);
    } else {
      if (this.line.length === 0) {
        this.line.push(this.#otherSigner(act));
      }
      this.#verify(act, this.line.at(-1) as Bytes);
    }
  }

  #takeNewcomer(act: acts.Act): void {
    const newcomer = this.#otherSigner(act);
    const known = [...this.line, ...this.ended].some((fp) => same(fp, newcomer));
    if (this.line.length === 0 || known) {
      throw new Refused("signer");
    }
    this.#verify(act, newcomer);
    this.line.push(newcomer);
    this.reopened.push(act.core);
  }

  #takeStop(act: acts.Act): void {
    const reopening = this.reopened.at(-1);
    if (!reopening || !same(act.core.subject, acts.actHash(reopening))) {
      throw new Refused("subject");
    }
    if (act.core.issuedAt > reopening.issuedAt + STOP_SECONDS) {
      throw new Refused("due");
    }
    this.#verify(act, this.line.at(-2) as Bytes);
    this.ended.push(this.line.pop() as Bytes);
    this.reopened.pop();
  }

  #otherSigner(act: acts.Act): Bytes {
    const [other, ...more] = act.signers.filter(({ fp }) => !same(fp, this.#coachFp));
    if (!other || more.length > 0) {
      throw new Refused("signer");
    }
    if (!this.#known.some(({ fp }) => same(fp, other.fp))) {
      throw new Refused("newcomer");
    }
    return other.fp;
  }

  #verify(act: acts.Act, clientFp: Bytes): void {
    const client = this.#known.find(({ fp }) => compare(fp, clientFp) === 0);
    acts.verifyAct(act, { coach: this.#coach, client: client?.key as Bytes });
  }
}

function encodeStatements(statements: readonly Bytes[], least: number): Bytes {
  if (statements.length < least || statements.length > MOST_CLIENTS) {
    throw new Malformed("an engagement had 1 to 16 clients");
  }
  return concat(u8(statements.length), ...statements.map((one) => counted(one, 4)));
}

function readStatements(reader: Reader, least: number): Bytes[] {
  const count = reader.between(reader.u8(), least, MOST_CLIENTS, "number of statements");
  return Array.from({ length: count }, () => reader.counted(4));
}
