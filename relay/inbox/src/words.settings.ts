/** The words of the settings. */

export const settingWords = {
  heading: "Settings",
  loading: "Looking",
  server: {
    heading: "What this server can see",
    hint: "Everything that it has stored about you",
  },
  locking: {
    heading: "Locking",
    lead: "When nobody has touched this page for a while, it locks. What you are writing is kept.",
    legend: "Lock after",
    minutes: (n: number) => `${n} minutes`,
    long: "After twelve hours it locks in any case.",
    saved: "Saved on this device.",
    hint: "When this page locks by itself",
  },
  browsers: {
    heading: "Browsers and unlocking",
    hint: "What is open, and how you get in",
    on: "on",
    unnamed: "A browser",
    reload: "This page was open",
  },
  display: {
    heading: "Display",
    legend: "Colours",
    system: "As the device has it",
    light: "Light",
    dark: "Dark",
    lead: "The size of the letters follows your browser’s setting.",
    hint: "Light or dark",
  },
  mail: {
    heading: "Sending mail in",
    hint: "From your own e-mail address into this inbox",
    lead: "Mail that you send or forward from your own address to the one below arrives here. It travels as ordinary e-mail until it gets here, and a copy stays in your Sent folder.",
    address: "Address of this inbox",
    noAddress: "This inbox has no address for mail.",
    own: "Your own addresses",
    none: "You have not added an address yet. Until you do, mail to this inbox is turned away.",
    added: (date: string) => `Added on ${date}`,
    confirmed: "Mail from it is taken",
    unconfirmed: "Waiting for the code",
    hidden:
      "The addresses themselves are not stored where they could be read, so they can’t be shown.",
    add: "Add an address",
    label: "Your own e-mail address",
    labelHint: "Never one that belongs to your work.",
    missing: "Please type an address such as name@home.example.",
    who: "Who runs this address?",
    mine: "My family or I, or a public mail provider",
    employer: "My employer or a client",
    unsure: "I am not sure",
    notWork:
      "Then please don’t use it. Mail there belongs to them, so we send nothing to it and take nothing from it.",
    whoMissing: "Please say who runs it.",
    send: "Send me a code",
    codeSent: "A code is on its way to that address. It can take a minute.",
    code: "The code",
    codeHint: "As it stands in the mail.",
    codeMissing: "Please type the code.",
    confirm: "Confirm",
    done: "Confirmed. Mail from that address is taken from now on.",
    codeWrong: "That code did not fit. Look at the newest mail.",
    refused: (name: string) =>
      name
        ? `That looks like a ${name} address. Mail there belongs to ${name}, so it can’t be used here.`
        : "That looks like a work address. Mail there belongs to your employer, so it can’t be used here.",
  },
} as const;
