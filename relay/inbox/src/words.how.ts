/** The words of the page that explains. */

import { said } from "./language.ts";

export const howWords = said("how", {
  heading: "How this works",
  hint: "Who can read what, and when it goes",
  parts: [
    {
      heading: "Who can read it",
      text: "Messages are end-to-end encrypted: your device and the other person’s lock and open them, and nobody in between can. That includes the people who run this server, and your employer.",
    },
    {
      heading: "What the server sees",
      text: "Of what you write: that something arrived, how large it is roughly, for which inbox, and on which day it is to be deleted. No subject, no text and no name. Of your agreement it knows what it has to hold you both to: dates, telephone numbers, work addresses, and what a sponsor is shown. All of it is listed under Settings, “What this server can see”.",
    },
    {
      heading: "When it goes",
      text: "Every message shows its date. On that date the server deletes it, and what would be needed to read an old copy is destroyed as well. Either of you can make a date earlier. Making it later takes both.",
    },
    {
      heading: "What nobody can promise",
      text: "What you or the other person saved, printed or photographed is out of reach. So is a device that somebody else looks after. Use your own.",
    },
    {
      heading: "If you can’t get in",
      text: "Your recovery sheet opens the inbox when the password is lost. If both are lost, nobody can open the inbox; your coach keeps the other copy of what you wrote to each other. After a telephone call your coach can reopen the inbox and give it back, as far as the agreement still keeps it.",
    },
    {
      heading: "Mail from outside",
      text: "Mail that you send in from your own address travels as ordinary e-mail first. Your mail provider keeps its copy, and each such message says so.",
    },
    {
      heading: "Whether this page is the published one",
      text: "No page can vouch for itself: a false one would say the same. Other computers can check it, yours too, by the command “mailbox verify-web” and this address. Each build has a public list of its files; your coach or whoever runs this server can tell you when that was last done.",
    },
  ],
  back: "Back",
});
