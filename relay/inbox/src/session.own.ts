/**
 * What the settings may ask of the crypto worker: browsers and ways in, and what the server holds. Owns this third part of
 * the seam between the page and the keys: types only. (src/session.ts has the rules.)
 */

import type { Language } from "./languages.ts";
import type { Reply } from "./session.coming.ts";
import type { WorkNumbers } from "./session.ts";
import type { CheckOutcome } from "./session.work.ts";

/** An open session: a browser, or a program, that can read this inbox now. `seenAt` is 0 where that is not known. */
export interface OpenBrowser {
  readonly id: string;
  /** What its owner's software calls it; empty where that is not known. */
  readonly label: string;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly current: boolean;
}

/** A way in. `label`, `addedOn` and `usedOn` are what this person's own browsers have noted; 0 and empty: nothing. */
export interface WayIn {
  readonly id: string;
  readonly kind: "password" | "sheet" | "device" | "passkey";
  readonly label: string;
  readonly addedOn: number;
  readonly usedOn: number;
}

export interface Browsers {
  readonly open: readonly OpenBrowser[];
  readonly ways: readonly WayIn[];
}

/** A recovery sheet that was drawn, and opens nothing before it is kept. */
export interface NewSheet {
  readonly inboxName: string;
  readonly sheet: readonly string[];
}

/** What a browser's own authenticator gave when it was asked. */
export interface PasskeyResult {
  readonly name: string;
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly result: Uint8Array<ArrayBuffer>;
}

/** One value as the server has it: of bytes how many there are, and how they begin. */
export type Cell = number | string | null | { readonly sizeBytes: number; readonly begins: string };

/** What one of the server's tables holds of a person: how many rows, and the newest of them. */
export interface StoredTable {
  readonly table: string;
  readonly count: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A personal address from which mail is taken. The address itself is not known to anybody here. */
export interface Sender {
  readonly id: string;
  readonly confirmed: boolean;
  readonly addedOn: number;
}

/** What a provider forwards by itself. */
export interface ForwardRule {
  readonly id: string;
  readonly senderId: string;
  readonly address: string;
  readonly active: boolean;
}

export interface MailIn {
  readonly mailboxId: string;
  readonly senders: readonly Sender[];
  readonly rules: readonly ForwardRule[];
}

/** One of a coach's clients, by what is known without opening the messages. Instants are 0 where there is none. */
export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly state: "draft" | "active" | "held" | "gone" | "withdrawn";
  /** The inbound address of this side's mailbox: by it the open one is known. */
  readonly address: string;
  readonly endsAt: number;
  /** What the client has asked for and the coach has not answered. */
  readonly asked: number;
  /** An answer came to the invitation, and was not taken in. */
  readonly answered: boolean;
  /** An invitation that is still open, until then. */
  readonly invitedUntil: number;
  /** What somebody with the invitation's link has said, who has not joined. */
  readonly reply: Reply | null;
}

/** A client's inbox at a glance, by what the list of it would show. Instants are 0 where there is none. */
export interface ClientGlance {
  readonly id: string;
  /** When the last word was said that is still here, and whether the coach said it. */
  readonly lastAt: number;
  readonly lastMine: boolean;
  readonly nextGoneAt: number;
  readonly unread: number;
  /** How many of these go within a week, and when the first does. */
  readonly going: number;
  readonly goingAt: number;
  /** How much has come since the inbox was last open, and was not looked at; 51: more than fifty. */
  readonly since: number;
  /** The newest version of a report has neither the coach's signature nor an answer. */
  readonly report: boolean;
}

/** That something came into a client's inbox, which reaches so far now; 0 where that is not known, as of the one that is open. */
export interface ClientNews {
  readonly id: string;
  readonly cursor: number;
}

/** What a coach enters for a first agreement. `workEndsAt` is the first second after the last day of work. */
export interface InviteRequest {
  /** What the agreement is written in. */
  readonly language: Language;
  readonly name: string;
  readonly welcome: string;
  readonly workEndsAt: number;
  readonly holdDays: number;
  readonly refusedDomains: readonly string[];
  readonly phones: readonly string[];
  /** Of these, those that are somebody's at work. */
  readonly workNumbers: WorkNumbers;
  readonly sponsor: string;
  readonly sponsorSees: string;
  /** Each of the two sees whether the other has opened a message. */
  readonly readMarks: boolean;
  /** What an earlier invitation had beside what is entered; without it all is as usual. */
  readonly before?: TermsBefore;
}

/** What no form asks for, and a program's invitation may have chosen. */
export interface TermsBefore {
  /** 0: the end of the hold alone. */
  readonly longestKeepDays: number;
  readonly authorMayRecall: boolean;
  readonly sponsorToldCalls: boolean;
  readonly places: readonly string[];
  /** The agreement where its words are the coach's own, and what they speak of: for anything else they do not stand. */
  readonly own: { readonly text: string; readonly of: string } | null;
}

