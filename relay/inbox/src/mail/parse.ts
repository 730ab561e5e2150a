/**
 * Mail: what came in by SMTP, byte for byte, opened as mail.
 *
 * Owns how a raw message becomes subject, text and files. The sender is what the mail says of itself. Must never run, fetch
 * or believe anything in a mail: HTML becomes text where a mail has nothing else. (docs/protocol.md, part 6, kind 9; RFC
 * 5322, RFC 2045.)
 */

import type { Email } from "postal-mime";
import { type Bytes, concat, textBytes } from "../crypto/encoding.ts";
import { fetched } from "./fault.ts";
import { htmlText } from "./htmltext.ts";
import { oneLine } from "./text.ts";

const LIMITS = { maxNestingDepth: 32, maxHeadersSize: 256 * 1024, maxRfc822NestingDepth: 4 };
const MOST_FILES = 100;
/** Above this a mail is only saved: parsing takes several times its size in memory. */
export const MOST_PARSED_BYTES = 48 * 1024 * 1024;
export const RAW_NAME = "message.eml";
export const RAW_TYPE = "message/rfc822";

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

export interface Mail extends Head {
  readonly text: string;
  readonly files: readonly MailFile[];
}

/** Read the head that the door kept, which may be cut. Never throws for what is wrong in it. */
export async function readHead(head: Bytes): Promise<Head> {
  const email = await parse(concat(head, textBytes("\r\n\r\n")));
  return email ? headOf(email) : { from: "", subject: "" };
}

/** Open a raw mail; null for one that cannot be read as mail within limits. */
export async function openMail(raw: Bytes): Promise<Mail | null> {
  const email = await parse(raw);
  if (!email) {
    return null;
  }
  const text = email.text ?? (email.html ? htmlText(email.html) : "");
  const files = email.attachments.slice(0, MOST_FILES).map((part, at) => ({
    name: fileName(part.filename, at),
    type: part.mimeType,
    content: bytesOf(part.content),
  }));
  return { ...headOf(email), text: text.replaceAll("\r\n", "\n"), files };
}

async function parse(raw: Bytes): Promise<Email | null> {
  const { default: PostalMime } = await fetched(() => import("postal-mime"));
  try {
    return await PostalMime.parse(raw, LIMITS);
  } catch {
    return null;
  }
}

function headOf(email: Email): Head {
  return { from: oneLine(email.from?.address ?? ""), subject: oneLine(email.subject ?? "") };
}

/** A name without any folder in it. */
function fileName(given: string | null, at: number): string {
  const name = oneLine((given ?? "").split(/[\\/]/).at(-1) ?? "").replace(/^\.+/, "");
  return name || `part-${at + 1}`;
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Bytes {
  if (typeof content === "string") {
    return textBytes(content);
  }
  return new Uint8Array(content);
}
