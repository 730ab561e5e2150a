/**
 * What the views may ask of the crypto worker, and what it tells them. Owns the seam between the page and the keys: types only.
 * No key, share, token or password crosses it towards the page; the page never touches a crypto library or the network.
 *
 * Instants are Unix seconds on the relay's clock. Ids are hex strings made for the page; they mean nothing elsewhere.
 */

import type { FirmFacts } from "./firm.ts";
import type { ComingSession, Reply } from "./session.coming.ts";
import type { OwnSession, PasskeyResult } from "./session.own.ts";
import type { ReportSession } from "./session.report.ts";
import type { WorkSession } from "./session.work.ts";

/** Whose work numbers some of the numbers of an agreement are. */
export type WorkNumbers = Readonly<Record<"coach" | "client", readonly string[]>>;

/** The facts of the signed policy that a person is shown. */
export interface PolicyFacts {
  readonly workEndsAt: number;
  readonly holdDays: number;
  readonly holdEndsAt: number;
  readonly longestKeepDays: number;
  readonly authorMayRecall: boolean;
  readonly readMarks: boolean;
  readonly refusedDomains: readonly string[];
  readonly places: readonly string[];
  readonly personalNumbers: readonly string[];
  /** Of these, those that are somebody's work numbers. */
  readonly workNumbers?: WorkNumbers;
  readonly sponsorName: string;
  readonly sponsorShown: string;
  /** Number and days of the calls may stand in a report. */
  readonly sponsorToldCalls: boolean;
}

/** What an invitation's box says. `kind` tells whether this page can enrol (client) or the command line is needed (coach). */
export interface InvitationFacts {
  readonly kind: "client" | "coach";
  readonly relayName: string;
  readonly coachName: string;
  readonly clientName: string;
  readonly welcome: string;
  readonly agreement: string;
  readonly policy: PolicyFacts;
  readonly expiresAt: number;
  /** A lost inbox is reopened by it: the agreement is signed already. */
  readonly again?: true;
}

/** Made in the worker when enrolment begins; nothing of it is stored anywhere before `finishEnrolment`. */
export interface EnrolmentDraft {
  /** Offered login name, `word-word-NN`. */
  readonly name: string;
  /** `name@host`, printed on the recovery sheet. */
  readonly inboxName: string;
  /** Five ready-made words. */
  readonly offeredPassword: string;
  /** Six groups of five digits. */
  readonly sheet: readonly string[];
}

/** What *Finish* is given. `password` null: it is opened by the passkey that `holdPasskey` was given, and has no password. */
export interface EnrolmentChoice {
  readonly signature: string;
  readonly password: string | null;
}

/** One line of the list: an opened message without its text. */
export interface ListRow {
  readonly id: string;
  readonly threadId: string;
  readonly order: number;
  readonly mine: boolean;
  readonly senderName: string;
  readonly subject: string;
  readonly firstWords: string;
  readonly files: number;
  /** Of all its files, or of a mail as it came; absent where there is none. A text is not counted: it is never large. */
  readonly fileBytes?: number;
  /** Of a message's files, as far as the index has room for them. */
  readonly fileNames?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly unread: boolean;
  /** Came by ordinary e-mail through the door. */
  readonly byMail: boolean;
  /** Could not be opened; `code` is a local code to mention, never a cause. */
  readonly failed?: { readonly code: string };
  /** Both keep it longer: it arrived anew, and stands where it was written. */
  readonly keptLonger?: true;
  /** The coach gave it back after the inbox was lost. */
  readonly givenBack?: true;
  /** Mine, and gone without having been read by the other: nothing but the day is left of it. */
  readonly wentUnread?: true;
}

export interface FileFacts {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** A part of a file. All of them are the file that was sent only once the last was answered. */
export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly last: boolean;
}

/**
 * What the door found out about a mail's author: nothing; the author's domain signed it; only the server that brought it was
 * one of the author's domain; it came by a rule of the owner's, its author unproven, or proven; it is a provider's
 * confirmation while a rule was set up. (docs/protocol.md, part 6.)
 */
export type MailGrade = "unchecked" | "signed" | "server" | "rule" | "rule-signed" | "code";

export interface MailFacts {
  readonly from: string;
  readonly grade: MailGrade;
  readonly tls: boolean;
  readonly receivedAt: number;
  /** Its To or Cc named a work address: a copy is in company mail. */
  readonly copiedToWork: boolean;
  /** What is wanted of the owner, or was said: whether it was they who sent it. */
  readonly confirm: "asked" | "mine" | null;
  /** *file*: it could not be taken apart within limits, and is there to be saved alone. */
  readonly opened: "whole" | "cut" | "file";
  readonly hasLayout: boolean;
}

/** A mail that the door turned away. `address` is masked. `reason` is a code for words. */
export interface RefusedMail {
  readonly address: string;
  readonly reason: string;
  readonly at: number;
}

/** A mail's own HTML, for the frame that cleans it and for nothing else; and the pictures that it names. */
export interface Layout {
  readonly html: string;
  readonly pictures: readonly {
    readonly cid: string;
    readonly type: string;
    readonly content: Uint8Array<ArrayBuffer>;
  }[];
}

