/** How figures are said in English, at a sentence's beginning. Owns plurals and numerals; the words around them stand in the catalogues. */

import { number } from "./written.ts";

const SMALL = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

/** `Three messages`, `1,204 messages`. */
export function counted(n: number, one: string, many: string): string {
  return `${SMALL[n] ?? number(n)} ${n === 1 ? one : many}`;
}

/** A sentence's beginning, in its middle. */
export function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** `Three messages and one file`. */
export function listedThings(messages: number, files: number): string {
  const parts = [
    ...(messages || !files ? [counted(messages, "message", "messages")] : []),
    ...(files ? [counted(files, "file", "files")] : []),
  ];
  return parts.map((part, at) => (at ? lower(part) : part)).join(" and ");
}
