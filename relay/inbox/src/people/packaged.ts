/** The agreement's words as they are packaged, of which the SDK makes the same text. Fetched by a coach who invites, and by nobody else. */

import templateDe from "../../../../client_sdk/templates/agreement-de.txt?raw";
import templateEn from "../../../../client_sdk/templates/agreement-en.txt?raw";
import wordsDe from "../../../../client_sdk/templates/words-de.json";
import wordsEn from "../../../../client_sdk/templates/words-en.json";
import type { Language } from "../languages.ts";
import type { Packaged } from "./agreementtext.ts";

export const packaged: Readonly<Record<Language, Packaged>> = {
  en: { template: templateEn, words: wordsEn },
  de: { template: templateDe, words: wordsDe },
};