export interface Message extends ListRow {
  readonly text: string;
  readonly attachments: readonly FileFacts[];
  /** For mail by the door: how it came, as facts for words. */
  readonly mail?: MailFacts;
  /** For a notice by the relay of mail that it turned away. */
  readonly refused?: readonly RefusedMail[];
  /** Something by the same writer before this one has not arrived. */
  readonly gapBefore: boolean;
  /** Mine, read in its thread: whether the other has opened it. Absent without read marks, or where nobody can say. */
  readonly opened?: boolean;
  /** Its author asked for it, and what both have signed lets it be done. */
  readonly afterOpening?: AfterOpening;
}

/** A message that goes so many days after its reader has opened it; `counted`: that is the date which it has now. */
export interface AfterOpening {
  readonly days: number;
  readonly counted: boolean;
}

export interface ListPage {
  readonly rows: readonly ListRow[];
  readonly more: boolean;
  readonly before: number;
}

/** Who is here, after unlock. */
export interface Opened {
  readonly relayName: string;
  readonly myName: string;
  readonly otherName: string;
  readonly myRole: "coach" | "client";
  readonly engagementState: "draft" | "active" | "held" | "gone" | "withdrawn";
  /** The agreement's facts, with the dates as they are: a closing may have brought them forward. */
  readonly policy: PolicyFacts;
  /** Who ended the work before the agreed date, where somebody did. */
  readonly closedBy: "me" | "other" | null;
  /** What the client has released to the sponsor and not taken back; `from` 0: at once. `earlier`: what was let out before it has not ended. */
  readonly released: {
    readonly from: number;
    readonly until: number;
    readonly earlier: boolean;
  } | null;
  /** Proposals by the other person that wait for an answer. */
  readonly asked: number;
  /** Relay's clock minus this device's, in seconds. */
  readonly clockOffset: number;
  /** What this person has chosen to be spoken to in; empty: as each browser has it; null: nothing was ever chosen. */
  readonly language: string | null;
  readonly inboundAddress: string;
  /** A coach with whom nobody works, yet or any more: there is no mailbox. */
  readonly alone?: true;
  /** Nothing is to be read here: it is being given back, or was given to somebody else. */
  readonly returning?: Returning;
}

/**
 * A client whose inbox is being reopened, and who is to be heard first; or the one who was client before, and can stop it
 * until then. `id` is the engagement's.
 */
export interface Returning {
  readonly you: "newcomer" | "former";
  readonly id: string;
  readonly until: number;
}

export interface SendRequest {
  readonly subject: string;
  readonly text: string;
  readonly files: readonly File[];
  /** null: the agreement's default. */
  readonly expiresAt: number | null;
  /** So many days after the other has opened it, if that is earlier; only where both have signed read marks. */
  readonly daysAfterOpening?: number | null;
  readonly threadId: string | null;
}

/** A failure in words' terms: the view maps `code` to a sentence. `retryAfter` in seconds where the relay said so. */
export interface Failure {
  readonly code:
    | "invitation-used"
    | "invitation-expired"
    | "invitation-withdrawn"
    | "invitation-declined"
    | "invitation-unknown"
    | "invitation-mistyped"
    | "wrong-password"
    | "too-many-requests"
    | "sheet-group"
    | "code-mistyped"
    | "code-refused"
    | "offer-used"
    | "name-taken"
    | "password-short"
    | "password-common"
    | "offline"
    | "server"
    | "gone"
    | "locked"
    | "too-large"
    | "refused"
    | "closed"
    | "contact-changed"
    | "keeper-away"
    | "full"
    | "stopped"
    | "unknown";
  readonly detail?: string;
  readonly retryAfter?: number;
  /** Sheet: the first wrong group, 1 to 6. Typed code: the first wrong word, from 1; 0 the number before them. */
  readonly group?: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What has been found so far, of a search. */
  readonly found?: readonly string[];
}

/** How far a search inside messages came, and the ids of what it found. */
export interface FoundInside {
  readonly read: number;
  readonly total: number;
  /** Mails that were too large to be looked into: of those only subject and sender were. */
  readonly tooLarge: number;
  readonly found: readonly string[];
}

/** Pushed by the worker at any time while unlocked. `records`: the server shows two people different records, and has not explained it within a day. */
export type Event =
  | { readonly kind: "arrived"; readonly rows: readonly ListRow[] }
  /** Rows that were there before; *reading*: more of them are on their way. */
  | { readonly kind: "known"; readonly page: ListPage; readonly reading: boolean }
  | { readonly kind: "gone"; readonly ids: readonly string[] }
  | { readonly kind: "connection"; readonly state: "live" | "lost" }
  | { readonly kind: "engagement"; readonly opened: Opened }
  | { readonly kind: "records" }
  /** Something has changed with another client than the one whose inbox is open. */
  | { readonly kind: "clients" }
  /** Something came into the inbox of this client, which is not open, and reaches so far now. */
  | { readonly kind: "client"; readonly id: string; readonly cursor: number }
  | { readonly kind: "happened"; readonly happened: Happened | null }
  | { readonly kind: "replies"; readonly replies: readonly ReplyHint[] }
  | { readonly kind: "locked"; readonly why: "idle" | "pressed" | "ended" };

