/**
 * HTML as text, for a mail that has nothing else. Owns a reader of tags that keeps what a person would read and drops the
 * rest; it makes no elements, so nothing of a mail can run or fetch anything.
 */

const TOKENS = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-zA-Z][a-zA-Z0-9]*)(?:[^<>"']|"[^"]*"|'[^']*')*>?/g;
/** More than this nobody reads; it bounds the work of a hostile mail. */
const MOST_CHARACTERS = 1_000_000;
const BREAKS = new Set("br p div tr li h1 h2 h3 h4 table blockquote".split(" "));
const SILENT = new Set(["script", "style", "title", "template"]);
const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g;

/** What a person would read of an HTML mail: no scripts, styles, pictures or hidden addresses. */
export function htmlText(html: string): string {
  const source = html.slice(0, MOST_CHARACTERS);
  const pieces: string[] = [];
  let silent = "";
  let at = 0;
  for (const found of source.matchAll(TOKENS)) {
    const [token, slash, name = ""] = found;
    const tag = name.toLowerCase();
    if (!silent) {
      pieces.push(plain(source.slice(at, found.index)), BREAKS.has(tag) ? "\n" : "");
    }
    at = found.index + token.length;
    if (silent ? slash && tag === silent : SILENT.has(tag) && !slash) {
      silent = silent ? "" : tag;
    }
  }
  pieces.push(silent ? "" : plain(source.slice(at)));
  const lines = pieces.join("").split("\n");
  return lines
    .map((line) => line.replace(/[ \t\r\f\v]+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function plain(text: string): string {
  return text.replace(/\n/g, " ").replace(ENTITY, (whole, decimal, hex, name) => {
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : 0;
    if (name) {
      return ENTITIES[name.toLowerCase()] ?? whole;
    }
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : "";
  });
}
