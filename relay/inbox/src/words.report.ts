/** The words of the report's pages in the inbox: writing it, signing it, letting it out, and what the sponsor sees of it. */

import { said } from "./language.ts";
import { number } from "./written.ts";

export const reportWords = said("report", {
  heading: (sponsor: string) => `Report for ${sponsor}`,
  loading: "Opening the report",
  lead: (sponsor: string) =>
    `You both write it. ${sponsor} sees it only when you have both signed and it has been released.`,
  none: "Nothing has been written yet.",
  begin: "Write the report",
  edit: "Change the report",
  up: "Report",

  version: (n: number, mine: boolean, name: string, date: string) =>
    mine
      ? `Version ${n}, written by you on ${date}.`
      : `Version ${n}, written by ${name} on ${date}.`,
  changed: "What has changed",
  changedBy: (mine: boolean, name: string, date: string) =>
    mine ? `You changed on ${date}` : `${name} changed on ${date}`,
  first: (mine: boolean, name: string, date: string) =>
    mine
      ? `You wrote the first version on ${date}.`
      : `${name} wrote the first version on ${date}.`,
  before: "Before",
  now: "Now",
  removed: "Taken out",
  fields: {
    period: "Period",
    person: "Who reads it there",
    goal: (n: number) => `Goal ${n}`,
    how: (n: number) => `Goal ${n}, how you will know`,
    where: (n: number) => `Goal ${n}, where it stands`,
    own: (name: string) => `In the words of ${name}`,
    next: "What is next",
    calls: "Calls",
  },
  beside: (mine: boolean, name: string) =>
    mine
      ? "You wrote another version at the same moment. None of it was taken over."
      : `${name} wrote another version at the same moment. None of it was taken over.`,
  besideLook: "Show what differs",

  signed: {
    none: "Nobody has signed this version.",
    coachWaits: (name: string) =>
      `${name} has not signed this version yet. Nothing leaves before both.`,
    coachMine: (date: string) => `You signed this version on ${date}.`,
    coach: (name: string, date: string) => `${name} signed this version on ${date}.`,
    window: (until: string) => `It may be released until ${until} at the latest.`,
    windowFrom: (from: string, until: string) => `It may be released from ${from} until ${until}.`,
    clientWaits: (name: string) => `${name} reads it next, and decides.`,
    client: (mine: boolean, name: string, date: string) =>
      mine ? `You signed it on ${date}.` : `${name} signed it on ${date}.`,
    dropped: {
      me: "You had signed the version before. The change ended that signature.",
      other: (name: string) =>
        `${name} had signed the version before. The change ended that signature.`,
      both: "You had both signed the version before. The change ended both signatures.",
    },
  },
  answered: {
    declined: (mine: boolean, name: string, date: string) =>
      mine
        ? `You chose not to release this version on ${date}.`
        : `${name} chose not to release this version on ${date}.`,
    change: (mine: boolean, name: string, date: string) =>
      mine ? `You asked for a change on ${date}.` : `${name} asked for a change on ${date}.`,
  },
  released: {
    waiting: (sponsor: string, when: string) => `${sponsor} gets the report ${when}.`,
    earlier: (sponsor: string) =>
      `Until then ${sponsor} can read the report that was released before.`,
    open: (sponsor: string, until: string) => `${sponsor} can read the report until ${until}.`,
    ended: (sponsor: string, until: string) =>
      `${sponsor} could read the report until ${until}. It is gone there.`,
    closed: (sponsor: string) =>
      `The way in was closed or given to somebody else. ${sponsor} sees nothing.`,
    withdrawn: (mine: boolean, name: string, date: string) =>
      mine ? `You withdrew the report on ${date}.` : `${name} withdrew the report on ${date}.`,
    newer: "What is released stays as it was until you sign again.",
    newerCoach: (name: string) => `What is released stays as it was until ${name} signs again.`,
    unconfirmed:
      "Not yet confirmed: one of the places that guard the dates has not answered. It is asked again until it has.",
    at: (day: string, hour: string) => `on ${day} at ${hour}`,
    cancel: "Cancel",
    cancelled: "Cancelled. Nothing is released.",
    withdraw: "Withdraw",
    withdrawHeading: (sponsor: string) => `Withdraw the report from ${sponsor}`,
    withdrawText: (sponsor: string) =>
      `${sponsor}’s page will say that there is no report at present. If someone printed it, that stays with them.`,
    withdrawing: "Withdrawing",
    done: "Withdrawn.",
    see: (sponsor: string) => `See what ${sponsor} sees`,
  },

  form: {
    heading: "Change the report",
    headingFirst: "Write the report",
    lead: (name: string) => `${name} sees what you change. Nothing leaves from here.`,
    ends: (who: "me" | "other" | "both", name: string) =>
      who === "both"
        ? "You have both signed. A change ends both signatures."
        : who === "me"
          ? "You have signed. A change ends your signature."
          : `${name} has signed. A change ends that signature.`,
    from: "From",
    until: "Until, that day included",
    person: "Who reads it there",
    personHint: (sponsor: string) =>
      `A person at ${sponsor}. It names a person, so another one needs new signatures.`,
    goal: (n: number) => `Goal ${n}`,
    how: "How you will know",
    where: "Where it stands",
    add: "Add a goal",
    remove: (n: number) => `Take out goal ${n}`,
    next: "What is next",
    calls: (n: number) =>
      n === 1 ? "Name the one call and its day" : `Name all ${n} calls and their days`,
    callsHint: "The agreement allows it. They are those that you both noted here.",
    save: (name: string) => `Give it to ${name}`,
    saving: "Saving",
    saved: "Saved. You both have it.",
    leave: "Leave it as it was",
    faults: {
      period: "Please choose two days, the first before the last.",
      goal: "Please say what the goal is, or take it out.",
      long: "This is too long for a report.",
      sign: "This holds a sign that cannot be seen or that turns the direction of writing. Please type it again.",
    },
    changed: (name: string) =>
      `${name} wrote a version meanwhile. What you typed is kept here. Look at it, then write yours on it.`,
    take: (name: string) => `Write mine on ${name}’s version`,
  },

  review: {
    bar: (sponsor: string) => `This is exactly what ${sponsor} will see. Nothing else.`,
    open: (sponsor: string) => `Read it as ${sponsor} will`,
    heading: "Read and decide",
    words: (n: number) => (n === 1 ? "One word" : `${number(n)} words`),
    without: (count: string, calls: boolean) =>
      calls
        ? `${count}, no messages, no notes. The calls are named.`
        : `${count}, no messages, no notes, no call list.`,
    who: "Who",
    nobody: (sponsor: string) => `Whoever ${sponsor} gives the link to`,
    person: (person: string, sponsor: string) => `${person}, ${sponsor}`,
    until: "Until",
    change: "Change",
    name: "Type your name to sign",
    nameWrong: (name: string) => `Please type your name as it stands in the report: ${name}.`,
    tomorrow: "Release tomorrow at 09:00",
    onDay: (day: string) => `Release on ${day} at 09:00`,
    now: "Release now instead",
    nowOnly: "Release now",
    releasing: "Signing and releasing",
    ask: (name: string) => `Ask ${name} to change something`,
    askLabel: (name: string) => `What should ${name} change?`,
    send: "Ask",
    asked: (name: string) => `${name} has been asked.`,
    decline: "Don’t release",
    declineHeading: "Don’t release this version",
    declineText: (name: string, sponsor: string) =>
      `${name} is told, nobody else. ${sponsor} sees no difference between this and a report that was never written.`,
    declined: (name: string) => `${name} has been told. Nothing leaves.`,
    dates: "Please choose a day that lies ahead and within the dates that were signed.",
    stale:
      "The agreement or the names have changed since this was written. Please write a new version first.",
  },

  sign: {
    heading: "Sign",
    lead: (name: string) =>
      `${name} signs after you and decides whether it leaves, and when, between these days.`,
    from: "Not before",
    until: "Gone on",
    person: "Please name who reads it there before you sign: the signature is for that person.",
    go: "Sign",
    signing: "Signing",
    dates: (latest: string) => `Please choose days that lie ahead, until ${latest} at the latest.`,
    wayHeading: (person: string) => `The way in for ${person}`,
    wayLead: (person: string) =>
      `Give ${person} the link and the digits by two different ways, for example a letter and a call. Until the report is released they open nothing.`,
    once: "The digits are shown this once. New ones can be made at any time.",
    link: "Link",
    digits: "Six digits",
    copyLink: "Copy the link",
    copyDigits: "Copy the digits",
    again: "Show the link with new digits",
    againText: "The digits that were given before stop working.",
    making: "Making new digits",
  },

  seen: {
    heading: (sponsor: string) => `What ${sponsor} sees`,
    looking: "Looking",
    nothing: "Nothing. You have released nothing.",
    nothingCoach: (name: string) => `Nothing. ${name} has released nothing.`,
    withdrawn: "Nothing. The report was withdrawn.",
    ended: "Nothing. The report has ended.",
    closed: "Nothing. The way in was closed or given to somebody else.",
    waiting: (when: string) => `Nothing until ${when}.`,
    live: (sponsor: string) =>
      `This is ${sponsor}’s page at this moment, from the same bytes that the server gives there. Whether it was opened is recorded nowhere.`,
    page: (sentence: string) => `The page says: “${sentence}”`,
  },

  leaving: {
    card: (sponsor: string, when: string) => `${sponsor} gets your report ${when}.`,
    cardCoach: (sponsor: string, name: string, when: string) =>
      `${sponsor} gets the report ${when}. ${name} can cancel until then.`,
  },
});
