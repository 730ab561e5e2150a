/** The words of writing, which nobody needs before the list is there. */

import { said } from "./language.ts";
import { counted } from "./words.ts";

export const writeWords = said("write", {
  heading: (name: string) => `Write to ${name}`,
  headingReply: (name: string) => `Reply to ${name}`,
  opening: "Opening the message",
  subject: "Subject",
  re: (subject: string) => (/^re:/i.test(subject) ? subject : `Re: ${subject}`),
  text: "Message",
  files: "Files",
  addFiles: "Add files",
  removeFile: (name: string) => `Remove ${name}`,
  remove: "Remove",
  filesLost: (n: number) =>
    `${counted(n, "file was", "files were")} taken out when the inbox locked. Please add them again.`,
  total: (n: number, bytes: string) => `${counted(n, "file", "files")}, ${bytes} in all`,
  tooLarge: (name: string, most: string) => `${name} is larger than ${most} and can’t be sent.`,
  tooMany: (most: number) => `At most ${most} files go with one message.`,
  keep: "Kept until",
  keepAgreed: (date: string) => `${date}, as you both agreed`,
  keepOpened: (name: string) => `Until ${name} has read it, then seven more days`,
  keepOpenedHint: (name: string, date: string) =>
    `Until ${date} at the latest. By its date you will see on which day ${name} opened it.`,
  keepOpenedWrong:
    "Please choose again. By your agreement nobody sees any more whether a message was read.",
  keepMonth: (date: string) => `For 30 days, until ${date}`,
  keepWork: (date: string) => `The end of our work, ${date}`,
  keepDate: "A date",
  keepDateLabel: "Delete it on",
  keepDateHint: (latest: string) => `Any day from tomorrow to ${latest}.`,
  keepDateWrong: (latest: string) => `Please choose a day from tomorrow to ${latest}.`,
  empty: "Please write something, or add a file.",
  longSubject: "Please make the subject shorter than 300 characters.",
  longText: "This text is too long for one message. Please send it as a file.",
  send: (name: string) => `Send to ${name}`,
  sent: (name: string, date: string) => `Sent. ${name} has not opened it yet. Kept until ${date}.`,
  sentOpened: (name: string, date: string) =>
    `Sent. Kept until ${date}, or seven days after ${name} has read it.`,
  kept: "What you typed is kept for seven days, sealed, wherever you open this inbox. Files are not.",
  discard: "Throw away",
  closed: (name: string, date: string) =>
    `Your work with ${name} ended on ${date}. New messages can’t be sent.`,
  notYet: (name: string) =>
    `You can write as soon as ${name}’s computer has confirmed your set-up.`,
  workAddress: (domain: string) =>
    `There is a ${domain} address in your text. Mail sent there belongs to your employer.`,
  offline:
    "No connection. Your message will be sent when you are back online, while this page stays open.",
  summary: "Please look at these again:",
});
