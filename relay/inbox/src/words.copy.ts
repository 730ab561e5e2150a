/** The words of copies that leave the inbox: of everything, of chosen conversations, and of one message; and of opening one that is locked. */

import { said } from "./language.ts";
import { size } from "./words.ts";

export const copyWords = said("copy", {
  lead: (date: string) => `A copy is yours. It will not be deleted for you on ${date}.`,
  plain:
    "It is not locked. Keep it where only you can read it, or lock it with a program of yours.",
  done: "Saved outside this inbox. It will not be deleted for you.",
  stopped: "Stopped. Nothing was saved.",
  filesHead: "Files",
  destroy: (date: string) => `Please destroy this file by ${date}.`,
  files: (names: readonly string[]) => `Files: ${names.join(", ")}`,

  heading: "Take a copy",
  taken: (date: string, chosen: boolean, n: number) =>
    `You took a copy on ${date}${chosen ? ", of chosen conversations" : ""}${n > 1 ? `, the last of ${n}` : ""}. Only you see this line.`,
  what: "What goes into it",
  all: "Everything",
  allHint: (coach: boolean) =>
    coach
      ? "Messages, files, the agreement, the receipts, calls, your notes and the report."
      : "Messages, files, the agreement, the receipts, calls and the report.",
  some: "Conversations that I choose",
  someHint: "Their messages and files, and nothing else.",
  finding: "Looking for your conversations",
  whichOnes: "Conversations",
  thread: (messages: number, files: number, day: string) =>
    [
      messages === 1 ? "One message" : `${messages} messages`,
      files === 0 ? "" : files === 1 ? "one file" : `${files} files`,
      `last ${day}`,
    ]
      .filter(Boolean)
      .join(", "),
  more: (n: number) => `Show ${n} more`,
  chooseOne: "Please choose one at least.",
  who: "Who can open it",
  locked: "Whoever has its password",
  lockedHint:
    "Recommended. The file gets a password of its own, which opens nothing else. Nobody can look it up for you.",
  password: "Password of the copy",
  passwordHint: "12 characters or more.",
  faults: {
    short: "Please use 12 characters or more.",
    long: "Please use at most 1,024 characters.",
    common: "That one is on the list of common passwords. Please choose another.",
    name: "A name alone is too easy to guess. Please choose another.",
  },
  open: "Whoever has the file",
  openHint: "Keep it where only you can read it.",
  make: "Make the copy",
  made: "This browser makes it; the server learns nothing of it but that messages and files were read.",
  read: "Unpack it and open the page open-me.html: any browser shows it without a network, with a search.",
  readLocked:
    "To read it, choose “Open a locked copy” below, or on the locked page under “Can’t get in?”. The command “mailbox export open” opens it too, without any server. What comes out is a ZIP with a page open-me.html.",
  preparing: "Making the lock. About two seconds.",
  saving: (done: number, total: number) =>
    `${done} of ${total === 1 ? "one message" : `${total} messages`}`,
  fetching: (name: string, done: number, total: number) =>
    `${name}: ${size(done)} of ${size(total)}`,
  paused: "Stopped. What was made so far waits while this page stays open.",
  broke: "What was made so far waits while this page stays open.",
  goOn: "Go on",
  giveUp: "Give it up",
  notWritten: "The file could not be written. Is there room for it? Nothing was saved.",
  inIt: (messages: number, files: number) =>
    `${messages === 1 ? "One message" : `${messages} messages`} and ${files === 0 ? "no files" : files === 1 ? "one file" : `${files} files`}.`,
  left: "Not in it:",
  leftMessage: "a message",
  leftMore: (n: number) => (n === 1 ? "and one more, named in it" : `and ${n} more, named in it`),
  fileName: (day: string) => `our-work-${day}`,
  search: "Search",
  title: "Our messages",
  people: (one: string, other: string) => `${one} and ${other}`,

  back: {
    heading: "Open a locked copy",
    lead: "This browser opens it. Nothing of it goes to the server, and no inbox has to be open.",
    file: "The copy, a file that ends in .qba",
    fileMissing: "Please choose the file.",
    password: "Its password",
    passwordMissing: "Please type the password of the copy.",
    wrong: "That password does not open this copy. Check capitals.",
    none: "That file is not a locked copy.",
    changed: "This copy was changed, or a part of it is missing. Nothing was saved.",
    act: "Open it",
    opening: "Opening. About two seconds.",
    writing: (done: string, total: string) => `${done} of ${total}`,
    done: "Saved as a ZIP without a lock. Unpack it and open the page open-me.html. Keep it where only you can read it.",
  },

  one: {
    heading: "Keep a copy",
    page: "It is one page that any browser shows without a network. This browser makes it; the server learns nothing of it.",
    withFiles:
      "It is one file with what came along. Unpack it and open the page open-me.html: any browser shows it without a network.",
    act: "Save the copy",
    title: "A message",
    fileName: (day: string) => `message-${day}`,
  },
});
