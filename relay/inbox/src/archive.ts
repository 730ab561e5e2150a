/**
 * A copy of what is here, as one archive: a page that any browser opens without a network, messages as text, files under their own names, the
 * agreement, the receipts, and all of it as JSON (docs/mailbox.md, *The copy*). Owns the names in it, its checksums and the page's bytes. Must
 * never put what somebody wrote into the page unescaped, nor a name that leaves the archive's own folder.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import type { RefusedMail } from "./session.ts";
import { type Write, ZipWriter } from "./zip.ts";

/** A message of the copy; its files have their names in the archive. */
export interface CopiedMessage {
  readonly id: string;
  readonly from: string;
  readonly mine: boolean;
  readonly at: number;
  readonly when: string;
  readonly subject: string;
  readonly text: string;
  readonly keptUntil: number;
  readonly files: readonly {
    readonly name: string;
    readonly path: string;
    readonly bytes: number;
  }[];
  /** Of a notice: the mails that it says were turned away. */
  readonly refused: readonly RefusedMail[];
}

/** The words of the page, for the language in which it is shown. */
export interface ArchiveWords {
  readonly lang: string;
  readonly title: string;
  readonly people: string;
  readonly destroy: string;
  /** Above a field for it; null where there is nothing to search. */
  readonly search: string | null;
  readonly noSubject: string;
  readonly files: string;
  readonly also: readonly { readonly label: string; readonly path: string }[];
}

const LONGEST_NAME = 100;
/** What a file system takes for something else: its own signs, control signs, and signs that turn a name around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be taken out
const NOT_IN_NAMES = /[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A file's own name as part of a path: nothing in it leads elsewhere, and none is empty. */
export function safeName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(NOT_IN_NAMES, "_")
    .replace(/^[\s.]+|[\s.]+$/g, "");
  const dot = plain.lastIndexOf(".");
  const ending = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : "";
  const stem = [...plain.slice(0, plain.length - ending.length)].slice(0, LONGEST_NAME).join("");
  const whole = stem + ending || "file";
  return DEVICES.test(whole) ? `_${whole}` : whole;
}

/** The number by which message and files belong together, as the names have it. */
export function numbered(at: number): string {
  return String(at + 1).padStart(4, "0");
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE =
  ":root{color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1.06rem/1.6 Georgia,serif}" +
  "article{border-top:1px solid #8886;padding:1.5rem 0}h2{margin:0;font-size:1.2rem}pre{white-space:pre-wrap;font:inherit;overflow-wrap:anywhere}" +
  ".meta,label{font:.9rem/1.4 system-ui,sans-serif}input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box}[hidden]{display:none}";
/** Hides what does not hold the typed letters; the page is whole without it. */
const SCRIPT =
  'const i=document.querySelector("input");i.addEventListener("input",()=>{const t=i.value.toLowerCase();' +
  'for(const a of document.querySelectorAll("article"))a.hidden=!a.textContent.toLowerCase().includes(t)})';
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/** The page up to its first message. It asks no network for anything. */
export function pageHead(words: ArchiveWords): string {
  return [
    "<!doctype html>",
    `<html lang="${escaped(words.lang)}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
    `<title>${escaped(words.title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(words.people)}</h1><p><strong>${escaped(words.destroy)}</strong></p>`,
    `<p class="meta">${words.also.map(({ label, path }) => `<a href="${linked(path)}">${escaped(label)}</a>`).join(" · ")}</p>`,
    words.search === null ? "" : `<label>${escaped(words.search)} <input type="search"></label>`,
    "",
  ].join("\n");
}

/** The end of the page; a field to search gets what it does. */
export function pageFoot(words: ArchiveWords): string {
  return `${words.search === null ? "" : `<script>${SCRIPT}</script>`}</body></html>\n`;
}

/** A message as it stands in the page. */
export function article(message: CopiedMessage, words: ArchiveWords): string {
  const files = message.files.map(
    ({ name, path }) => `<li><a href="${linked(path)}">${escaped(name)}</a></li>`,
  );
  return [
    `<article><p class="meta">${escaped(message.from)}, ${escaped(message.when)}</p>`,
    `<h2>${escaped(message.subject || words.noSubject)}</h2><pre>${escaped(message.text)}</pre>`,
    files.length > 0 ? `<p class="meta">${escaped(words.files)}</p><ul>${files.join("")}</ul>` : "",
    "</article>\n",
  ].join("");
}

/** A path as a link: each part for itself, so that no name becomes a question or a scheme. */
function linked(path: string): string {
  return `./${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Adds entries to an archive that is being written, and at the end the checksums of all of them. */
export class ArchiveWriter {
  readonly #zip: ZipWriter;
  /** What `sha256sum --check` reads: a line for each entry. */
  readonly #lines: string[] = [];

  constructor(write: Write, now: number) {
    this.#zip = new ZipWriter(write, now);
  }

  /** Add what a blob holds. `look` may throw between its pieces: then nothing of it was added. */
  async add(name: string, content: Blob, look: () => void = () => {}): Promise<void> {
    const hash = sha256.create();
    await this.#zip.add(name, content, (piece) => {
      look();
      hash.update(piece);
    });
    const hex = [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#lines.push(`${hex}  ${name}\n`);
  }

  async addText(name: string, text: string): Promise<void> {
    await this.add(name, new Blob([text]));
  }

  /** Nothing may follow. */
  async finish(): Promise<void> {
    await this.#zip.add("checksums.txt", new Blob(this.#lines));
    await this.#zip.finish();
  }
}
