/** The words of letting a client back in who has lost every way. */

import { said } from "./language.ts";

export const reopenWords = said("reopen", {
  heading: (name: string) => `Let ${name} back in`,
  lead: (name: string) =>
    `For when ${name} has lost phone, password and recovery sheet. What you two wrote here comes back from your copies, with its files and the same dates.`,
  stays: (name: string) =>
    `What was deleted stays deleted. What only ${name} had does not come back: forwarded mail and receipts.`,
  stop: (name: string) =>
    `The inbox that was there before is told. For 48 hours it can stop this, then it is closed. So be sure who is on the phone: whoever has the link and says the digits is ${name} from then on.`,
  rung: (name: string) => `I have rung ${name} on a number that I already had, and it is ${name}.`,
  ringFirst: (name: string) =>
    `Please ring ${name} first. Do not go by a message: it may be from somebody else.`,
  welcome: "A few words to begin with",
  welcomeHint: "They stand on the first page.",
  make: (name: string) => `Make the way back for ${name}`,
  making: "Making it",
  open: (name: string) => `Waiting for ${name}`,
  openLead: (name: string, date: string) =>
    `Give ${name} the link or the code on the phone. Both are good until ${date}. Stay on the line: the spoken check comes next.`,
  elsewhere: (name: string) =>
    `A way back for ${name} was made, and the link is not at hand here. End it, and make another.`,
  joined: (name: string) => `${name} has come`,
  joinedLead: (name: string) =>
    `Nothing has been given to anybody yet. While you are on the phone with ${name}: press start, both of you, and read six digits to each other.`,
  claimed: (name: string) =>
    `${name} has said so already, and waits. If you have closed this page in between, ask ${name} to press stop, and both of you start again.`,
  start: "Start",
  agreeing: (name: string) => `Waiting until ${name} has said so too, then giving it back`,
  giving: (done: number, total: number) => `${done} of ${total} looked at`,
  taken: (name: string) => `${name} is back`,
  takenLead: (day: string, time: string) =>
    `Both of you said that the digits were the same, and you have signed it. Until ${day}, ${time}, the inbox that was there before can stop it.`,
  given: (n: number) =>
    n === 1
      ? "One thing was given back, with the same date."
      : `${n} things were given back, with the same dates.`,
  already: (n: number) => (n === 1 ? "One was there already." : `${n} were there already.`),
  left: (n: number) =>
    n === 1
      ? "One could not be given back. Try again later."
      : `${n} could not be given back. Try again later.`,
  again: "Give back what is missing",
  againHint: "If the line broke in between. What is there already is left alone.",
  end: "End it",
  endAsk: "End this?",
  endText: (name: string) =>
    `The link and the code open nothing any more, and whoever came by them is nobody here. You can make another way back for ${name}.`,
  ended: "Ended. Nobody was let in.",
  cancel: "Cancel",
});
