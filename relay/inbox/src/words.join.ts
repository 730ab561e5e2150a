/** The words of joining: what is agreed to, the password, the recovery sheet. Only somebody who was invited loads them. */

import { said } from "./language.ts";

export const joinWords = said("join", {
  opening: "Opening the invitation",
  notOpened: "The invitation could not be opened",
  from: (name: string) => `${name} has opened a private inbox for the two of you`,
  again: (name: string) => `${name} reopens your inbox for you`,
  againUntil: (name: string, date: string) =>
    `Your conversation comes back after a telephone call with ${name}. The invitation stays open until ${date}.`,
  agreed: "What you two have agreed",
  agreeing: "What you are agreeing to",
  lines: {
    kept: "Kept here",
    keptWhat:
      "The messages and files that you two write. Everybody else, this server’s people included, sees only that something is there.",
    where: "Where",
    during: "While you work together",
    until: (date: string) => `Until ${date}.`,
    untilEach: (date: string, days: number) =>
      `Until ${date}. Each message and file is kept for ${days === 1 ? "one day" : `${days} days`} at most.`,
    after: "After that",
    held: (days: number, date: string) =>
      days === 0
        ? `Nothing is held back. Everything is deleted on ${date}.`
        : `Held, untouched, for ${days === 1 ? "one day" : `${days} days`}. Everything is deleted on ${date}.`,
    sponsor: (name: string) => (name ? `${name} sees` : "Others see"),
    nothing: "Nothing.",
    calls: "A report may name the number and days of your calls.",
    mail: "Work mail",
    mailWhat: (domains: readonly string[]) =>
      `Nothing is sent to addresses at ${domains.join(" or ")}, and nothing is taken from them.`,
    recall: "Taking back",
    recallYes: "Each of you can delete for both what you wrote yourself.",
    recallNo: "Each of you can delete only your own copy.",
    marks: "Whether it was read",
    marksYes:
      "Each of you sees whether the other has opened a message. Where it is deleted some days after that, its writer sees the day, too.",
    marksNo: "Neither of you sees it, as long as a message is kept.",
    talk: "You talk",
    talkHere: "Here.",
    talkPhone: (numbers: readonly string[]) =>
      `Here, and by phone on personal numbers (${numbers.map((n) => `ending ${n.slice(-2)}`).join(", ")}).`,
  },
  full: "Read the whole agreement",
  ask: (name: string) => `Ask ${name} to change something`,
  no: "No thank you",
  until: (_name: string, date: string) => `The invitation stays open until ${date}.`,
  nameLabel: "Your name",
  signLabel: "Type your name to sign",
  signHint: "As you would write it under a letter.",
  signMissing: "Please type your name.",
  sign: "Sign",
  opens: "How you will open it",
  opensLead: (name: string) =>
    `Nobody can look this up for you. If you ever lose it, use the recovery sheet on the next page, or ${name} can help you back in.`,
  choosePassword: "Choose a password",
  choosePasswordHint: "Five words made for you, or your own.",
  deviceAsks: "Your device is asking.",
  inboxName: "Your inbox name",
  inboxNameHint: "You type it together with the password. Your browser can remember it.",
  which: "Your password",
  offered: "Use these five words",
  offeredHint: "Made just now, for you alone. Spaces between the words, small letters.",
  own: "Choose my own",
  ownHint: "12 characters or more. Several words are easiest.",
  password: "Password",
  next: "Continue",
  faults: {
    short: "Please use 12 characters or more.",
    long: "Please use at most 1,024 characters.",
    common: "That one is on the list of common passwords. Please choose another.",
    name: "A name alone is too easy to guess. Please choose another.",
  },
  sheet: "Your recovery sheet",
  sheetLead: "For the drawer, not the phone. With it you can get in again if the password is lost.",
  sheetLeadDevice:
    "For the drawer, not the phone. With it you can get in again if the device is lost.",
  sheetDigits: "Recovery digits",
  group: (n: number) => `Group ${n}`,
  squareHow: "The square holds the same digits. Only the page “Can’t get in?” should read it.",
  address: "Address",
  print: "Print",
  save: "Save as a file",
  saved: "Saved.",
  fileName: "recovery-sheet.txt",
  tick: "I have put it somewhere safe",
  finishHint: "Print, save or copy the sheet, then tick the line above.",
  finish: "Finish",
  finishing: "Setting up your inbox. About five seconds.",
  taken:
    "Somebody has just taken that inbox name. Here is a new one, with a new sheet. Please throw the other sheet away.",
  paperTitle: "Recovery sheet",
  paperDate: (date: string) => `Made on ${date}`,
  paperHow:
    "To get in: open the address, choose “Can’t get in?”, then type the inbox name and the six groups.",
  paperDesk: "Not for the desk drawer at work.",
  states: {
    used: (name: string) => ({
      heading: "This invitation has been used",
      why: `If that was you, open your inbox. If it was not, ring ${name} now.`,
    }),
    usedOpen: "Open your inbox",
    old: (name: string) => ({
      heading: "This invitation is too old",
      why: `It was good for a limited time. Ring ${name} and ask for a new one.`,
    }),
    withdrawn: (name: string) => ({
      heading: "This invitation was taken back",
      why: `Ring ${name} if you think that is a mistake.`,
    }),
    declined: (name: string) => ({
      heading: "This invitation has ended",
      why: `Somebody who had this link has ended it. If you would like a new one, or it was not you, ring ${name}.`,
    }),
    unknown: (name: string) => ({
      heading: "This link opens nothing here",
      why: `It may have been changed on its way, or replaced by a newer one. Ring ${name} and ask for it again.`,
    }),
    somebody: "the person who invited you",
  },
});
