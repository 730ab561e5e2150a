/** The words of choosing several messages, which nobody needs before *Select* is pressed. */

import { said } from "./language.ts";
import { MOST_CHOSEN } from "./selecting.ts";

export const selectWords = said("select", {
  region: "Chosen messages",
  chosen: (n: number) => (n === 0 ? "None chosen" : `${n} chosen`),
  most: `No more than ${MOST_CHOSEN} at a time.`,
  done: "Done",
  markRead: "Mark read",
  markUnread: "Mark unread",
  keepCopy: "Keep a copy",
  remove: "Delete",
  read: (n: number) =>
    n === 1
      ? "Marked read. Nobody else is told."
      : `${n} messages marked read. Nobody else is told.`,
  unread: (n: number) =>
    n === 1
      ? "Unread again in your inbox. Nobody else is told."
      : `${n} messages are unread again in your inbox. Nobody else is told.`,
  removing: {
    heading: (n: number) => (n === 1 ? "Delete one message" : `Delete ${n} messages`),
    mine: (n: number) => (n === 1 ? "Your copy goes now." : "Your copies go now."),
    unread: (n: number, all: number) =>
      all === 1
        ? "You have not read it."
        : n === 1
          ? "One of them is unread."
          : `${n} of them are unread.`,
    theirs: (name: string, n: number, date: string) =>
      n === 1
        ? `${name}’s stays until ${date}.`
        : `${name}’s stay, the last of them until ${date}.`,
    alone: (name: string, n: number, all: number) =>
      n === all
        ? `${name} has never had one.`
        : n === 1
          ? `${name} has never had a copy of one of them.`
          : `${name} has never had a copy of ${n} of them.`,
    both: "What you wrote can be deleted for both of you where you open it.",
    act: (n: number) => (n === 1 ? "Delete my copy" : `Delete my ${n} copies`),
  },
  keeping: {
    heading: (n: number) => (n === 1 ? "Keep a copy" : `Keep a copy of ${n} messages`),
    lead: (date: string) =>
      `A copy is yours, and nobody deletes it for you. Here the first of these messages goes on ${date}.`,
    form: "It is a page that any browser shows without a network. With files it comes as one file to unpack. This browser makes it; the server learns nothing of it but that messages and files were read.",
    left: (n: number) =>
      n === 1
        ? "One message that could not be opened is not in it."
        : `${n} messages that could not be opened are not in it.`,
    title: "Chosen messages",
    fileName: (day: string) => `messages-${day}`,
  },
});