/** Something that was done to the inbox from elsewhere, and that its owner has not answered. */
export interface Happened {
  readonly number: number;
  readonly what: "way" | "password" | "sheetUsed" | "sheet" | "reopening" | "reopened" | "askSheet";
  readonly at: number;
}

/** That somebody has answered an invitation without joining; what was said stands under *Clients*. */
export interface ReplyHint {
  readonly name: string;
  readonly kind: Reply["kind"];
}

/** An inbox that was open before the page was loaded anew; `openedAt` on the relay's clock. */
export interface Resumed {
  readonly opened: Opened;
  readonly openedAt: number;
}

/** What may be said of this relay before anybody has opened anything. */
export interface Place extends FirmFacts {
  readonly relayName: string;
}

/** The worker, as the page sees it. Every promise rejects with a `Failure`. `signal` stops a long call. */
export interface Session extends WorkSession {
  place(): Promise<Place>;
  openInvitation(fragment: string): Promise<InvitationFacts>;
  beginEnrolment(): Promise<EnrolmentDraft>;
  /** Hand over the device's own unlock, made for the draft's name; used up by nothing before `finishEnrolment`. */
  holdPasskey(passkey: PasskeyResult): Promise<void>;
  finishEnrolment(choice: EnrolmentChoice): Promise<Opened>;
  unlock(
    way: { name: string; password: string } | { name: string; sheet: string } | PasskeyResult,
  ): Promise<Opened>;
  /** A call of somebody who has nothing in this browser yet. */
  coming<N extends keyof ComingSession>(
    name: N,
    args: Parameters<ComingSession[N]>,
  ): ReturnType<ComingSession[N]>;
  /** Make this browser's own way into the inbox that was looked at, which uses the offer up, and open it. */
  comeIn(choice: { readonly password: string } | PasskeyResult): Promise<Opened>;
  /** Leave the server its half of what the next load of this page needs; answers the half that the tab keeps. Neither opens anything alone. */
  keepTab(idleSeconds: number, label: string): Promise<string>;
  /** Go on after a reload; rejects with `locked` where the server has forgotten its half. */
  resume(kept: string, chosen: string | null): Promise<Resumed>;
  /** Turn to another client; what is on its way is put away first. */
  choose(id: string): Promise<Opened>;
  /** A call of the settings. */
  own<N extends keyof OwnSession>(
    name: N,
    args: Parameters<OwnSession[N]>,
    progress?: (p: Progress) => void,
    signal?: AbortSignal,
  ): ReturnType<OwnSession[N]>;
  /** A call of the report's pages. */
  report<N extends keyof ReportSession>(
    name: N,
    args: Parameters<ReportSession[N]>,
  ): ReturnType<ReportSession[N]>;
  /** With unsent text, which is put away first. Whoever opens again meanwhile waits for both. */
  lock(draft?: string): Promise<void>;
  list(before: number | null): Promise<ListPage>;
  read(id: string): Promise<Message>;
  thread(threadId: string): Promise<readonly Message[]>;
  /** Look for words inside all messages, newest first. Stopped, it answers with what was found until then. */
  searchInside(
    typed: string,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<FoundInside>;
  markRead(id: string): Promise<void>;
  /** Read, or unread again, in every browser of mine. Nobody else is told. */
  markAll(ids: readonly string[], unread: boolean): Promise<void>;
  send(
    request: SendRequest,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ListRow>;
  file(
    id: string,
    index: number,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<Blob>;
  /** The same in parts, for who writes it somewhere as it comes: from 0, then each time from where the part before it ended. */
  filePart(id: string, index: number, from: number, signal: AbortSignal): Promise<FilePart>;
  /** My copy, or (what I wrote) both copies. */
  expire(id: string, whose: "mine" | "both"): Promise<void>;
  /** My copies of these, at once; `gone` where none was there any more. */
  expireMine(ids: readonly string[]): Promise<void>;
  /** An earlier date for both copies. */
  shorten(id: string, expiresAt: number): Promise<void>;
  /** How a mail looks as its author made it; null where it has nothing but words. */
  layout(id: string): Promise<Layout | null>;
  /** Whether it was I who sent a mail that only its server vouches for. What was not mine is deleted. */
  judgeMail(id: string, mine: boolean): Promise<void>;
  /**
   * The unsent text, put away two seconds after a pause and before a lock: sealed, in this tab and, where there is a line, at the
   * relay for seven days, so that a locked page holds no plain text and nothing typed is lost. An empty string forgets it.
   */
  setAside(draft: string): Promise<void>;
  /** What was set aside, after the same person has opened the inbox again; null when there is nothing. */
  takeBack(): Promise<string | null>;
  /** Unsent text that any browser of this person has put away within seven days; null when there is none. */
  keptDrafts(): Promise<string | null>;
  onEvent(listener: (event: Event) => void): () => void;
}
