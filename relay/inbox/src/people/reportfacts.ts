/**
 * Report facts: what the report's pages are told of versions, signatures, and what was let out.
 *
 * Owns the way from steps, acts and the relay's answer to what is shown. Must never show of a release what the sponsor's
 * own page would not believe. (docs/protocol.md, part 23.)
 */

import { ActKind } from "../crypto/acts.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { DAY_SECONDS, ZERO_HASH } from "../crypto/names.ts";
import type { Served } from "../crypto/release.ts";
import type { Report } from "../crypto/report.ts";
import { judged, NotShown } from "../release/open.ts";
import type {
  ReleaseFacts,
  ReportFacts,
  ReportFields,
  SeenFacts,
  SignatureFacts,
  VersionFacts,
} from "../session.report.ts";
import { openMeanwhile } from "./kept_releases.ts";
import { calls } from "./remains.ts";
import type { Signed, Steps, Version } from "./reportsteps.ts";
import type { Shelf } from "./shelf.ts";
import { type Held, openLink, pairOf } from "./sponsorsway.ts";
import type { Tools } from "./tools.ts";

/** Everything but what only the keepers can confirm. */
export function reportFacts(
  tools: Tools,
  steps: Steps,
  held: Held,
): Omit<ReportFacts, "unconfirmed"> {
  const { standing, shelf } = tools;
  const [newest] = steps.versions;
  const { policy } = standing.terms.inForce;
  const firstOfEach = steps.versions.filter(
    (one, index, all) => all[index - 1]?.number !== one.number,
  );
  return {
    myRole: standing.myRoleName,
    active: standing.state === "active",
    sponsorName: policy.sponsorName,
    callDays: policy.sponsorToldCalls ? callDays(shelf) : null,
    versions: firstOfEach.map(versionFacts),
    beside: steps.versions
      .filter((one) => one.number === newest?.number)
      .slice(1)
      .map(versionFacts),
    coachSigned: signatureFacts(steps.coach),
    clientSigned: signatureFacts(steps.client),
    dropped: steps.dropped,
    answer: steps.answer,
    slot: held.slot !== null,
    ...released(tools, held),
    latestAt: standing.terms.endsAt,
  };
}

/** The name of a version for the page. */
export function nameOf({ hash }: Version): string {
  return toHex(hash);
}

/** The newest acts of kinds 6 and 7 say what was let out, and whether it was taken back. */
function released(
  { standing, world }: Tools,
  held: Held,
): { release: ReleaseFacts | null; withdrawnAt: number | null } {
  const cores = standing.terms.acts.map(({ core }) => core);
  const out = cores.filter(({ kind }) => kind === ActKind.RELEASE).at(-1);
  const back = cores.filter(({ kind }) => kind === ActKind.WITHDRAW).at(-1);
  if (!out || (back && back.number > out.number)) {
    return { release: null, withdrawnAt: out && back ? back.issuedAt : null };
  }
  const [from, until, now] = [out.date || out.issuedAt, out.secondDate, world.clock.now()];
  const listed = held.releases.map(({ actNumber }) => actNumber);
  const begun = now < from ? "waiting" : "open";
  const state = now >= until ? "ended" : listed.includes(out.number) ? begun : "closed";
  const earlier = state === "waiting" && openMeanwhile(cores, listed, now);
  const meanwhile = earlier ? { earlierUntil: earlier.secondDate } : {};
  return { release: { state, from, until, ...meanwhile }, withdrawnAt: null };
}

/** On which days calls were held, as either has noted them. */
function callDays(shelf: Shelf): number[] {
  return calls(shelf)
    .map(({ heldAt }) => Math.floor(heldAt / DAY_SECONDS))
    .reverse();
}

/** What the sponsor's page shows at this moment; null: that there is no report. */
export async function seenNow(tools: Tools, steps: Steps, held: Held): Promise<SeenFacts | null> {
  const { api, standing, world } = tools;
  const now = world.clock.now();
  const served = held.releases.filter((one) => one.notBefore <= now && now < one.endsAt).at(-1);
  const secret = openLink(steps, held)?.secret;
  if (!served || !secret) {
    return null;
  }
  const { acts } = await api.engagement(standing.engagementId);
  const { coachPublic, clientPublic, pins } = standing.place;
  const answer: Served = {
    coachPublic,
    clientPublic,
    ticket: acts[served.actNumber - 1] ?? ZERO_HASH,
    keeperIds: pins.keepers.map(({ keeperId }) => keeperId),
    envelope: served.envelope,
  };
  const keep = async (id: Bytes, request: Bytes) => (await api.openLocks(id, request)).buffer;
  const link = { secret, pair: pairOf(standing) };
  try {
    const found = await judged(link, answer, now, world.random, keep);
    const releasedAt = Math.max(found.releasedAt, found.notBefore);
    return { report: found.report, releasedAt, endsAt: found.endsAt };
  } catch (reason) {
    // What the page would not believe it does not show either.
    if (reason instanceof KeysError || reason instanceof NotShown) {
      return null;
    }
    throw reason;
  }
}

function versionFacts(version: Version): VersionFacts {
  const { number, mine, writtenAt, report, bytes } = version;
  return { id: nameOf(version), number, mine, writtenAt, fields: fieldsOf(report), report: bytes };
}

function fieldsOf(report: Report): ReportFields {
  const { beginsAt, endsAt, sponsorPerson, goals, clientWords, nextSteps, callDays } = report;
  return { beginsAt, endsAt, sponsorPerson, goals, clientWords, nextSteps, callDays };
}

function signatureFacts(signed: Signed | null): SignatureFacts | null {
  if (!signed) {
    return null;
  }
  const { notBefore, endsAt } = signed.terms;
  return { signedAt: signed.signedAt, notBefore, endsAt };
}
