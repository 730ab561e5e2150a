/** The words for what was done to this inbox from another browser. */

import { said } from "./language.ts";

export const happenedWords = said("happened", {
  what: {
    way: (date: string) => `A new browser or device was added on ${date}. Was that you?`,
    password: (date: string) => `The password was changed on ${date}. Was that you?`,
    sheetUsed: (date: string) =>
      `This inbox was opened with the recovery sheet on ${date}. Was that you?`,
    sheet: (date: string) => `A new recovery sheet was made on ${date}. Was that you?`,
    reopening: (date: string, name: string) =>
      `On ${date} ${name} began to let somebody back into this inbox, taking them for you.`,
    reopened: (date: string, name: string) =>
      `On ${date} ${name} reopened this inbox for somebody, taking them for you.`,
  },
  look: "Look, and remove it",
  ring: (name: string) => `If that is not you, ring ${name} now, on a number you already have.`,
  end: "End it",
  mine: "That was me",
});
