/**
 * Report steps: how a report is made, the fixed part of a content of kind 13: a version, a signature, an answer.
 *
 * Owns the bytes of the three; fetched when a report is first met, so `content.ts` leaves them to it. A signature here is
 * half a release: what is in it is judged by `release.ts`. Must never take a step that names a version without naming the
 * one before. (docs/protocol.md, part 23.)
 */

import { type Bytes, concat, counted, exact, isZero, Reader, u8, u16, u32 } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import { LINK_SECRET_BYTES } from "./locks.ts";
import { parseReleaseFrame } from "./release_terms.ts";
import { MOST_REPORT_BYTES, parseReport } from "./report.ts";
import { SIGNATURE_BYTES } from "./suite.ts";

/** Above every content of kind 5. */
export const MOST_CONTENT_BYTES = 64 * 1024;
export const NO_LINK: Bytes = new Uint8Array(LINK_SECRET_BYTES);

const VERSION: Bytes = new Uint8Array([1]);
const KINDS = ["version", "signed", "answer"] as const;

/** What all steps have: the version that they are about, from 1, and the report hash of the one before (zeros for 1). */
interface About {
  readonly version: number;
  readonly previousHash: Bytes;
}

/** A version; its author wrote what differs from the one before. */
export interface VersionStep extends About {
  readonly kind: "version";
  readonly report: Bytes;
}

/** One party's signature: a content of kind 5 and the signature over it. The coach's brings the link's secret, the client's zeros. */
export interface SignedStep extends About {
  readonly kind: "signed";
  readonly linkSecret: Bytes;
  readonly signature: Bytes;
  readonly content: Bytes;
}

/** Not released, or a change is asked for, of the version with this hash; which, stands in the JSON. */
export interface AnswerStep extends About {
  readonly kind: "answer";
  readonly reportHash: Bytes;
}

export type Step = VersionStep | SignedStep | AnswerStep;

/** The fixed part; `Malformed` for a field that the format forbids. */
export function encodeStep(step: Step): Bytes {
  const raw = concat(
    VERSION,
    u8(KINDS.indexOf(step.kind) + 1),
    u16(0),
    u32(step.version),
    exact(step.previousHash, 32, "report hash"),
    fieldsOf(step),
  );
  parseStep(raw);
  return raw;
}

function fieldsOf(step: Step): Bytes {
  switch (step.kind) {
    case "version":
      return counted(step.report, 4);
    case "signed":
      return concat(
        exact(step.linkSecret, LINK_SECRET_BYTES, "link secret"),
        exact(step.signature, SIGNATURE_BYTES, "signature"),
        counted(step.content, 4),
      );
    case "answer":
      return exact(step.reportHash, 32, "report hash");
  }
}

/** Parse the fixed part of a content of kind 13 strictly, what it carries included; signatures are verified by nobody yet. */
export function parseStep(fixed: Bytes): Step {
  const reader = new Reader(fixed);
  reader.expect(VERSION, "version");
  const kind = KINDS[reader.between(reader.u8(), 1, KINDS.length, "step") - 1];
  reader.reserved(2);
  const about = { version: reader.u32(), previousHash: reader.take(32) };
  if (about.version < 1 || (about.version === 1) !== isZero(about.previousHash)) {
    throw new Malformed("only version 1 has none before");
  }
  const step = readStep(kind, about, reader);
  reader.finish();
  return step;
}

function readStep(kind: Step["kind"] | undefined, about: About, reader: Reader): Step {
  if (kind === "version") {
    const report = reader.counted(4, MOST_REPORT_BYTES);
    parseReport(report);
    return { ...about, kind, report };
  }
  if (kind === "signed") {
    const [linkSecret, signature] = [reader.take(LINK_SECRET_BYTES), reader.take(SIGNATURE_BYTES)];
    const content = reader.counted(4, MOST_CONTENT_BYTES);
    parseReleaseFrame(content);
    return { ...about, kind, linkSecret, signature, content };
  }
  const hash = reader.take(32);
  if (isZero(hash)) {
    throw new Malformed("an answer is to a report");
  }
  return { ...about, kind: "answer", reportHash: hash };
}

/** Read a content of kind 13: its step, with the answer that stands in the display fields of one. */
export function readStepShown(
  fixed: Bytes,
  shown: JsonObject,
): { readonly step: Step; readonly answer: "declined" | "change" | null } {
  const step = parseStep(fixed);
  if (step.kind !== "answer") {
    return { step, answer: null };
  }
  const { answer } = shown;
  if (answer !== "declined" && answer !== "change") {
    throw new Malformed("an answer declines or asks for a change");
  }
  return { step, answer };
}
