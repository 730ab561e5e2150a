/** The words of *Our work*: dates and who may change them, where things are kept, calls, the agreement, its changes, and the end. */

import { said } from "./language.ts";
import { counted, lower, size } from "./words.ts";
import { listed } from "./written.ts";

const days = (n: number) => (n === 1 ? "one day" : `${n} days`);
const ending = (numbers: readonly string[]) =>
  numbers.map((number) => `ending ${number.replace(/\D/g, "").slice(-2)}`);

export const workWords = said("work", {
  heading: "Our work",
  loading: "Opening your agreement",
  withWhom: (name: string, since: string) => `With ${name}, since ${since}`,
  up: "Our work",
  gone: "Nothing is kept here any more.",
  held: (date: string) => `Held. Nobody needs to do anything. Deleted on ${date}.`,
  closedBy: (who: "me" | "other", name: string) =>
    who === "me"
      ? "You ended the work before the agreed day."
      : `${name} ended the work before the agreed day.`,

  timeline: {
    heading: "Dates of your agreement",
    started: "Started",
    today: "Today",
    here: (messages: number, files: number) =>
      `${messages === 1 ? "1 message" : `${messages} messages`}${files ? `, ${files === 1 ? "1 file" : `${files} files`}` : ""} here`,
    already: (n: number) => `${n} already deleted`,
    ends: "Your work ends",
    ended: "Your work ended",
    heldWord: "held",
    thenHeld: (n: number) => `then held, untouched, for ${days(n)}`,
    heldNow: "held, untouched",
    deleted: "Everything deleted",
    deletedDone: "Everything was deleted",
    backups: (date: string) => `backups: until ${date}`,
    each: (n: number) => `Each message and file is kept for ${days(n)} at most.`,
    why: (date: string) => `Who decided ${date}`,
    decided: "Who decided this",
    change: "Who can change it",
    both: (name: string, date: string) => `You and ${name}, on ${date}.`,
    closed: (who: "me" | "other", name: string, date: string) =>
      who === "me"
        ? `You, when you closed the work on ${date}.`
        : `${name}, by closing the work on ${date}.`,
    reopened: (name: string, date: string) => `You and ${name}, by going on together on ${date}.`,
    changes: "Sooner, either of you. Later, both.",
    fixed: "Nobody. It has passed.",
    tail: (n: number) =>
      `The server keeps backups for ${days(n)}. After this day no backup holds anything of your work, and nothing in an older one can be read.`,
    tailBy: "The people who run this server chose that; it is the same for everybody here.",
    ask: "Ask to change a date",
  },

  rows: {
    kept: "Where it is kept",
    keptSaid: (n: number) => (n === 1 ? "1 place" : `${n} places`),
    sponsor: (name: string) => `What ${name} sees`,
    sponsorSaid: "Nothing yet",
    sponsorFrom: (date: string) => `The report, from ${date}`,
    sponsorUntil: (date: string) => `The report, until ${date}`,
    report: (name: string) => `Report for ${name}`,
    reportSaid: "Written by both, signed by both",
    notes: (name: string | null) => (name ? `${name}’s private notes` : "Your private notes"),
    notesSaid: (n: number) => (n === 0 ? "None" : n === 1 ? "1 note" : `${n} notes`),
    calls: "Phone calls",
    check: "Spoken check",
    checkSaid: (date: string | null) => (date ? `Done ${date}` : "Ten seconds, on your next call"),
    callsSaid: (n: number) => (n === 0 ? "None noted" : n === 1 ? "1 noted" : `${n} noted`),
    agreement: "Agreement",
    agreementSaid: (date: string, version: number) => `Signed ${date}, version ${version}`,
    receipts: "Deletion receipts",
    receiptsSaid: (n: number) => (n === 0 ? "None yet" : String(n)),
    copy: "Take a copy",
    copySaid: "Messages and files, to your device",
    reopen: (name: string) => `Let ${name} back in`,
    reopenSaid: "Where phone, password and sheet are all lost",
    close: "Close our work",
    closeSaid: "See what would go, and when",
  },

  kept: {
    heading: "Where it is kept",
    place: "Where",
    what: "What is there",
    until: "Until",
    server: (host: string) => `Server ${host}`,
    serverWhat: "Sealed messages and files. The people who run it cannot read them.",
    coachComputer: (name: string) => `${name}’s computer`,
    coachComputerWhat: (name: string) =>
      `A copy that ${name} can read. ${name} has promised in the agreement to delete it on the same day; the server cannot check that.`,
    ownComputer: "Your computer",
    ownComputerWhat:
      "A copy that you can read. You have promised to delete it on the same day; the server cannot check that.",
    browser: "Your browser",
    browserWhat: "What you have open, in memory only.",
    browserUntil: "this page locks",
    clientBrowser: (name: string) => `${name}’s browser`,
    clientBrowserWhat: (name: string) => `What ${name} has open, in memory only.`,
    clientBrowserUntil: "the page there locks",
    backups: "Backups of the server",
    backupsWhat: "Sealed, like the server. What was deleted cannot be read from them.",
    noBackups: "None are made on this server.",
    agreed: "What the agreement names",
    outside: "What either of you saved, printed or photographed is in none of these places.",
  },

  sponsor: {
    heading: (name: string) => (name ? `What ${name} sees` : "What others see"),
    none: "Nobody besides the two of you is named in the agreement, so there is nothing to see.",
    scope: "What the agreement says about it",
    scopeNone: "The agreement allows nothing to be shown.",
  },

  notes: {
    heading: (name: string | null) => (name ? `${name}’s private notes` : "Your private notes"),
    none: (name: string) => `${name} keeps no notes about your work.`,
    some: (name: string, n: number) =>
      `${name} keeps ${lower(counted(n, "note", "notes"))} about your work.`,
    cannot: (others: readonly string[]) =>
      `You can’t read ${others.length ? `them. Neither can ${listed(others)}` : "them"}, and the people who run this server can’t either.`,
    goes: (date: string) => `They are deleted on the same date: ${date}.`,
    counted: "The number comes from the server, which counts them without being able to open them.",
    own: (n: number) =>
      n === 0 ? "You keep no notes here." : `You keep ${lower(counted(n, "note", "notes"))} here.`,
    ownSeen: (name: string) => `${name} sees their number and their date, and nothing else.`,
  },

  check: {
    heading: "Spoken check",
    heard: (name: string, date: string) => `On ${date} you heard ${name}’s voice say it.`,
    theyHeard: (name: string, date: string) => `${name} heard yours on ${date}.`,
    notYet: (name: string) =>
      `Your invitation came from ${name}, and that is how this inbox knows ${name}. A spoken check on your next call makes it certain.`,
    notYetCoach: (name: string) =>
      `${name} came by your invitation, and that is how this inbox knows ${name}. A spoken check on your next call makes it certain.`,
    offer: (name: string) =>
      `On the phone with ${name} now? Ten seconds make it certain that it is ${name} who writes here.`,
    offerDo: "Do the spoken check",
    offerNot: "Not now",
    how: (name: string) => `While you are on the phone with ${name}: press start, both of you.`,
    start: "Start",
    waiting: (name: string) => `Waiting until ${name} has pressed start too`,
    nobody: (name: string) =>
      `It needs both of you at the same moment, and ${name} was not there. Nothing has changed.`,
    again: "Start again",
    read: (name: string) =>
      `${name} reads the first three aloud, you read the last three. The same?`,
    readCoach: (name: string) =>
      `You read the first three aloud, ${name} reads the last three. The same?`,
    same: "Yes, the same",
    different: "No",
    done: (name: string) => `Done. You have heard ${name}’s voice say it.`,
    stopHere: (name: string) =>
      `Stop writing here. Ring ${name} on a number you already have, and show ${name} this page.`,
    forOperator: "For whoever looks into it",
    forOperatorText:
      "The two inboxes know one of these two people by different signatures, or a number was changed on its way between them. Somebody who runs the server, or has taken it over, can do that; a mistake in typing cannot.",
  },

  calls: {
    heading: "Phone calls",
    lead: "What is said on the phone is covered by the agreement too. Nothing is recorded.",
    numbers: "Numbers agreed on",
    numbersNone: "The agreement names no personal numbers.",
    ending: (number: string) => `ending ${number.replace(/\D/g, "").slice(-2)}`,
    work: (name: string, number: string) =>
      `${name}’s number ending ${number.replace(/\D/g, "").slice(-2)} is a work number.`,
    workMine: (number: string) =>
      `Your number ending ${number.replace(/\D/g, "").slice(-2)} is a work number.`,
    workWhy: "Whoever looks after work telephones can see who calls whom, and when.",
    list: "Calls noted",
    none: "Neither of you has noted a call yet.",
    minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
    byMe: "Noted by you",
    by: (name: string) => `Noted by ${name}`,
    add: "Note a call",
    addLead: (name: string) => `${name} sees it too. It is deleted like a message.`,
    day: "Day",
    time: "Time",
    length: "Minutes",
    lengthHint: "From 1 to 1,440.",
    word: "A word for both of you",
    wordHint: "May stay empty.",
    save: "Note it",
    saving: "Noting the call",
    done: "Noted, for both of you.",
    mine: "For you alone",
    mineAdd: "Note something for yourself",
    mineOf: (when: string) => `about the call of ${when}`,
    mineLabel: "A note for yourself",
    mineHint: (name: string) => `${name} can’t read it. It is deleted with the call at the latest.`,
    mineHintCoach: (name: string) =>
      `${name} can’t read it, and sees that there is one note more. It is deleted with the call at the latest.`,
    mineSave: "Keep it",
    mineSaving: "Sealing the note",
    mineSaved: "Kept, for you alone.",
    mineChange: "Change",
    mineDelete: "Delete",
    mineDeleted: "Deleted.",
    mineUnsent: "What you typed is kept for seven days, sealed, wherever you open this inbox.",
    mineEmpty: "Please write something first.",
    mineLong: "This is too long for one note.",
    faults: {
      day: "Please choose the day of the call.",
      time: "Please give the time, such as 14:30.",
      future: "A call can be noted once it is over.",
      minutes: "Please give whole minutes, from 1 to 1,440.",
    },
  },

  agreement: {
    heading: "Agreement",
    inForce: (version: number) => `Version ${version}, in force`,
    earlier: "Earlier versions",
    version: (version: number) => `Version ${version}`,
    signatures: "Signed",
    signed: (date: string) => `Signed on ${date}`,
    signedUndated: "Signed",
    facts: "What the server holds you both to",
    text: "The text",
    textGone: "The text of this version is not kept here any more.",
    print: "Print",
    paper: (date: string) => `Please destroy this paper by ${date}.`,
    lines: {
      work: "The work ends",
      hold: "Held after that",
      holdNone: "Not at all",
      deleted: "Everything is deleted",
      each: "Each message and file",
      eachDays: (n: number) => `Kept for ${days(n)} at most`,
      eachWhole: "Kept until everything is deleted",
      recall: "Taking back what you wrote",
      recallYes: "Each of you can delete for both what you wrote yourself",
      recallNo: "Each of you can delete only your own copy",
      marks: "Whether it was read",
      marksYes:
        "Each of you sees whether the other has opened a message; and the day, where it is deleted some days after that",
      marksNo: "Neither of you sees it, as long as a message is kept",
      refused: "Work mail",
      refusedWhat: (domains: readonly string[]) =>
        `Nothing is sent to addresses at ${domains.join(" or ")}, and nothing is taken from them`,
      refusedNone: "No addresses are named",
      places: "Where it is kept",
      phones: "Personal numbers",
      phonesNone: "None named",
      sponsor: (name: string) => (name ? `What ${name} sees` : "Others see"),
      sponsorNothing: "Nothing",
      calls: "Calls in a report",
      callsSaid: "Their number and days may be named",
    },
  },

  change: {
    heading: "A change is proposed",
    headingMine: "The change you proposed",
    by: (name: string, date: string) =>
      `${name} proposed this on ${date}. Nothing changes unless you agree.`,
    byMe: (name: string, date: string) =>
      `You proposed this on ${date}. It takes effect once ${name} agrees.`,
    silence: "Saying nothing changes nothing: the old dates stand.",
    sentences: "What would be different",
    same: "No other date or rule is different. The wording may be: read the whole agreement.",
    onlyText: "Every date stays as it is. Only the wording of the agreement is new.",
    hold: (now: string, before: string) => `Held for ${now} instead of ${before}.`,
    none: "no time at all",
    days,
    workLater: (now: string, before: string) =>
      `Your work ends on ${now} instead of ${before}: later.`,
    workSooner: (now: string, before: string) =>
      `Your work ends on ${now} instead of ${before}: sooner.`,
    deletedLater: (now: string, before: string) =>
      `What you write from then on is deleted on ${now} at the latest, instead of ${before}. What is here already keeps its date.`,
    deletedSooner: (now: string, before: string) =>
      `Everything is deleted on ${now} instead of ${before}, what is here already included.`,
    each: (now: string, before: string) =>
      `Each message is kept for ${now} at most, instead of ${before}.`,
    eachWhole: "the whole time",
    recall: (yes: boolean) =>
      yes
        ? "From now on each of you could delete for both what you wrote yourself."
        : "From now on each of you could delete only your own copy.",
    marks: (yes: boolean) =>
      yes
        ? "From now on each of you would see whether the other has opened a message."
        : "From now on neither of you would see whether the other has opened a message.",
    domains: (names: readonly string[]) =>
      names.length
        ? `Work mail that is kept out: ${names.join(", ")}.`
        : "No work mail is kept out any more.",
    places: (names: readonly string[]) => `Kept at: ${names.join("; ")}.`,
    phones: (numbers: readonly string[]) =>
      numbers.length
        ? `Personal numbers agreed: ${listed(ending(numbers))}.`
        : "No personal numbers are agreed any more.",
    coachsWork: (numbers: readonly string[]) =>
      numbers.length
        ? `Named as work numbers of the coach: ${listed(ending(numbers))}.`
        : "No number is named as a work number of the coach any more.",
    clientsWork: (numbers: readonly string[]) =>
      numbers.length
        ? `Named as work numbers of the client: ${listed(ending(numbers))}.`
        : "No number is named as a work number of the client any more.",
    sponsor: (name: string, scope: string) =>
      name ? `${name} would be shown: ${scope || "nothing"}.` : "No sponsor is named any more.",
    calls: (yes: boolean) =>
      yes
        ? "A report could name the number and days of your calls."
        : "A report could not name your calls any more.",
    keep: (n: number, date: string) =>
      `${counted(n, "message is", "messages are")} kept until ${date}, instead of going earlier.`,
    subject: (subject: string) => `“${subject || "No subject"}”`,
    keepUnknown: (n: number) => `${counted(n, "of them is", "of them are")} not on this page.`,
    reopen: (date: string) =>
      `Your work goes on until ${date}, and you can write to each other again.`,
    reopenRest: "What was deleted or brought forward stays so.",
    agree: "Agree",
    agreeing: "Signing",
    agreed: "Agreed. It is signed by both of you now.",
    decline: "Don’t agree",
    declining: "Sending your answer",
    declined: (name: string) => `Not agreed. ${name} will see that, and the old dates stand.`,
    withdraw: "Withdraw it",
    withdrawn: "Withdrawn. The old dates stand.",
    ask: (name: string) => `Ask ${name}`,
    states: {
      declined: (name: string) => `${name} did not agree to this. The old dates stand.`,
      declinedByMe: "You did not agree to this. The old dates stand.",
      overtaken: "Something else was signed meanwhile, so this would have to be proposed again.",
    },
    whole: "Read the whole agreement as it would be",
    none2: "Nothing waits for your answer.",
    note: (name: string) => `${name} writes`,
    card: (name: string) => `${name} asks you to agree to a change.`,
    cardLook: "Look at it",
  },

  dates: {
    heading: "Ask to change a date",
    lead: "Sooner, either of you can decide alone. Later, both of you have to sign.",
    sooner: "Sooner",
    soonerWhat: (name: string) =>
      `You can end the work, or have everything deleted earlier, without asking ${name}. You see first what would go.`,
    soonerOne: "A single message goes sooner with “Change” under its text.",
    soonerDo: "See what would go",
    pause:
      "A pause moves no date. While you do not meet, every date here stands, unless both of you sign another.",
    keep: "Keep some messages longer",
    keepWhat: (name: string, date: string) =>
      `${name} has to agree. Nothing can be kept beyond ${date}, when everything is deleted.`,
    keepChoose: "Messages that go before that day",
    keepNone: "No message here goes before that day, so there is nothing to keep longer.",
    keepUntil: "Keep them until",
    keepUntilHint: (latest: string) => `A day up to ${latest}.`,
    keepGoes: (date: string) => `goes on ${date}`,
    keepDo: (name: string) => `Ask ${name}`,
    keepMissing: "Please choose at least one message.",
    keepWrong: (latest: string) =>
      `Please choose a day after the dates of these messages, up to ${latest}.`,
    later: "A later end",
    laterAsk: (name: string) =>
      `${name} can propose an agreement with later dates, which then needs your signature. Write and ask.`,
    laterAskDo: (name: string) => `Write to ${name}`,
    laterPropose: (name: string) =>
      `Propose the agreement anew, with other dates. It takes effect once ${name} has signed it.`,
    laterDo: "Propose other dates",
    reopen: "Go on together",
    reopenWhat: (name: string) =>
      `The work has ended and is held. If ${name} agrees, you can write to each other again.`,
    reopenUntil: "The work then ends on",
    reopenHint: (latest: string) => `A day from tomorrow, up to ${latest}.`,
    reopenWrong: (latest: string) => `Please choose a day from tomorrow, up to ${latest}.`,
    reopenDo: (name: string) => `Ask ${name} to go on`,
    sent: (name: string) => `Asked. It takes effect once ${name} agrees.`,
    sending: "Asking",
    work: "The work ends on",
    hold: "Held after that, in days",
    holdHint: "From 0 to 3,650.",
    each: "Longest time for a single message, in days",
    eachHint: "0: until everything is deleted.",
    text: "The text of the agreement",
    textHint: "Change it where it names a date.",
    note: (name: string) => `A word to ${name}`,
    proposeDo: (name: string) => `Propose it to ${name}`,
    faults: {
      work: "Please choose a day from tomorrow.",
      days: "Please give whole days, from 0 to 3,650.",
      text: "Please keep a text that says what you agree.",
      nothing: "Nothing is different from the agreement in force.",
    },
  },

  copy: "Take a copy",
  between: (one: string, other: string) => `${one} and ${other}`,

  close: {
    heading: (name: string) => `Closing your work with ${name}`,
    loading: "Counting what is here",
    remains: "What remains here",
    copyFirst: "Take a copy first, if you want one.",
    copyDo: "Take a copy",
    when: "When it goes",
    hold: (date: string) => `Hold it until ${date}`,
    holdHint: "As you both agreed. Nobody needs to do anything.",
    soon: (date: string) => `Let it go on ${date}`,
    soonHint: (name: string) => `The earliest day: ${name} has a week to take a copy.`,
    other: "Another day between",
    otherLabel: "Everything is deleted on",
    otherHint: (from: string, to: string) => `A day from ${from} to ${to}.`,
    otherWrong: (from: string, to: string) => `Please choose a day from ${from} to ${to}.`,
    mine: "Delete my own copies right away",
    mineHint: (name: string) => `${name}’s stay until that day.`,
    next: "See exactly what happens",
    nothingYet: "Nothing is closed or deleted on this page.",
    sure: "Exactly this will happen",
    stops: (name: string) =>
      `From now on neither you nor ${name} can write here. Mail to this inbox is turned away.`,
    reads: (date: string) => `Reading and saving go on until ${date}.`,
    mineNow: (what: string) => `Your own copies go now: ${what}.`,
    goes: (date: string, what: string) => `On ${date} everything goes: ${what}.`,
    goesElse:
      "The agreement, its signatures and this inbox go with it. Receipts stay a little longer.",
    backups: (date: string) => `The last backup is gone by ${date}.`,
    told: (name: string) => `${name} is told of it at once.`,
    back: (name: string) => `Going on again is possible until then, if both you and ${name} sign.`,
    backNot: "What has gone by then does not come back.",
    doHold: "Close our work",
    doGo: "Close our work and let it go",
    doing: "Signing",
    done: (date: string) => `Closed. Everything here is held until ${date}, then deleted.`,
    change: "Change something",
    already: (date: string) =>
      `Your work has ended. Everything is held until ${date}, then deleted.`,
    alreadyGo: "Go on together",
    parts: (
      remains: { messages: number; files: number; bytes: number; calls: number },
      notes: number,
    ) =>
      listed([
        remains.messages === 1 ? "1 message" : `${remains.messages} messages`,
        ...(remains.files
          ? [
              `${remains.files === 1 ? "1 file" : `${remains.files} files`} (${size(remains.bytes)})`,
            ]
          : []),
        ...(remains.calls
          ? [remains.calls === 1 ? "1 noted call" : `${remains.calls} noted calls`]
          : []),
        ...(notes ? [notes === 1 ? "1 private note" : `${notes} private notes`] : []),
      ]),
    kinds: {
      messages: "Messages",
      files: "Files",
      calls: "Calls noted",
      notes: (name: string | null) => (name ? `${name}’s private notes` : "Your private notes"),
      agreement: "Signed agreement",
    },
    unread: (n: number) => `${n} unread`,
  },
});
