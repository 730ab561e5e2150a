/** What the operations of the report and its release mean here. Mirrors `tests/vectors/run_release.py` name for name. */

import assert from "node:assert/strict";
import { type Content, ContentKind, parseContent } from "./content.ts";
import type { Bytes } from "./encoding.ts";
import { EnvelopeClass } from "./envelope.ts";
import { Malformed } from "./errors.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import { ORIGIN } from "./invitation.ts";
import { linkId } from "./locks.ts";
import { fingerprint } from "./names.ts";
import { encodePolicy, parsePolicy } from "./policy.ts";
import * as release from "./release.ts";
import { encodeReleaseFrame, encodeTerms, parseReleaseFrame, parseTerms } from "./release_terms.ts";
import { encodeReport, parseReport, reportHash } from "./report.ts";
import { encodeStep, parseStep, readStepShown } from "./report_steps.ts";
import { signContent } from "./sealing.ts";
import { SignKey } from "./suite.ts";

/** What `content.ts` leaves to the modules that are fetched with a report. */
export function checkReported({ kind, fixed, shown }: Content, frame: Bytes): void {
  if (kind === ContentKind.RELEASE) {
    parseReleaseFrame(frame);
  } else if (kind === ContentKind.REPORT) {
    readStepShown(fixed, shown);
  }
}

/** A whole link; a page reads the part behind `#` alone. */
function parseLink(link: string): release.ReleaseLink & { readonly origin: string } {
  const whole = new RegExp(`^(?<origin>${ORIGIN})/r/(?<fragment>#.*)$`).exec(link)?.groups;
  if (!whole?.origin || !whole.fragment) {
    throw new Malformed("not a release link");
  }
  return { origin: whole.origin, ...release.parseFragment(whole.fragment) };
}

function termsOut({ terms, policyHash }: release.SignedTerms): Outputs {
  return {
    version: terms.version,
    report_hash: reportHash(terms.report),
    reader_fp: terms.readerFp,
    not_before: terms.notBefore,
    ends_at: terms.endsAt,
    policy_hash: policyHash,
  };
}

export const RELEASE_OPERATIONS: Record<string, (given: Inputs) => Outputs | Promise<Outputs>> = {
  "policy.sponsor": (given) => {
    const frame = given.bytes("frame");
    const policy = parsePolicy(frame);
    assert.deepEqual(encodePolicy(policy), frame);
    const { sponsorName: name, sponsorScope: scope, sponsorToldCalls } = policy;
    return { name, scope, told_calls: sponsorToldCalls };
  },

  "policy.phones": (given) => {
    const frame = given.bytes("frame");
    const policy = parsePolicy(frame);
    assert.deepEqual(encodePolicy(policy), frame);
    const { personalPhones: phones, coachWorkPhones = 0, clientWorkPhones = 0 } = policy;
    return { phones, coach: coachWorkPhones, client: clientWorkPhones };
  },

  "report.parse_report": (given) => {
    const raw = given.bytes("raw");
    const found = parseReport(raw);
    assert.deepEqual(encodeReport(found), raw);
    return {
      hash: reportHash(raw),
      engagement_id: found.engagementId,
      coach_fp: found.coachFp,
      client_fp: found.clientFp,
      period_begins_at: found.beginsAt,
      period_ends_at: found.endsAt,
      coach_name: found.coachName,
      client_name: found.clientName,
      sponsor_name: found.sponsorName,
      sponsor_person: found.sponsorPerson,
      goals: found.goals.map(({ goal, how, where }) => [goal, how, where]),
      client_words: found.clientWords,
      next_steps: found.nextSteps,
      call_days: found.callDays,
    };
  },

  "report_steps.parse_step": (given) => {
    const fixed = given.bytes("fixed");
    const step = parseStep(fixed);
    assert.deepEqual(encodeStep(step), fixed);
    const about = { version: step.version, previous_hash: step.previousHash };
    switch (step.kind) {
      case "version":
        return { step: 1, ...about, report_hash: reportHash(step.report) };
      case "signed": {
        const { linkSecret, signature, content } = step;
        return { step: 2, ...about, link_secret: linkSecret, signature, content };
      }
      case "answer":
        return { step: 3, ...about, report_hash: step.reportHash };
    }
  },

  "release_terms.parse_terms": (given) => {
    const fixed = given.bytes("fixed");
    const terms = parseTerms(fixed);
    assert.deepEqual(encodeTerms(terms), fixed);
    const { policy_hash: _, ...out } = termsOut({
      terms,
      policyHash: fixed,
    } as release.SignedTerms);
    return { ...out, report: terms.report };
  },

  "release.parse_link": (given) => {
    const link = given.text("link");
    const { origin, secret, pair } = parseLink(link);
    assert.equal(`${origin}/r/${release.encodeFragment({ secret, pair })}`, link);
    return { origin, secret, pair };
  },

  "release.names": (given) => {
    const secret = given.bytes("link_secret");
    const readerFp = release.linkReaderFp(secret);
    const mailboxId = release.sponsorMailbox(given.bytes("engagement_id"), readerFp);
    return {
      link_id: linkId(secret),
      reader_fp: readerFp,
      mailbox_id: mailboxId,
      slot: release.slotOf(mailboxId),
      pair: release.pairHash(
        fingerprint(given.bytes("coach_public")),
        fingerprint(given.bytes("client_public")),
      ),
    };
  },

  "release.ticket_subject": (given) => ({
    subject: release.ticketSubject(given.bytes("envelope")),
  }),

  "release.check_signed": (given) => {
    const step = parseStep(given.bytes("fixed"));
    if (step.kind !== "signed") {
      throw new Malformed("not a step that signs");
    }
    const signed = release.checkSigned(step, given.bytes("signer_public"), given.boolean("coach"));
    return termsOut(signed);
  },

  "release.release_content": (given) => {
    const stamp = parseContent(given.bytes("stamp"));
    const content = encodeReleaseFrame({ ...stamp, terms: parseTerms(given.bytes("fixed")) });
    const signer = SignKey.fromSeed(given.bytes("seed"));
    return { ...signContent(content, EnvelopeClass.RELEASE, signer) };
  },

  "release.believe": async (given) => {
    const link = { secret: given.bytes("link_secret"), pair: given.bytes("pair") };
    const served = {
      coachPublic: given.bytes("coach_public"),
      clientPublic: given.bytes("client_public"),
      ticket: given.bytes("ticket"),
      keeperIds: [],
      envelope: given.bytes("envelope"),
    };
    const shares = given.bytesList("keeper_shares");
    const found = await release.believe(link, served, shares, given.number("now"));
    return {
      report: found.report,
      version: found.version,
      released_at: found.releasedAt,
      not_before: found.notBefore,
      ends_at: found.endsAt,
    };
  },
};
