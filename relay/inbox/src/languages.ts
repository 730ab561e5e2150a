/**
 * Which language the page speaks: the one that was chosen, else the first of the browser's that there is. Owns the choice and the fetching of
 * the words, as far as they are needed; English is in the page already.
 */

import { speak } from "./language.ts";

/** Each by its own name, which whoever looks for it can read. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** How many of a language's files are needed: for an invitation's first page, for the list, for every view, for what the server sees. */
export type Needed = 1 | 2 | 3 | 4;

type Words = Readonly<Record<string, object>>;

/** German, in the order in which a visit needs it. */
const GERMAN: readonly (() => Promise<{ readonly german: Words }>)[] = [
  () => import("./german/first.ts"),
  () => import("./german/early.ts"),
  () => import("./german/late.ts"),
  () => import("./german/rows.ts"),
];

/** The language for these wishes, the first one first. */
export function languageFor(chosen: string | null, wishes: readonly string[]): Language {
  const named = [chosen ?? "", ...wishes].map((wish) => wish.split("-")[0]);
  return named.find((one): one is Language => one === "en" || one === "de") ?? "en";
}

/** The one that is spoken. */
export let language: Language = "en";
let needed = 1;
/** What has been fetched of German. */
const german: Record<string, object> = {};

/** See that what is on the page can be said, in the language that is spoken. */
export async function wordsFor(now: Needed): Promise<void> {
  if (now > needed) {
    await (language === "de" && speakGerman(now));
    needed = Math.max(needed, now);
  }
}

/** Speak the language of these wishes from now on. Where its words cannot be fetched, the page goes on as it was. */
export async function speakFor(chosen: string | null, wishes: readonly string[]): Promise<void> {
  const wanted = languageFor(chosen, wishes);
  if (wanted !== language) {
    const before = language;
    language = wanted;
    try {
      await (wanted === "de" ? speakGerman(needed) : speak("en-GB", () => undefined));
    } catch {
      language = before;
    }
  }
  document.documentElement.lang = language;
}

async function speakGerman(parts: number): Promise<void> {
  const found = await Promise.all(GERMAN.slice(0, parts).map((part) => part()));
  Object.assign(german, ...found.map((part) => part.german));
  if (language === "de") {
    speak("de", (name) => german[name]);
  }
}
