/** The words of reading a message and its files, which nobody needs before one is opened. */

import { said } from "./language.ts";
import { counted, lower } from "./words.ts";

/** Who has read it: the other person by name, null: you. */
type Reader = string | null;

const hasRead = (reader: Reader) => (reader ? `${reader} has read it` : "you have read it");
const wholeDays = (days: number) => lower(counted(days, "whole day", "whole days"));

export const readWords = said("read", {
  read: {
    title: "Message",
    loading: "Opening the message",
    to: (name: string) => `to ${name}`,
    toYou: "you",
    you: "You",
    opened: (name: string) => `${name} has opened it`,
    notOpened: (name: string) => `${name} has not opened it yet`,
    kept: (date: string, alone: boolean) =>
      alone ? `Kept until ${date}. Only you have it here.` : `Kept until ${date}, for both of you.`,
    soon: (line: string, alone: boolean) =>
      alone ? `${line}. Only you have it here.` : `${line}, for both of you.`,
    orRead: (date: string, days: number, reader: Reader) =>
      `Kept until ${date}, or ${lower(counted(days, "day", "days"))} after ${hasRead(reader)}.`,
    sinceRead: (date: string, days: number, reader: Reader) =>
      `Deleted on ${date}, ${wholeDays(days)} after ${hasRead(reader)}.`,
    soonSinceRead: (line: string, days: number, reader: Reader) =>
      `${line}, ${wholeDays(days)} after ${hasRead(reader)}.`,
    readShows: (name: string) =>
      `${name} asked for this, and sees by its date on which day you opened it.`,
    change: "Change",
    reply: "Reply",
    print: "Print",
    keepCopy: "Keep a copy",
    remove: "Delete",
    markUnread: "Mark unread",
    unreadAgain: "Unread again in your inbox. Nobody else is told.",
    gone: "This was deleted just now, as agreed.",
    goneBefore: "This message is no longer kept here.",
    failed: (name: string, code: string) =>
      `This message could not be opened here. ${name} can send it again. If you ask, mention ${code}.`,
    gap: (name: string) => `Something that ${name} wrote before this has not arrived.`,
    gapMine: "Something that you wrote before this is not here.",
    between: (one: string, other: string) => `${one} and ${other}`,
    unfold: (who: string, when: string) => `Show what ${who} wrote on ${when}`,
  },

  /** Of a message that could not be opened. */
  ask: {
    act: (name: string) => `Ask ${name}`,
    subject: "A message that I cannot open",
    text: (day: string, code: string) =>
      `I cannot open your message of ${day}. Would you send it again? (${code})`,
  },

  file: {
    heading: "Files",
    look: "Look",
    lookAt: (name: string) => `Look at ${name}`,
    save: "Save",
    saveFile: (name: string) => `Save ${name}`,
    stop: "Stop",
    progress: (done: string, total: string) => `${done} of ${total}`,
    savedOnce: "Saved outside this inbox. It will not be deleted for you.",
    saved: "Saved.",
    stopped: "Stopped. Nothing was saved.",
    notWritten: "The file could not be written. Is there room for it? Nothing was saved.",
    cannotShow: "This file can’t be shown here. You can save it.",
    sooner: (date: string) => `Deleted on ${date}`,
  },
});
