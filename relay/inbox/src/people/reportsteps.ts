/**
 * Report steps as they arrived: the versions that both wrote, who signed which, and what was said of them.
 *
 * Owns the reading of contents of kind 13 on the shelf. Must never take a step that does not hold together, nor a
 * signature for anything but the newest version under the agreement in force. (docs/protocol.md, part 23.)
 */

import { ContentKind } from "../crypto/content.ts";
import { type Bytes, compare, isZero, same, toHex } from "../crypto/encoding.ts";
import { checkSigned, type SignedTerms } from "../crypto/release.ts";
import { parseReleaseFrame } from "../crypto/release_terms.ts";
import { parseReport, type Report, reportHash } from "../crypto/report.ts";
import { readStepShown, type Step } from "../crypto/report_steps.ts";
import type { Entry } from "./shelf.ts";
import type { Standing } from "./standing.ts";

/** A version as it arrived. */
export interface Version {
  readonly number: number;
  readonly hash: Bytes;
  readonly previousHash: Bytes;
  readonly bytes: Bytes;
  readonly report: Report;
  readonly mine: boolean;
  readonly writtenAt: number;
}

/** A signature that holds for the newest version. The secret is the coach's; the client's step brings none. */
export interface Signed extends SignedTerms {
  readonly mine: boolean;
  readonly signedAt: number;
  readonly linkSecret: Bytes;
}

export interface Answer {
  readonly answer: "declined" | "change";
  readonly mine: boolean;
  readonly at: number;
  readonly note: string;
}

interface Arrived {
  readonly entry: Entry;
  readonly step: Step;
  readonly answer: "declined" | "change" | null;
}

/** Everything that the steps on the shelf say. */
export interface Steps {
  /** Newest first: the highest number, and of several with it the greatest hash; each once. */
  readonly versions: readonly Version[];
  readonly coach: Signed | null;
  readonly client: Signed | null;
  readonly dropped: "me" | "other" | "both" | null;
  readonly answer: Answer | null;
  /** The links that the coach has named, newest first, and for whom there. */
  readonly links: readonly { readonly secret: Bytes; readonly person: string }[];
}

export function readSteps(entries: readonly Entry[], standing: Standing): Steps {
  const arrived = entries.flatMap(read).sort((one, other) => at(one) - at(other));
  const versions = versionsOf(arrived, standing);
  const [newest] = versions;
  const signed = arrived.flatMap((one) => signatureOf(one, newest, standing));
  const coachMine = standing.myRoleName === "coach";
  const coach = signed.filter(({ mine }) => mine === coachMine).at(-1) ?? null;
  const client = signed.filter(({ mine }) => mine !== coachMine).at(-1) ?? null;
  return {
    versions,
    coach,
    client,
    dropped: signed.length > 0 ? null : droppedOf(arrived, newest),
    answer: newest ? (arrived.flatMap((one) => answerOf(one, newest)).at(-1) ?? null) : null,
    links: linksOf(arrived, coachMine),
  };
}

function at({ entry }: Arrived): number {
  return entry.row.createdAt;
}

function read(entry: Entry): Arrived[] {
  const special = entry.content?.special;
  if (special?.kind !== ContentKind.REPORT) {
    return [];
  }
  try {
    return [{ entry, ...readStepShown(special.fixed, special.shown) }];
  } catch {
    // What does not hold together is no step: nothing of it is shown, and nobody is asked to sign it.
    return [];
  }
}

function versionsOf(arrived: readonly Arrived[], { engagementId }: Standing): Version[] {
  const found = new Map<string, Version>();
  for (const { entry, step } of arrived) {
    if (step.kind === "version") {
      const report = parseReport(step.report);
      const hash = reportHash(step.report);
      const key = `${step.version}/${toHex(hash)}`;
      if (same(report.engagementId, engagementId) && !found.has(key)) {
        const { mine, createdAt } = entry.row;
        const { version: number, previousHash, report: bytes } = step;
        found.set(key, { number, hash, previousHash, bytes, report, mine, writtenAt: createdAt });
      }
    }
  }
  return [...found.values()].sort(
    (one, other) => other.number - one.number || compare(other.hash, one.hash),
  );
}

/** A signature by the one who sent it, under exactly the newest version and the policy in force. */
function signatureOf(
  { entry, step }: Arrived,
  newest: Version | undefined,
  standing: Standing,
): Signed[] {
  if (step.kind !== "signed" || step.version !== newest?.number) {
    return [];
  }
  const { mine, createdAt: signedAt } = entry.row;
  const { me, other, coachPublic } = standing.place;
  const signer = mine ? me.identity.public : other.card.identityPublic;
  try {
    const checked = checkSigned(step, signer, same(signer, coachPublic));
    const current =
      same(reportHash(checked.terms.report), newest.hash) &&
      same(checked.policyHash, standing.terms.inForce.hash);
    return current ? [{ ...checked, mine, signedAt, linkSecret: step.linkSecret }] : [];
  } catch {
    return [];
  }
}

function droppedOf(arrived: readonly Arrived[], newest: Version | undefined): Steps["dropped"] {
  const before = arrived.filter(
    ({ step }) => step.kind === "signed" && step.version < (newest?.number ?? 0),
  );
  // Only what stood under the version before was ended by this one.
  const last = before.filter(({ step }) => step.version === (newest?.number ?? 0) - 1);
  const mine = last.some(({ entry }) => entry.row.mine);
  const theirs = last.some(({ entry }) => !entry.row.mine);
  return mine && theirs ? "both" : mine ? "me" : theirs ? "other" : null;
}

function answerOf({ entry, step, answer }: Arrived, newest: Version): Answer[] {
  if (step.kind !== "answer" || !answer || !same(step.reportHash, newest.hash)) {
    return [];
  }
  const { mine, createdAt } = entry.row;
  const note = String(entry.content?.special?.shown.note ?? "");
  return [{ answer, mine, at: createdAt, note }];
}

function linksOf(arrived: readonly Arrived[], coachMine: boolean): Steps["links"] {
  const named = arrived.flatMap(({ entry, step }) => {
    if (step.kind !== "signed" || entry.row.mine !== coachMine || isZero(step.linkSecret)) {
      return [];
    }
    const { report } = parseReleaseFrame(step.content).terms;
    return [{ secret: step.linkSecret, person: parseReport(report).sponsorPerson }];
  });
  return named.reverse();
}
