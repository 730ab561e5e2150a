/** The words of a reply to an invitation: what somebody says who does not join, and how the coach reads it. */

import { said } from "./language.ts";

export const replyWords = said("reply", {
  ask: {
    heading: (name: string) => `What should ${name} change?`,
    label: "What you would like to be different",
    hint: (name: string) =>
      `Only ${name} can read this. It takes the place of anything that was sent from this page before.`,
    missing: "Please write what should be changed.",
    send: (name: string) => `Send to ${name}`,
    cancel: "Go back",
    sent: (name: string) =>
      `Sent. ${name} can answer with a new invitation; until then this one is as it was.`,
  },
  no: {
    heading: "Say no to this invitation?",
    text: (name: string) =>
      `${name} is told. The link then opens nothing any more, and nothing about you is kept here.`,
    send: (name: string) => `Tell ${name}`,
    cancel: "Go back",
    done: (name: string) => ({
      heading: `${name} has been told`,
      why: `This invitation has ended, and nothing about you is kept here. If you change your mind, ring ${name}.`,
    }),
  },
  work: {
    heading: "End this invitation?",
    why: "The person who invited you is told that this device belongs to your work, and can send a new link to your own phone.",
    ends: "The link that you have now then opens nothing any more, here or anywhere else.",
    send: "End it and tell them",
    cancel: "Choose again",
    done: {
      heading: "They have been told",
      why: "This invitation has ended. Nothing of it was opened here. Wait for the new link on your own phone.",
    },
  },
  sending: "Sending",
  notSaid: (name: string) => `That could not be said from here. Ring ${name}.`,
  somebody: "the person who invited you",
  coach: {
    change: (name: string) => `${name} asks you to change something`,
    no: (name: string) => `${name} says no`,
    work: (name: string) => `${name} asks for a new link`,
    changeHow:
      "The invitation is still open. If you invite again, the link that you sent before opens nothing any more.",
    noHow: "The invitation has ended. Nothing was kept.",
    workHow:
      "They opened the invitation on a device that belongs to their work, so they ended it. Send the new link to their own phone.",
    whose: "Whoever had the link could say this. If you are in doubt, ring them.",
    again: "Invite again",
    show: "Show the invitation",
    remove: "Take the invitation back",
    back: "Back to your clients",
  },
});
