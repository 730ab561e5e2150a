/** The words of a coach's *Clients*. */

import { said } from "./language.ts";

export const clientWords = said("clients", {
  heading: "Clients",
  lead: "Whoever waits for you stands first.",
  reorder: "Put whoever waits for you first",
  open: "Open",
  current: "Open here",
  notes: "Notes",
  notesOn: (name: string) => `about ${name}`,
  asked: (n: number) => (n === 1 ? "Asks for a change" : `Asks for ${n} changes`),
  invited: (date: string) => `Invited; the invitation is good until ${date}`,
  invite: "Invite a client",
  show: "Show the invitation",
  again: "Invite again",
  over: "The invitation is over",
  replied: {
    change: "Asks you to change something before signing",
    no: "Said no to the invitation",
    work: "Asks for a new link to their own phone",
  },
  read: "Read the reply",
  unfitting: "An answer came that does not fit the invitation. Ring your client",
  until: (date: string) => `Kept until ${date}`,
  held: (date: string) => `Work has ended. Held until ${date}`,
  gone: "Deleted",
  lost: "Has somebody lost phone, password and recovery sheet? Open that client, and let them back in under Our work.",
  glance: {
    mine: (date: string) => `Last word: yours, ${date}`,
    theirs: (name: string, date: string) => `Last word: ${name}’s, ${date}`,
    next: (date: string) => `Next deletion: ${date}`,
    report: "Report wants your signature",
    unread: (n: number) => `${n} unread`,
    going: (n: number, all: number, date: string) =>
      n === all ? `going from ${date}` : `${n} of them going from ${date}`,
    since: (n: number) =>
      n > 50 ? "More than 50 came since you last opened it" : `${n} came since you last opened it`,
  },
  replies: {
    change: (name: string) => `${name} asks you to change something before signing.`,
    no: (name: string) => `${name} has said no to your invitation.`,
    work: (name: string) => `${name} asks for a new link to their own phone.`,
    more: (n: number) => (n === 1 ? "And one more has answered." : `And ${n} more have answered.`),
    look: "Read it under Clients",
  },
  filter: "Find a name",
  none: "Nobody yet.",
  alone: {
    lead: "Nobody works with you here at the moment. Once a client has joined, your messages stand here.",
    clients: "See your clients",
  },
  opening: "Opening",
  onItsWay:
    "Something is on its way. Once it has gone, or you have stopped it, you can open another client.",
});
