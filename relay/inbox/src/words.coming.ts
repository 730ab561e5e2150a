/** The words of a typed code, and of a browser that comes in beside another. */

import { said } from "./language.ts";

export const comingWords = said("coming", {
  code: {
    heading: "Type the code",
    lead: "Four digits and some words, as they were read out to you. Capitals, spaces and hyphens do not matter.",
    label: "Code",
    hint: "For example 4417 hazel-orbit-linen-crow",
    words: "Words that begin so",
    go: "Continue",
    looking: "Looking. About three seconds.",
    missing: "Please type the code.",
    number: "A code is four digits, then four words, or six. Please compare.",
    word: (place: number) => `Word ${place} is not one of ours. Please compare it.`,
    refused:
      "That code opens nothing here. Please compare the digits and every word. If they fit, it was used or is too old: ask for a new one.",
    slow: (minutes: number) =>
      `Too many tries. Please wait ${minutes === 1 ? "one minute" : `${minutes} minutes`}, or use the link.`,
    link: "If you came by a link, open it once more from the message: this page forgets it when it is reloaded. Nothing has been used up.",
  },
  add: {
    heading: "Open your inbox here too",
    lead: "Another browser of yours has shown the way. Here it gets a way in of its own.",
    device: "Only on a phone or computer that is yours, not on one that belongs to your work.",
    go: "Continue",
    looking: "Looking for your inbox",
    inbox: "Your inbox name",
    inboxHint: "You type it together with a password.",
    which: "How this browser opens it from now on",
    known: "With the password that I have",
    knownHint: "You type it on the next page. What the other browser shows stays unused.",
    password: "With a new password",
    passwordHint: "It takes the place of the password that you have now, everywhere.",
    passwordWords:
      "Five words, made just now and filled in below. Write them down or let your browser keep them; or type a password of your own over them.",
    newPassword: "New password",
    knownDo: "Continue",
    passwordDo: "Set it and open",
    opening: "Opening your inbox. About five seconds.",
    usedHeading: "This was used already",
    used: "One browser came in by it, and no other can. If that was not you, open your inbox, remove the browser that you do not know, and change your password.",
    oldHeading: "This is too old",
    old: "It was good for five minutes. Show a new square on the browser that is open, and use that one.",
    again: "Type a code instead",
  },
});
