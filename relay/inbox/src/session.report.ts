/**
 * What the pages of the report may ask of the crypto worker: the versions that both write, signatures, the release. Owns that part of the seam:
 * types only. (src/session.ts has the rules.) A report crosses it as bytes, so that what is shown is drawn from what is signed.
 */

import type { Goal } from "./crypto/report.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What two people write into a report; names, keys and engagement are added where it is sealed. Instants are whole days of UTC. */
export interface ReportFields {
  readonly beginsAt: number;
  /** The first second after the period. */
  readonly endsAt: number;
  readonly sponsorPerson: string;
  readonly goals: readonly Goal[];
  readonly clientWords: string;
  readonly nextSteps: string;
  /** Days since 1 January 1970, one for each call; null where calls are not named. */
  readonly callDays: readonly number[] | null;
}

export interface VersionFacts {
  readonly id: string;
  readonly number: number;
  readonly mine: boolean;
  readonly writtenAt: number;
  readonly fields: ReportFields;
  /** The bytes that would leave. */
  readonly report: Bytes;
}

/** A signature under the newest version, and the dates within which it holds. */
export interface SignatureFacts {
  readonly signedAt: number;
  /** 0: at once. */
  readonly notBefore: number;
  readonly endsAt: number;
}

/** What was said of the newest version instead of releasing it. */
export interface AnswerFacts {
  readonly answer: "declined" | "change";
  readonly mine: boolean;
  readonly at: number;
  readonly note: string;
}

/** What was let out and not taken back. `closed`: its way in was closed, or given to somebody else. */
export interface ReleaseFacts {
  readonly state: "waiting" | "open" | "ended" | "closed";
  readonly from: number;
  readonly until: number;
  /** Something that was let out before can be read while this one waits: until then at the latest. */
  readonly earlierUntil?: number;
}

export interface ReportFacts {
  readonly myRole: "coach" | "client";
  readonly active: boolean;
  readonly sponsorName: string;
  /** Of the calls that were noted here, where the agreement lets them be named. */
  readonly callDays: readonly number[] | null;
  /** Newest first, one for each number. */
  readonly versions: readonly VersionFacts[];
  /** Written at the same moment as the newest: nothing of them is taken over by itself. */
  readonly beside: readonly VersionFacts[];
  readonly coachSigned: SignatureFacts | null;
  readonly clientSigned: SignatureFacts | null;
  /** Who had signed an earlier version, where the newest one ended that. */
  readonly dropped: "me" | "other" | "both" | null;
  readonly answer: AnswerFacts | null;
  /** A way in for the sponsor is open. */
  readonly slot: boolean;
  readonly release: ReleaseFacts | null;
  readonly withdrawnAt: number | null;
  /** Something that was taken back has not been confirmed by every keeper yet. */
  readonly unconfirmed: boolean;
  /** The latest end of a release. */
  readonly latestAt: number;
}

/** What the coach gives the sponsor, by two different ways. */
export interface SponsorWay {
  readonly link: string;
  readonly digits: string;
}

/** What the sponsor's page shows at this moment; null: that there is no report. */
export interface SeenFacts {
  readonly report: Bytes;
  readonly releasedAt: number;
  readonly endsAt: number;
}

/** Calls of the report's pages, fetched with them. */
export interface ReportSession {
  facts(): Promise<ReportFacts>;
  /** Write the version after the one with this id (null: the first). `refused` where another was written meanwhile. */
  write(fields: ReportFields, after: string | null): Promise<void>;
  /** The coach's signature under the newest version, for these dates; opens the sponsor's way in where the person there has none. */
  sign(version: string, notBefore: number, endsAt: number): Promise<SponsorWay>;
  /** The same link with other digits. */
  newDigits(): Promise<SponsorWay>;
  answer(version: string, answer: "declined" | "change", note: string): Promise<void>;
  /** The client's signature, and the release with it. `notBefore` 0: at once. */
  release(version: string, notBefore: number, endsAt: number): Promise<void>;
  withdraw(): Promise<void>;
  /** Repeat what the keepers have not confirmed. */
  settle(): Promise<void>;
  seen(): Promise<SeenFacts | null>;
}
