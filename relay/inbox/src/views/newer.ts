/**
 * Which build this page is, and whether the server has a newer one by now. Owns that question; changes nothing, because a page is left with the lock
 * alone. Says nothing of whether a build is the published one: no page can vouch for itself.
 */

import { version } from "../../package.json";

const LONGEST_MS = 30_000;
const NAMED = "script[src], link[rel=stylesheet]";

/** The script and the style by which this page was begun; their names change with any byte of the inbox. */
function named(): readonly string[] {
  return [...document.querySelectorAll(NAMED)].map(
    (one) => one.getAttribute("src") ?? one.getAttribute("href") ?? "",
  );
}

/** `0.1.0, Dt4I38HN`: the version, and by what one build of it is told from another. */
export function build(): string {
  const name = named().map((one) => /\/index-([\w-]{8})\.js$/.exec(one)?.[1]);
  return [version, ...name.filter(Boolean)].join(", ");
}

/** Ask the server for its page, which it answers in a line where it is the same. What is no inbox, a proxy's apology, is none that is newer. */
export async function isNewer(): Promise<boolean> {
  const answer = await fetch("/", {
    cache: "no-cache",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  const page = answer.ok ? await answer.text() : "";
  return page.includes('id="inbox"') && !named().every((name) => page.includes(`"${name}"`));
}
