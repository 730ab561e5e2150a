/** The words of a coach's *Clients*. */

import { said } from "./language.ts";

export const clientWords = said("clients", {
  heading: "Clients",
  lead: "Whoever waits for you stands first.",
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
