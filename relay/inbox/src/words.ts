/**
 * Every sentence that the page says, in English. Owns the words; views own where they stand. German ones stand in the folder `german`.
 *
 * Rules: sentences that a busy person reads once; who and when; names instead of roles; dates written out; never blame. A test refuses the
 * words that mean something only to programmers.
 */

import { counted } from "./figures.ts";
import { said } from "./language.ts";
import type { Failure } from "./session.ts";
import type { Keeping } from "./time.ts";
import { number } from "./written.ts";

export { counted, listedThings, lower } from "./figures.ts";
export { size } from "./written.ts";

function seconds(n: number): string {
  return n === 1 ? "1 second" : `${n} seconds`;
}

/** The first name, for a sentence in which the whole name stood before. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

export const words = said("words", {
  titles: {
    invitation: "Invitation",
    add: "Add a browser",
    list: "Inbox",
    search: "Search",
    message: "Message",
    write: "Write",
    reply: "Reply",
    work: "Our work",
    receipts: "Receipts",
    receipt: "Receipt",
    settings: "Settings",
    clients: "Clients",
    how: "How this works",
    locked: "Locked",
    help: "Can’t get in?",
    nowhere: "Not found",
  },

  close: "Close",
  show: "Show",
  copy: "Copy",
  copied: "Copied.",
  copyFailed: "It could not be copied here. Mark it and copy it by hand.",
  tryNow: "Try now",
  goBack: "Back",
  stop: "Stop",
  cancel: "Cancel",
  toInbox: "To the inbox",

  /** What failed, for anybody. `name` is the other person's first name; whoever was writing is told that the text is safe. */
  failure: (failure: Failure, name: string, writing = false): string => {
    const safe = writing ? "What you wrote is safe here." : "Nothing is lost.";
    switch (failure.code) {
      case "invitation-used":
        return "This invitation has been used already.";
      case "invitation-expired":
        return "This invitation is too old to be used.";
      case "invitation-withdrawn":
        return "This invitation was taken back.";
      case "invitation-unknown":
        return "This server knows no such invitation.";
      case "invitation-mistyped":
        return "This link is not complete.";
      case "wrong-password":
        return "That password did not open this inbox.";
      case "sheet-group":
        return failure.group
          ? `Group ${failure.group} does not fit.`
          : "Those digits did not open this inbox.";
      case "name-taken":
        return "That inbox name has just been taken.";
      case "password-short":
        return "Please use 12 characters or more.";
      case "password-common":
        return "That one is on the list of common passwords. Please choose another.";
      case "too-many-requests":
        if (failure.retryAfter && writing) {
          return `One moment. Trying again in ${seconds(failure.retryAfter)}.`;
        }
        return failure.retryAfter
          ? `One moment. Please try again in ${seconds(failure.retryAfter)}.`
          : "One moment. The server asks us to go a little slower.";
      case "offline":
        return "No connection. Nothing is lost.";
      case "server":
        return `The server isn’t answering. ${safe}`;
      case "gone":
        return "This is no longer kept here.";
      case "locked":
        return "The inbox has locked. What you wrote is safe.";
      case "too-large":
        return "This is larger than the server takes.";
      case "refused":
        return "The server did not take this: it goes beyond what you both agreed to.";
      case "closed":
        return "Your work has ended. New messages can’t be sent.";
      case "contact-changed":
        return `${name} has set up the inbox anew. Ring ${name} before you send this.`;
      case "keeper-away":
        return "A part of the server isn’t answering, so this can’t be opened or sent just now. Nothing is lost.";
      case "full":
        return "This inbox is full. Deleting or waiting for the next date makes room.";
      case "stopped":
        return "Stopped. Nothing was sent.";
      default:
        return failure.detail
          ? `Something went wrong here that we did not foresee. ${safe} Mention ${failure.detail}.`
          : `Something went wrong here that we did not foresee. ${safe}`;
    }
  },

  /** The line of each row. */
  keeping: (keeping: Keeping): string => {
    switch (keeping.kind) {
      case "kept":
        return `Kept until ${keeping.date}`;
      case "soon":
        return `Deleted ${keeping.weekday}`;
      case "last":
        return keeping.when === "tonight"
          ? "Deleted tonight at midnight"
          : `Deleted ${keeping.when} at ${keeping.at}`;
      case "gone":
        return "Deleted just now";
    }
  },
  files: (n: number) => (n === 1 ? "1 file" : `${n} files`),
  newRows: (n: number) => (n === 1 ? "1 new message" : `${n} new messages`),

  unlock: {
    heading: "Your inbox is locked",
    name: "Inbox name",
    nameHint: "Two words and a number, as on your recovery sheet.",
    nameMissing: "Please type the inbox name.",
    password: "Password",
    passwordMissing: "Please type the password.",
    remember: "Remember the inbox name on this device",
    open: "Open",
    opening: "Opening. About two seconds.",
    help: "Can’t get in?",
    wrong:
      "That password did not open this inbox. Check capitals and the inbox name. Nothing is lost however often you try.",
    slow: (n: number) => `Too many tries. Next one in ${seconds(n)}.`,
    slowSaid: (n: number) => `Too many tries. The next one is possible in ${seconds(n)}.`,
    away: (n: number) => `No connection. Trying again in ${seconds(n)}.`,
    awaySaid: "No connection. We keep trying.",
    idle: (minutes: number, draft: boolean) =>
      `Locked after ${minutes} minutes.${draft ? " Your unsent message is safe." : ""}`,
    idleLong: (draft: boolean) =>
      `Locked after twelve hours.${draft ? " Your unsent message is safe." : ""}`,
    ended: (draft: boolean) =>
      `The inbox was locked from elsewhere or by the server.${draft ? " Your unsent message is safe." : ""}`,
    safe: "Locked. Your unsent message is safe.",
    icon: "An icon keeps its own memory, so it asks once. Tick the box below, and it knows the inbox name from then on.",
    gone: (date: string) => `This inbox was deleted on ${date}, as agreed.`,
    wasToGo: (date: string) =>
      `As far as this browser knows, this inbox was to be deleted on ${date}, as agreed. After that day nothing opens it.`,
    receipt: "If you saved the file of its receipts, it can be checked without the inbox.",
    receiptDo: "Check the file",
  },

  frame: {
    nav: "Main",
    loading: "Opening the page",
    records: (name: string) =>
      `This server shows ${name} and you two different records of what it did, and has not explained it within a day. Ring ${name}.`,
    inbox: "Inbox",
    work: "Our work",
    report: "Report",
    settings: "Settings",
    lock: "Lock",
    how: "How this works",
    back: "Inbox",
    newer: "There is a newer version of this page. It loads when you next lock.",
    offline: "No connection. You can read what is open; replies will wait.",
    clock: (date: string) => `Your device says it is ${date}. Dates here use the server’s clock.`,
    links: "Leaving this inbox",
    linkGoes: (host: string) => `This goes to ${host}, outside this inbox.`,
    linkOpen: (host: string) => `Open ${host}`,
    paper: (date: string) => `Please destroy this paper by ${date}.`,
    pending: (name: string) => `Nothing is kept until ${name} and you have both signed.`,
  },

  list: {
    heading: "Inbox",
    region: "Messages",
    filters: "Show",
    all: "All",
    unread: "Unread",
    withFiles: "Files",
    going: "Going",
    write: "Write",
    select: "Select",
    you: "You",
    loading: "Opening your messages",
    search: (n: number) => (n > 1 ? `Search ${number(n)} messages` : "Search"),
    orders: { newest: "Newest first", deletion: "By deletion date", size: "Largest first" },
    earlier: "Show earlier messages",
    further: (n: number, order: "newest" | "deletion" | "size") =>
      ({
        newest: `Show earlier messages (${number(n)})`,
        deletion: `Show later ones (${number(n)})`,
        size: `Show smaller ones (${number(n)})`,
      })[order],
    reading: (n: number) => `Fetching older messages: ${number(n)} so far`,
    earlierLoading: "Opening earlier messages",
    look: "Look",
    soonCard: (all: number, unread: number) =>
      all === unread
        ? `${counted(all, "unread message is", "unread messages are")} deleted in the next seven days.`
        : `${counted(all, "message is", "messages are")} deleted in the next seven days; ${unread === 1 ? "one is" : `${unread} are`} unread.`,
    soonWord: "Soon:",
    empty: (name: string) =>
      `This is where you and ${name} write to each other. Nothing here reaches your work mail.`,
    emptyWrite: (name: string) => `Write to ${name}`,
    none: {
      unread: "You have read everything here.",
      files: "No message here has a file.",
      going: "Nothing here is deleted in the next thirty days.",
    },
    noneMore: "Only the messages shown so far were looked through.",
    ended: (name: string, workEnded: string, until: string) =>
      `Your work with ${name} ended on ${workEnded}. Everything here is held until ${until}, then deleted.`,
    allGone: "Nothing is kept here any more.",
    wentUnread: (date: string) => `Went unread on ${date}`,
    wentUnreadLong: (name: string, date: string) =>
      `You wrote something to ${name} that was deleted on ${date}, as agreed, before it had been opened. Nothing else of it is kept.`,
    askedCard: (name: string) => `${name} asks you to agree to a change.`,
    askedLook: "Look at it",
    byMail: "By e-mail",
    givenBack: (name: string) => `Given back by ${name}`,
    noSubject: "No subject",
    failed: "This message could not be opened",
    choose: "Choose a message to read it here.",
    rowName: (row: {
      unread: boolean;
      who: string;
      subject: string;
      when: string;
      files: number;
      large: string | null;
      keeping: string;
    }) =>
      [
        ...(row.unread ? ["Unread"] : []),
        row.who,
        row.subject,
        row.when,
        ...(row.files ? [counted(row.files, "file", "files")] : []),
        ...(row.large ? [row.large] : []),
        row.keeping,
      ].join(". "),
  },

  outgoing: {
    region: "On its way",
    makeRoom: "See the largest",
    sendIn: (name: string, n: number) => `Your message to ${name} leaves in ${seconds(n)}.`,
    sendSaid: (name: string) => `Your message to ${name} leaves in ten seconds. You can cancel.`,
    sending: (done: string, total: string) => `Sending: ${done} of ${total}`,
    sendingPlain: "Sending",
    sent: (date: string) => `Sent. Kept until ${date}.`,
    notSent: "Not sent.",
    edit: "Back to the text",
    deleteIn: (n: number) => `Deleting in ${seconds(n)}.`,
    deleteSaid: "It is deleted in ten seconds. You can cancel.",
    deleting: "Deleting",
    notDeleted: "Not deleted.",
    canceled: "Cancelled.",
  },

  idle: {
    heading: "Are you still there?",
    text: "This inbox locks in one minute. What you are writing is kept.",
    stay: "Stay",
    lock: "Lock now",
    longHeading: "Twelve hours are over",
    longText:
      "This inbox locks in one minute and asks for the password again. What you are writing is kept.",
    understood: "Go on until then",
  },

  nowhere: {
    heading: "There is nothing at this address",
    why: "It may have been deleted on its date, or the address is not complete.",
  },
});

export type Words = typeof words;
