/** The words of mail that came from outside: how it came, what is asked about it, how it looks, and what was turned away. */

import { said } from "./language.ts";
import type { MailGrade } from "./session.ts";
import { counted } from "./words.ts";

const ORDINARY = "It travelled by ordinary e-mail before it got here";

export const mailWords = said("mail", {
  /** How it came. Nothing that came by e-mail is ever called more than this. */
  came: (from: string, grade: MailGrade): string => {
    switch (grade) {
      case "signed":
        return `Forwarded in from ${from}. ${ORDINARY}.`;
      case "server":
        return `Forwarded in from ${from}. ${ORDINARY}, and only the server it came from speaks for the address.`;
      case "rule":
        return `Came in by your forwarding rule, from ${from} as it says. ${ORDINARY}; who wrote it was not checked by us.`;
      case "rule-signed":
        return `Came in by your forwarding rule, from ${from}. ${ORDINARY}; the author’s mail provider vouches for the address.`;
      case "code":
        return `Your mail provider wrote this while you were setting up forwarding. ${ORDINARY}, and it is deleted within the hour.`;
      case "unchecked":
        return `Forwarded in from ${from}. ${ORDINARY}; we could not check the sender.`;
    }
  },
  nobody: "an address that could not be read",
  open: "On the last part of its way anybody on the line could have read it.",
  copied:
    "A copy exists in company mail: this was also addressed to people at a work address, and what is there belongs to their employer.",

  confirm: {
    question: "Was it you who sent this?",
    why: "We can’t tell for certain. If it was not you, it is deleted, and nobody is told.",
    mine: "It was me",
    notMine: "It was not me",
    thanks: "Thank you. It stays, until its date.",
    gone: "Deleted. If such mail comes again, change the password of your e-mail address.",
    said: "You said that it was you who sent this.",
  },

  original: {
    hand: "The original is still in your Sent folder, and your mail provider keeps it until you delete it there.",
    rule: "The original is still in your mailbox at your mail provider, until you delete it there.",
    understood: "Understood",
  },

  file: "This mail could not be taken apart here. You can save it as a file and open it in a mail program.",
  cut: "This mail is very long. Not all of it is shown; all of it is in the file.",
  noText: "This mail has no text of its own.",

  layout: {
    show: "Show its layout",
    hide: "Show its words alone",
    name: "The mail as its author laid it out",
    loading: "Opening the layout",
    note: "Shown without anything from outside: pictures that were not sent along are left out, and links ask first.",
    noPicture: "picture left out",
    none: "The layout could not be shown here.",
  },

  refused: {
    lead: (n: number) =>
      `${counted(n, "mail to this inbox was", "mails to this inbox were")} turned away. Whoever sent ${n === 1 ? "it" : "them"} was told why at once.`,
    line: (who: string, when: string) => (who ? `From ${who}, ${when}.` : `On ${when}.`),
    masked: "Addresses are shortened, because the rest of them is not stored.",
    /** Why, and what can be done. */
    why: (reason: string): string => {
      switch (reason) {
        case "sender-unknown":
          return "The address is not one of your own that you have confirmed here. If it is yours, add it under Settings, “Sending mail in”.";
        case "sender-unproven":
          return "We could not make sure that the mail really came from that address. Send it again from your mail provider’s own page or app.";
        case "work-address-refused":
          return "It came from, or by way of, a work address. Send it from an address of your own.";
        case "automatic":
          return "A machine wrote it in answer to something, as out-of-office replies are. Nothing needs to be done.";
        case "list-mail":
          return "It was sent to a mailing list. Leave the list with this address, or forward single mails by hand.";
        case "too-large":
          return "It was larger than this inbox takes. Send large files from the page here instead.";
        case "inbox-full":
          return "This inbox was full. Deleting or waiting for the next date makes room, and the mail is sent again meanwhile.";
        case "rule-waiting":
          return "It came by a forwarding rule that is not active yet. Finish setting the rule up under Settings.";
        case "rule-bearer":
          return "It came to a forwarding rule, but not from the mail provider that the rule was set up with. If you have changed providers, set the rule up again.";
        default:
          return "It did not meet what this inbox asks for. The reply that its sender got says more.";
      }
    },
  },
});
