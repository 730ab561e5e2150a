/** Text that others wrote, made fit for one line of the page. Owns what is taken out of it; the views make no markup of it. */

const MOST_SHOWN_CHARACTERS = 300;

/** Text without control signs and without signs that turn the direction of writing. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "");
  return Array.from(plain).slice(0, MOST_SHOWN_CHARACTERS).join("").trim();
}
