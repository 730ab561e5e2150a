/**
 * What *Our work* may ask of the crypto worker: dates and who decided them, the agreement and its changes, calls, closing, receipts. Owns the
 * second half of the seam between the page and the keys: types only. (src/session.ts has the first half and the rules of both.)
 */

import type { Opened, PolicyFacts, Progress } from "./session.ts";

/** Who decided a date, and when it was signed. */
export interface Decision {
  readonly by: "both" | "me" | "other";
  readonly how: "agreed" | "closed" | "reopened";
  readonly signedAt: number;
}

/** A date with the answer to *why*. */
export interface Dated {
  readonly at: number;
  readonly decision: Decision;
}

/** A name under the agreement. `signedAt` is null where nothing that both keep tells it. */
export interface SignerFacts {
  readonly name: string;
  readonly mine: boolean;
  readonly signedAt: number | null;
}

/** One version of the agreement, as both signed it. */
export interface AgreementFacts {
  readonly number: number;
  readonly policy: PolicyFacts;
  /** null: the text of this version is not in this inbox any more. */
  readonly text: string | null;
  readonly signers: readonly SignerFacts[];
}

/** What one of two asks the other for. `status` other than *open* needs no answer. */
export interface Proposed {
  readonly id: string;
  readonly mine: boolean;
  readonly proposedAt: number;
  readonly status: "open" | "declined" | "overtaken";
}

/** Another agreement: facts and text as they would be. */
export interface AgreementProposal extends Proposed {
  readonly kind: "agreement";
  readonly policy: PolicyFacts;
  readonly text: string;
  readonly note: string;
}

/** Messages that one would keep longer. `subjects` names those that are known here; `messages` counts all. */
export interface KeepProposal extends Proposed {
  readonly kind: "keep";
  readonly until: number;
  readonly messages: number;
  readonly subjects: readonly string[];
}

/** To go on after the end: the new end of the work. */
export interface ReopenProposal extends Proposed {
  readonly kind: "reopen";
  readonly until: number;
}

export type Proposal = AgreementProposal | KeepProposal | ReopenProposal;

/** A call that was held, noted by either. */
export interface Call {
  readonly id: string;
  readonly mine: boolean;
  readonly heldAt: number;
  readonly minutes: number;
  readonly note: string;
  readonly expiresAt: number;
}

/** Who has said that the digits of a spoken check were the same. */
export interface Heard {
  readonly mine: boolean;
  readonly at: number;
}

/** How a spoken check went until the digits are compared. `nobody`: the other one did not start in time. */
export type CheckOutcome =
  | { readonly kind: "digits"; readonly digits: string }
  | { readonly kind: "nobody" }
  | { readonly kind: "changed" };

export interface CallRequest {
  readonly heldAt: number;
  readonly minutes: number;
  readonly note: string;
}

/** What is in this inbox, by kind and number. */
export interface Remains {
  readonly messages: number;
  readonly unread: number;
  readonly files: number;
  readonly bytes: number;
  readonly calls: number;
}

/** Everything that *Our work* shows, read and checked in one go. */
export interface Work {
  readonly myRole: "coach" | "client";
  readonly state: Opened["engagementState"];
  readonly startedAt: number;
  readonly workEnds: Dated;
  readonly deleted: Dated;
  /** Days that a backup of the server's outlives a deletion; 0 where the server makes none. */
  readonly backupDays: number;
  /** The host under which this server is known. */
  readonly host: string;
  readonly notes: { readonly count: number; readonly expiresAt: number };
  readonly here: Remains;
  readonly deletedThings: number;
  readonly receipts: number;
  readonly calls: readonly Call[];
  /** For the keys of today, the newest first. */
  readonly heard: readonly Heard[];
  readonly agreement: AgreementFacts;
  /** Newest first. */
  readonly earlier: readonly AgreementFacts[];
  readonly proposals: readonly Proposal[];
}

/** A change of the agreement that a coach writes; dates are whole days of UTC. */
export interface AgreementRequest {
  readonly workEndsAt: number;
  readonly holdDays: number;
  readonly longestKeepDays: number;
  readonly text: string;
  readonly note: string;
}

/** A message that goes, by name. `from`: null where it is mine. */
export interface GoingThing {
  readonly id: string;
  readonly subject: string;
  readonly from: string | null;
  readonly createdAt: number;
  readonly files: number;
}

/** What closing would do, before anybody has signed it. */
export interface ClosingPlan {
  readonly remains: Remains;
  /** What `remains` counts as messages, oldest first, as far as a page can list it. */
  readonly things: readonly GoingThing[];
  readonly notes: number;
  /** The first date that one alone may choose for the end of everything. */
  readonly soonestAt: number;
  /** The agreed one. */
  readonly latestAt: number;
}

export interface ReceiptRow {
  readonly id: string;
  readonly kind: "deletion" | "acceptance" | "closing";
  readonly number: number;
  /** When it was done; the day for an acceptance. */
  readonly at: number;
  /** Of a deletion: what was due, is gone, is still there; zeros otherwise. */
  readonly asked: number;
  readonly removed: number;
  readonly left: number;
  readonly envelopes: number;
  readonly files: number;
}

/** What one deletion receipt or closing certificate says. Instants are Unix seconds. */
export interface Removal extends Omit<ReceiptRow, "id"> {
  readonly promisedFirst: number;
  readonly promisedLast: number;
  readonly backupsUntil: number;
  readonly keysUntil: number;
  readonly journal: string;
  /** Of a closing certificate alone. */
  readonly closing?: {
    readonly began: number;
    readonly workEnded: number;
    readonly holdEnded: number;
    readonly notes: number;
    readonly acts: number;
    readonly chain: number;
  };
}

/** The same in its inbox. */
export interface ReceiptFacts extends Removal {
  readonly id: string;
  readonly host: string;
  /** When, by the other person's own signed word, everything due by then was gone from their computer; 0: nothing was said. */
  readonly theirCopiesGone: number;
}

/** The steps of a check, in their order. `waiting` is a proof that the server has not given yet. */
export type CheckStep = "signature" | "chain" | "leaves" | "batch" | "log";
export type Checked = Readonly<Record<CheckStep, "right" | "wrong" | "waiting">>;

/** The part of `Session` that is loaded when somebody looks at *Our work*. */
export interface WorkSession {
  work(): Promise<Work>;
  /** Sign what the other one proposed. */
  agree(id: string): Promise<void>;
  /** Send it back unsigned, or withdraw one's own. */
  decline(id: string): Promise<void>;
  proposeAgreement(request: AgreementRequest): Promise<void>;
  /** Ask to keep these messages until a later date. */
  proposeKeep(ids: readonly string[], until: number): Promise<void>;
  proposeReopen(until: number): Promise<void>;
  noteCall(request: CallRequest): Promise<void>;
  /** Both on the telephone: wait for the other one and show six digits. */
  startCheck(progress: (p: Progress) => void, signal: AbortSignal): Promise<CheckOutcome>;
  /** The digits that were shown were the same. */
  agreeCheck(): Promise<void>;
  planClosing(): Promise<ClosingPlan>;
  /** End the work now and let everything go at `until`; with `mineNow`, my own copies at once. */
  close(until: number, mineNow: boolean): Promise<void>;
  receipts(): Promise<readonly ReceiptRow[]>;
  receipt(id: string): Promise<ReceiptFacts>;
  checkReceipt(id: string): Promise<Checked>;
  /** The file that the command line checks too. */
  saveReceipts(ids: readonly string[]): Promise<Blob>;
}
