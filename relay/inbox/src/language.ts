/**
 * The language that the page speaks. Owns which words a catalogue shows, and the tag by which dates, numbers and lists are written.
 *
 * A catalogue is written in English and announced here by `said`. Another language is an object of the same type, laid over it by `speak`, so
 * views read the catalogue and know of no language. Must never hold a language's words: each is fetched only by those who read it.
 */

/** What a catalogue is in any language: the same names and arguments, another wording. */
export type Said<T> = T extends string
  ? string
  : T extends (...given: infer Given) => infer Words
    ? (...given: Given) => Said<Words>
    : T extends object
      ? { readonly [Name in keyof T]: Said<T[Name]> }
      : T;

/** The words of a catalogue in the language spoken, as far as they are there; English shows through. */
export type Translate = (name: string, english: object) => object | undefined;

interface Catalogue {
  readonly english: object;
  readonly shown: object;
}

const catalogues = new Map<string, Catalogue>();
let translate: Translate = () => undefined;

/** For `Intl`: `en-GB`, `de`. */
export let tag = "en-GB";

/** Announce a catalogue; what comes back shows the words of whatever language is spoken, from now on. */
export function said<const T extends object>(name: string, english: T): Said<T> {
  const catalogue = { english, shown: lay(Array.isArray(english) ? [] : {}, english) };
  catalogues.set(name, catalogue);
  return show(name, catalogue) as Said<T>;
}

/** The names of all catalogues that are on the page. */
export function announced(): string[] {
  return [...catalogues.keys()];
}

/** Speak a language. What is on the page has to be drawn anew afterwards. */
export function speak(newTag: string, newTranslate: Translate): void {
  tag = newTag;
  translate = newTranslate;
  catalogues.forEach((catalogue, name) => {
    show(name, catalogue);
  });
}

function show(name: string, { english, shown }: Catalogue): object {
  return lay(lay(shown, english), translate(name, english) ?? {});
}

/** Lay words over words, in the objects that views may already hold. */
function lay(over: object, words: object): object {
  const into = over as Record<string, unknown>;
  for (const [name, word] of Object.entries(words)) {
    into[name] =
      typeof word === "object" ? lay(into[name] ?? (Array.isArray(word) ? [] : {}), word) : word;
  }
  return over;
}
