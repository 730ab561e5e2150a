/**
 * A message's text, divided into what it is made of. Owns the light marks (paragraphs, lists, quotes, bold, web addresses) and makes no markup:
 * views build elements from these pieces, so nothing that somebody wrote is ever read as HTML.
 */

export type Piece =
  | { readonly kind: "plain" | "bold"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly host: string };

export type Block =
  | { readonly kind: "paragraph" | "quote"; readonly lines: readonly (readonly Piece[])[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Piece[])[] };

const ITEM = /^\s*[-*•]\s+(?=\S)/;
const QUOTE = /^>\s?/;
/** An address ends where a sign stands that is not seen, or turns the direction of writing: it would read as another. */
const MARKS = /\*\*(?=\S)([^*\n]{1,500}\S)\*\*|\bhttps?:\/\/[^\s<>"\p{Cc}\p{Cf}]{1,2000}/giu;

type Kind = "paragraph" | "quote" | "list" | "gap";

function kindOf(line: string): Kind {
  if (line.trim() === "") {
    return "gap";
  }
  if (ITEM.test(line)) {
    return "list";
  }
  return QUOTE.test(line) ? "quote" : "paragraph";
}

/** The blocks of a text, in order. */
export function blocks(text: string): readonly Block[] {
  const found: Block[] = [];
  let kind: Kind = "gap";
  let held: (readonly Piece[])[] = [];
  const close = () => {
    if (kind === "list") {
      found.push({ kind, items: held });
    } else if (kind !== "gap") {
      found.push({ kind, lines: held });
    }
    held = [];
  };
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const next = kindOf(line);
    if (next !== kind) {
      close();
      kind = next;
    }
    held.push(pieces(line.replace(next === "list" ? ITEM : next === "quote" ? QUOTE : "", "")));
  }
  close();
  return found;
}

/** The pieces of one line. */
export function pieces(line: string): readonly Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(MARKS)) {
    const piece =
      match[1] === undefined ? link(match[0]) : ({ kind: "bold", text: match[1] } as const);
    if (piece) {
      plain(found, line.slice(from, match.index));
      found.push(piece);
      from = match.index + (piece.kind === "link" ? piece.text.length : match[0].length);
    }
  }
  plain(found, line.slice(from));
  return found;
}

function plain(found: Piece[], text: string): void {
  if (text !== "") {
    found.push({ kind: "plain", text });
  }
}

/** A web address without the full stop or bracket that ended the sentence; null where it names no host. */
function link(text: string): Piece | null {
  const address = text.replace(/[.,;:!?)\]}'’”]+$/u, "");
  if (!URL.canParse(address)) {
    return null;
  }
  const { host, username } = new URL(address);
  // A name before the host (https://bank.example@other.example) serves only to deceive.
  return host && !username ? { kind: "link", text: address, host } : null;
}
