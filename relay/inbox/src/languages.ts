/**
 * Which language the page speaks: the one that was chosen, else the first of the browser's that there is. Owns the choice and the fetching of
 * the words, as far as they are needed; English is in the page already.
 */

import { announced, speak } from "./language.ts";

/** Each by its own name, which whoever looks for it can read. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The language for these wishes, the first one first. */
export function languageFor(chosen: string | null, wishes: readonly string[]): Language {
  const named = [chosen ?? "", ...wishes].map((wish) => wish.split("-")[0]);
  return named.find((one): one is Language => one === "en" || one === "de") ?? "en";
}

/** The one that is spoken. */
export let language: Language = "en";
/** What has been fetched of German. */
let german: Readonly<Record<string, object>> = {};

/** See that every catalogue that is on the page can be said in the language that is spoken, and these ones too. */
export async function wordsFor(...further: readonly string[]): Promise<void> {
  await (language === "de" && speakGerman(further));
}

/** What is fetched, once it can be said too. */
export async function withWords<Fetched>(fetching: Promise<Fetched>): Promise<Fetched> {
  const fetched = await fetching;
  await wordsFor();
  return fetched;
}

/** Speak the language of these wishes from now on. Where its words cannot be fetched, the page goes on as it was. */
export async function speakFor(chosen: string | null, wishes: readonly string[]): Promise<void> {
  const wanted = languageFor(chosen, wishes);
  if (wanted !== language) {
    const before = language;
    language = wanted;
    try {
      await (wanted === "de" ? speakGerman([]) : speak("en-GB", () => undefined));
    } catch {
      language = before;
    }
  }
  document.documentElement.lang = language;
}

async function speakGerman(further: readonly string[]): Promise<void> {
  const missing = [...announced(), ...further].filter((name) => !german[name]);
  if (missing.length > 0) {
    const { fetchGerman } = await import("./german/parts.ts");
    const found = await fetchGerman(missing);
    german = { ...german, ...found };
  }
  if (language === "de") {
    speak("de", (name) => german[name]);
  }
}
