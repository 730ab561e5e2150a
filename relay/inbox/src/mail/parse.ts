/**
 * Parsing mail: what came in by SMTP, byte for byte, taken apart as mail.
 *
 * Owns how a raw message becomes subject, words, layout and files, and the limits of that: size, depth, head, parts. Names and
 * addresses are what the mail says of itself, in its own letters: whoever shows them makes them fit. Runs in a worker of its
 * own, far from keys (`mailworker.ts`). Must never run, fetch or believe anything in a mail: its HTML leaves here as text.
 * (docs/protocol.md, part 6, kind 9; RFC 5322, RFC 2045.)
 */

import PostalMime, { type Attachment, type Email } from "postal-mime";
import { htmlText } from "./htmltext.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LIMITS = { maxNestingDepth: 32, maxHeadersSize: 256 * 1024, maxRfc822NestingDepth: 4 };
/** Above this a mail is only saved: parsing takes several times its size in memory. */
export const MOST_PARSED_BYTES = 48 * 1024 * 1024;
/** Lines that may begin a part. An honest mail of a hundred files has some two hundred, a long patch a few thousand. */
export const MOST_PART_LINES = 10_000;
export const MOST_FILES = 100;
/** More than this nobody reads, and a page of it would be slow; the rest stays in the saved mail. */
export const MOST_TEXT_CHARACTERS = 200_000;
export const MOST_LINES = 5_000;
/** A long newsletter has a fifth of this, and a tenth of the tags. */
export const MOST_LAYOUT_CHARACTERS = 1_000_000;
export const MOST_TAGS = 30_000;
const MOST_PICTURES = 100;
export const MOST_PICTURE_BYTES = 5 * 1024 * 1024;
export const MOST_PICTURES_BYTES = 15 * 1024 * 1024;
/** Kinds that a browser draws as a picture and that can carry neither script nor address. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/** What the head of a mail says, for a list that does not fetch the mail. */
export interface Head {
  readonly from: string;
  readonly subject: string;
}

export interface MailFile {
  readonly name: string;
  readonly type: string;
  readonly content: Bytes;
}

/** A picture that the layout names by its Content-ID, small enough to be put into it. */
export interface MailPicture {
  readonly cid: string;
  readonly type: string;
  readonly content: Bytes;
}

/** The mail's own HTML: hostile until the frame has cleaned it, and shown nowhere else. */
export interface Layout {
  readonly html: string;
  readonly pictures: readonly MailPicture[];
}

export interface Mail extends Head {
  readonly text: string;
  readonly files: readonly MailFile[];
  readonly layout: Layout | null;
  /** Something was left out because there was too much of it. */
  readonly cut: boolean;
}

/** Read the head that the door kept, which may be cut. Never throws for what is wrong in it. */
export async function readHead(head: Bytes): Promise<Head> {
  const ended = new Uint8Array(head.length + 4);
  ended.set(head);
  ended.set([13, 10, 13, 10], head.length);
  const email = await parse(ended);
  return email ? headOf(email) : { from: "", subject: "" };
}

/** Take a raw mail apart; null for one that cannot be read as mail within limits. */
export async function openMail(raw: Bytes): Promise<Mail | null> {
  if (raw.length > MOST_PARSED_BYTES || partLines(raw) > MOST_PART_LINES) {
    return null;
  }
  const email = await parse(raw);
  if (!email) {
    return null;
  }
  const html = email.html ?? "";
  const words = (email.text ?? htmlText(html)).replace(/\r\n?/g, "\n");
  const text = beginning(words);
  const pictures = html ? picturesOf(email.attachments) : [];
  const files = email.attachments.slice(0, MOST_FILES).map(fileOf);
  return {
    ...headOf(email),
    text: text.toWellFormed(),
    files,
    layout: isDrawable(html) ? { html: html.toWellFormed(), pictures } : null,
    cut: text.length < words.length || email.attachments.length > MOST_FILES,
  };
}

/** Lines that begin with two hyphens: each may be a boundary, and each boundary makes a part. */
function partLines(raw: Bytes): number {
  let found = 0;
  for (
    let at = raw.indexOf(45);
    at >= 0 && found <= MOST_PART_LINES;
    at = raw.indexOf(45, at + 1)
  ) {
    if (raw[at + 1] === 45 && (at === 0 || raw[at - 1] === 10)) {
      found += 1;
    }
  }
  return found;
}

/** As much of the words as is shown. */
function beginning(words: string): string {
  const text = words.slice(0, MOST_TEXT_CHARACTERS);
  const lines = text.split("\n", MOST_LINES + 1);
  return lines.length > MOST_LINES ? lines.slice(0, MOST_LINES).join("\n") : text;
}

function isDrawable(html: string): boolean {
  return (
    html !== "" && html.length <= MOST_LAYOUT_CHARACTERS && html.split("<").length <= MOST_TAGS
  );
}

async function parse(raw: Bytes): Promise<Email | null> {
  try {
    return await PostalMime.parse(raw, LIMITS);
  } catch {
    return null;
  }
}

function headOf(email: Email): Head {
  return { from: email.from?.address ?? "", subject: email.subject ?? "" };
}

function fileOf(part: Attachment): MailFile {
  const type = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,60}$/.test(part.mimeType)
    ? part.mimeType
    : "application/octet-stream";
  return { name: part.filename ?? "", type, content: bytesOf(part.content) };
}

/** The pictures that may stand in the layout, as long as there is room for them. */
function picturesOf(parts: readonly Attachment[]): MailPicture[] {
  const found: MailPicture[] = [];
  let room = MOST_PICTURES_BYTES;
  for (const part of parts) {
    const cid = part.contentId?.replace(/^<|>$/g, "") ?? "";
    const content = bytesOf(part.content);
    const fits = content.length <= Math.min(MOST_PICTURE_BYTES, room);
    if (cid && PICTURES.includes(part.mimeType) && fits && found.length < MOST_PICTURES) {
      found.push({ cid, type: part.mimeType, content });
      room -= content.length;
    }
  }
  return found;
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Bytes {
  return typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
}
