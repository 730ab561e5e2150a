/**
 * The few choices that a browser keeps for its owner, and the half by which a reload goes on. Nothing that opens an inbox by itself, and nothing
 * that anybody wrote, may go in here.
 */

import { speakFor } from "../languages.ts";

export type Choice =
  | "tab"
  | "engagement"
  | "device-unlock"
  | "theme"
  | "language"
  | "language-unsaved"
  | "text-size"
  | "single-keys"
  | "lock-minutes"
  | "inbox-name"
  | "inbox-ends"
  | "leaving"
  | "check-declined"
  | "lock-hidden"
  | "by-sheet"
  | "told-of-saving"
  | "told-of-original";

/** What goes with its tab lies in the tab's own storage. */
function storeOf(choice: Choice): Storage {
  return choice === "tab" || choice === "engagement" ? sessionStorage : localStorage;
}

/** A kept choice; null where there is none or where the browser keeps nothing. */
export function kept(choice: Choice): string | null {
  try {
    return storeOf(choice).getItem(choice);
  } catch {
    return null;
  }
}

/** Keep a choice, or forget it with null. A browser that refuses loses a convenience only. */
export function keep(choice: Choice, value: string | null): void {
  try {
    if (value === null) {
      storeOf(choice).removeItem(choice);
    } else {
      storeOf(choice).setItem(choice, value);
    }
  } catch {
    // Private windows of some browsers refuse; the choice then lasts as long as the page.
  }
}

/** Show the page light or dark as chosen, or as the device has it. */
export function applyTheme(theme = kept("theme")): void {
  mark("theme", theme, ["light", "dark"]);
}

/** Show letters as large as chosen; the browser's own setting goes on counting. */
export function applyTextSize(size = kept("text-size")): void {
  mark("text", size, ["large", "larger"]);
}

/** Name a choice to the style of the page; what is no choice is the usual. */
function mark(name: string, choice: string | null, choices: readonly string[]): void {
  const { dataset } = document.documentElement;
  if (choice && choices.includes(choice)) {
    dataset[name] = choice;
  } else {
    delete dataset[name];
  }
}

/** Speak the language that was chosen here, or the browser's own. */
export function speakAsWished(): Promise<void> {
  return speakFor(kept("language"), navigator.languages);
}

/**
 * Choose a language, or with null the browser's own. The page hears of it as of any change of languages; an open inbox keeps it with its owner,
 * and one that is locked when it opens.
 */
export function chooseLanguage(chosen: string | null): void {
  keep("language-unsaved", "yes");
  speakChosen(chosen);
}

/** From now on, in every view. */
export function speakChosen(chosen: string | null): void {
  keep("language", chosen);
  dispatchEvent(new Event("languagechange"));
}
