/** The words of coming back to an inbox that was lost, and of stopping that. */

import { said } from "./language.ts";

export const returningWords = said("returning", {
  heading: (name: string) => `Ring ${name}, and your inbox comes back`,
  lead: (name: string) =>
    `${name} gives your conversation back to you, as far as the agreement still keeps it. First both of you make sure, on the telephone, that it is you.`,
  how: (name: string) => `While you are on the phone with ${name}: press start, both of you.`,
  start: "Start",
  agreeing: (name: string) => `Waiting until ${name} has said so too`,
  opening: "Opening your inbox",
  open: "Open your inbox",
  lock: "Lock",
  former: {
    heading: (name: string) => `${name} has reopened this inbox`,
    lead: (name: string, day: string, time: string) =>
      `${name} has given this conversation to another browser, taking it for yours. If it is, there is nothing to do here. If it is not, stop it now: you can until ${day}, ${time}, and the inbox is yours again.`,
    late: (name: string) =>
      `${name} has given this conversation to another browser. This inbox is closed.`,
    stop: "Stop",
    stopping: "Stopping it",
    ring: (name: string) => `Then ring ${name}, on a number you already have.`,
  },
});