/** The field that no agreement can have so. */
export type InviteFault = "name" | "workEnds" | "hold" | "domains" | "phones" | "sponsor";

export type InvitePreview =
  | { readonly text: string; readonly own: boolean }
  | { readonly fault: InviteFault };

/** An invitation that waits to be used. The link is a secret: whoever has it can accept. */
export interface WaitingInvitation {
  readonly id: string;
  readonly name: string;
  readonly link: string;
  readonly expiresAt: number;
}

/** How a further browser comes in, once, until then. The link is a secret: whoever has it can open the inbox. */
export interface Lent {
  readonly link: string;
  readonly expiresAt: number;
}

/** A way back for a client who has lost every way in. The link is a secret; empty where this person's browsers have none. */
export interface WayBack {
  readonly state: "none" | "open" | "joined" | "claimed" | "taken";
  readonly link: string;
  /** Its end; once it was taken the end of the time in which the former inbox can stop it. */
  readonly until: number;
}

/** How many things a client has got back just now, had got before, and could not be given. */
export interface GivenBack {
  readonly given: number;
  readonly before: number;
  readonly left: number;
}

export type LentState = "none" | "open" | "used";

export type ToldWhen = "at-once" | "daily" | "never";

/** How a person is told by e-mail that something waits. Hours are theirs. */
export interface ToldChoice {
  readonly address: string;
  readonly subject: string;
  readonly phrase: string;
  readonly when: ToldWhen;
  /** Whether also before something unread is deleted. */
  readonly warnings: boolean;
  readonly hour: number;
  readonly quietFrom: number;
  readonly quietUntil: number;
  /** Minutes ahead of the world's clock. */
  readonly offsetMinutes: number;
}

export interface Told extends ToldChoice {
  readonly state: "none" | "waiting" | "confirmed" | "broken" | "refused";
}

/** A note of one's own. Instants are Unix seconds; `keptUntil` is the first at which it is gone. */
export interface Note {
  readonly id: string;
  readonly writtenAt: number;
  readonly keptUntil: number;
  readonly text: string;
  /** It is about this call, which nobody but the worker needs to know by that name. */
  readonly about?: string;
}

/** What I wrote about a call for nobody else, by the call's id. */
export interface CallNote {
  readonly callId: string;
  readonly writtenAt: number;
  readonly text: string;
}

/** A copy that I took: of everything, or of chosen conversations. */
export interface CopyTaken {
  readonly at: number;
  readonly chosen: boolean;
}

/** Newest first. `closed` counts those that could not be opened. */
export interface Notes {
  readonly notes: readonly Note[];
  readonly closed: number;
}

