/** The words of the first page of an invitation, apart from the rest: that page may load no more than 8 KB of script before *Continue*. */

import { said } from "./language.ts";

export const first = said("first", {
  skip: "Skip to the page",
  title: "Invitation",
  back: "Back",
  stepOf: (step: number) => `Step ${step} of 4`,
  start: {
    heading: "You are invited to a private inbox",
    lead: "Somebody you work with has opened it for the two of you. Only you two can read what is written there. Your employer and the people who run this server cannot.",
    dates: "Everything in it is deleted on dates that you agree to first.",
    question: "Are you on your own device?",
    own: "Yes, my own phone or computer",
    work: "It belongs to my work",
    unsure: "I am not sure",
    choose: "Please choose one of the three.",
    unsureHelp:
      "It belongs to your work if your company gave it to you, or if you were asked to install something on it to get work mail. If neither is true, it is your own.",
    go: "Continue",
    minutes: "Takes about three minutes. Nothing is used up until the last page.",
    how: "How this works",
    notExpecting: "Not expecting it?",
  },
  notLoaded: {
    heading: "No connection",
    why: "The rest of this page could not be fetched. Nothing is lost.",
    again: "Try now",
  },
});
