/** The words of the pages beside an invitation's first one, fetched by those who come there. */

import { said } from "./language.ts";

export const beside = said("beside", {
  stop: {
    heading: "Then please stop here",
    why: "People who look after work devices can see what is on them, and nothing we do can prevent that.",
    nothing: "Nothing has been opened. The invitation is still good.",
    next: "Open the link on your own phone or computer instead. Or ask for a new one to be sent there, which ends this one.",
    tell: "Ask for a new link",
    back: "Choose again",
  },
  unexpected: {
    heading: "Not expecting it?",
    ring: "Ring the person who is said to have invited you, on a number you already have. Do not reply to the message that brought you here.",
    nothing: "Looking at this page has changed nothing, and closing it leaves nothing behind.",
    back: "Back to the invitation",
  },
  inApp: {
    heading: "Open this in your own browser",
    why: "You are inside another app’s small browser. It will forget you. Open this in Safari, Chrome or Firefox.",
    copy: "Copy the link",
    copied: "The link is copied. Paste it into your browser’s address line.",
    notCopied:
      "The link could not be copied here. Press the link in the message for a while and choose to copy it there.",
    stay: "Go on here all the same",
  },
  coach: {
    heading: "This link is for a coach’s computer",
    how: "It sets up your side of this server, and that is done on the command line. Open a terminal on your own computer and type:",
    command: "mailbox setup",
    paste: "Then paste the link when you are asked for it. Nothing has been used up here.",
  },
  noLink: {
    heading: "Please open the link once more",
    why: "This page forgets the invitation when it is reloaded, so that nobody after you can use it. Open the link in the message again; nothing has been used up.",
  },
  mistyped: {
    heading: "This link is not complete",
    why: "A part of it is missing or changed, which happens when a link is copied by hand or broken over two lines. Open it from the message itself, or ask for it to be sent again.",
  },
});