/** Browsers and ways in. */
export interface WaysSession {
  browsers(): Promise<Browsers>;
  /** End another browser's session: it locks at its next word with the server. */
  endBrowser(id: string): Promise<void>;
  /** Close a way in. The server refuses the last password or sheet. */
  removeWay(id: string): Promise<void>;
  /** Whether this password, or these digits of a sheet, open this inbox: asked before a way in is changed. */
  prove(typed: string): Promise<void>;
  changePassword(password: string): Promise<void>;
  /** Five ready-made words. */
  offerPassword(): Promise<string>;
  drawSheet(): Promise<NewSheet>;
  /** The sheet that was drawn last takes the place of the one before. */
  keepSheet(): Promise<void>;
  /** The inbox's name and the host, for the browser's own prompt. */
  aboutPasskey(): Promise<{ readonly name: string; readonly inboxName: string }>;
  addPasskey(passkey: PasskeyResult, label: string): Promise<void>;
  /** Note one that was added as this browser came in. */
  notePasskey(credentialId: Uint8Array<ArrayBuffer>, label: string): Promise<void>;
  /** Note the day on which it opened this inbox. */
  usedPasskey(credentialId: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Let one further browser in, for five minutes; an offer before this one ends. */
  lend(): Promise<Lent>;
  /** Six words for the offer that is shown. Takes a while. */
  lentCode(): Promise<string>;
  lentState(): Promise<LentState>;
  endLending(): Promise<void>;
  /** That it was me: what happened up to this number is not asked about again. */
  answerHappened(number: number): Promise<void>;
  /** The first group of the recovery sheet, or null where it is not to be found; rejects with `sheet-group`. Asked once. */
  answerSheet(group: string | null): Promise<void>;
}

/** Mail that comes from elsewhere, and being told there. */
export interface AddressesSession {
  /** The addresses from which mail is taken, and what providers forward into the inbox with this inbound address. */
  mailIn(inboundAddress: string): Promise<MailIn>;
  addSender(address: string): Promise<void>;
  confirmSender(code: string): Promise<void>;
  removeSender(id: string): Promise<void>;
  /** A rule for a confirmed address: an inbound address of its own. */
  addRule(mailboxId: string, senderId: string): Promise<void>;
  /** Mail one line to the confirmed address, which the provider is to forward. */
  testRule(id: string, address: string): Promise<void>;
  removeRule(id: string): Promise<void>;
  told(): Promise<Told>;
  setTold(choice: ToldChoice): Promise<Told>;
  confirmTold(code: string): Promise<Told>;
  /** Send one note now. */
  testTold(): Promise<Told>;
  endTold(): Promise<void>;
}

/** What the server has, a copy under a password, and leaving. */
export interface BelongingsSession {
  /** Everything that the server has stored about this person. */
  rows(): Promise<readonly StoredTable[]>;
  /** For how many days the server keeps backups; 0 where it makes none. */
  backupDays(): Promise<number>;
  /** Begin to lock a copy with a password of its own; answers how the file begins. One copy at a time. */
  lockCopy(password: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The next bytes of the copy; answers the next of the file. */
  sealCopy(piece: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Answers how the file ends. */
  endCopy(): Promise<Uint8Array<ArrayBuffer>>;
  /** Delete every copy in the mailbox of this inbound address; answers how many there were. */
  deleteMine(inboundAddress: string): Promise<number>;
  /** Close the account: no way in remains. */
  leave(): Promise<void>;
}

/** What a person writes down for nobody else. */
export interface JottingsSession {
  /** What a coach has written about the work of the engagement that is open, for nobody else. A coach alone. */
  privateNotes(): Promise<Notes>;
  /** It goes with everything else. The same text again, after a broken line, is the same note. */
  writeNote(text: string): Promise<void>;
  /** Let one go, now. */
  expireNote(id: string): Promise<void>;
  /** My own notes about calls of the engagement that is open. */
  callNotes(): Promise<readonly CallNote[]>;
  /** Put one in the place of what I wrote about this call before; an empty text takes that away. It goes with the call. */
  writeCallNote(callId: string, text: string): Promise<void>;
  /** When I took copies, newest first. Nobody else sees that. */
  copiesTaken(): Promise<readonly CopyTaken[]>;
  /** Write down that I took one just now. */
  noteCopy(chosen: boolean): Promise<void>;
  /** Speak this language in every browser of this person; empty: as each browser has it. */
  keepLanguage(language: string): Promise<void>;
}

/** A coach's clients, and who is invited. */
export interface ClienteleSession {
  /** A coach's clients; answers to invitations that have come are taken in before. */
  clients(): Promise<readonly ClientRow[]>;
  /** What there is to say of some of them; of whom nothing is known yet, nothing. */
  clientGlances(ids: readonly string[]): Promise<readonly ClientGlance[]>;
  /** The same of clients of whom there is news. */
  freshGlances(news: readonly ClientNews[]): Promise<readonly ClientGlance[]>;
  /** What both would sign, or which field cannot be so. */
  previewAgreement(request: InviteRequest): Promise<InvitePreview>;
  invite(request: InviteRequest): Promise<WaitingInvitation>;
  /** An invitation that is still open; rejects with `gone` where it is not. */
  waitingInvitation(id: string): Promise<WaitingInvitation>;
  /** Words to read out in place of its link; those that it had before lead nowhere any more. Takes a while. */
  invitationCode(id: string): Promise<string>;
  withdrawInvitation(id: string): Promise<void>;
  /** What an invitation offers that has not been accepted, as it was entered. */
  invitationTerms(id: string): Promise<InviteRequest>;
}

/** A client who has lost every way in. */
export interface WayBackSession {
  /** How far it is that the client of this inbox is let back in. */
  wayBack(): Promise<WayBack>;
  /** Make one; one that was not taken ends. A coach alone. */
  openWayBack(welcome: string): Promise<WayBack>;
  /** Words to read out in place of its link. Takes a while. */
  wayBackCode(): Promise<string>;
  endWayBack(): Promise<void>;
  /** The coach's side of the spoken check with whoever came by it. */
  checkWayBack(): Promise<CheckOutcome>;
  /** The digits were the same: wait until the client has said so too, sign, and give back what is here. */
  agreeWayBack(): Promise<GivenBack>;
  /** Give back once more what did not come through. */
  giveBack(): Promise<GivenBack>;
  /** End a reopening that the coach has begun and not signed. */
  endReopening(): Promise<void>;
  /** The spoken check of whoever comes back to a lost inbox, with the coach. */
  checkReturn(): Promise<CheckOutcome>;
  /** The digits were the same: say so, and wait until the coach has said so too. */
  agreeReturn(): Promise<void>;
  /** Whoever was client before: it was not me. The inbox is mine again. */
  stopReturn(): Promise<void>;
}

/** The part of `Session` that is fetched when somebody looks at the settings. */
export type OwnSession = WaysSession &
  AddressesSession &
  BelongingsSession &
  JottingsSession &
  ClienteleSession &
  WayBackSession;
