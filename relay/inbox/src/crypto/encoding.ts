/**
 * Encoding: strict reading and writing of fixed binary frames.
 *
 * Owns the reader that every parser here is built on, labels, and text. A reader must never hand out fewer bytes than
 * asked, never skip a reserved byte that is not zero, and never let anything follow the last field.
 *
 * Integers are unsigned and big-endian. Eight-byte integers are kept as safe integers: one above 2^53 − 1 is malformed
 * (docs/protocol.md, part 1).
 */

import { Malformed } from "./errors.ts";

/** Bytes on an ordinary buffer, which is what the platform's cryptography takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Draws that many fresh random bytes. */
export type Random = (sizeBytes: number) => Bytes;

const LABEL_PREFIX = "quietbox/v1/";
const encoder = new TextEncoder();

/** The domain separation label of `name`: prefix, name in ASCII, one zero byte. */
export function label(name: string): Bytes {
  return encoder.encode(`${LABEL_PREFIX}${name}\0`);
}

/** The bytes of a text in UTF-8. A lone surrogate, which has none, is `Malformed`. */
export function textBytes(text: string): Bytes {
  if (!text.isWellFormed()) {
    throw new Malformed("text is not Unicode");
  }
  return encoder.encode(text);
}

/** A length of `prefixBytes` bytes and the field; `Malformed` if the length does not fit. */
export function counted(field: Bytes, prefixBytes: number): Bytes {
  return concat(fixed(field.length, prefixBytes), field);
}

/** Text as UTF-8 with its length in bytes before it. */
export function countedText(text: string, prefixBytes: number): Bytes {
  return counted(textBytes(text), prefixBytes);
}

/** The text of strict UTF-8; a byte order mark is kept as a character, as every other one is. */
export function utf8(field: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(field);
  } catch {
    throw new Malformed("text is not UTF-8");
  }
}

/** The concatenation of `parts`. */
export function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function u8(number: number): Bytes {
  return fixed(number, 1);
}

export function u16(number: number): Bytes {
  return fixed(number, 2);
}

export function u32(number: number): Bytes {
  return fixed(number, 4);
}

export function u48(number: number): Bytes {
  return fixed(number, 6);
}

export function u64(number: number): Bytes {
  return fixed(number, 8);
}

function fixed(number: number, sizeBytes: number): Bytes {
  const field = new Uint8Array(sizeBytes);
  let left = number;
  for (let at = sizeBytes - 1; at >= 0; at--) {
    field[at] = left % 256;
    left = Math.floor(left / 256);
  }
  if (!Number.isSafeInteger(number) || number < 0 || left !== 0) {
    throw new Malformed("integer out of range");
  }
  return field;
}

/** `field` unchanged if it is exactly `sizeBytes` long; `Malformed` naming `name` otherwise. */
export function exact(field: Bytes, sizeBytes: number, name: string): Bytes {
  if (field.length !== sizeBytes) {
    throw new Malformed(`${name} must be ${sizeBytes} bytes`);
  }
  return field;
}

/** Whether two byte strings are the same. For public bytes: it stops at the first difference. */
export function same(one: Bytes, other: Bytes): boolean {
  return compare(one, other) === 0;
}

/** Whether two byte strings are the same, in a time that depends on their length alone. For secrets and MACs. */
export function sameSecret(one: Bytes, other: Bytes): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) {
    difference |= (one[at] as number) ^ (other[at] ?? 0);
  }
  return difference === 0;
}

/** Byte order: negative, zero or positive. */
export function compare(one: Bytes, other: Bytes): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = (one[at] as number) - (other[at] as number);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

/** Refuse a list that is not in strictly ascending byte order (so that duplicates are refused too). */
export function ascending(items: Bytes[], name: string): void {
  items.forEach((item, index) => {
    const before = items[index - 1];
    if (before && compare(before, item) >= 0) {
      throw new Malformed(`${name} must be ascending and without duplicates`);
    }
  });
}

/** Whether every byte is zero. */
export function isZero(field: Bytes): boolean {
  return field.every((byte) => byte === 0);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(field: Bytes): string {
  let text = "";
  for (const byte of field) {
    text += HEX[byte];
  }
  return text;
}

/** base64url without padding (RFC 4648, part 5). */
export function toBase64url(field: Bytes): string {
  let binary = "";
  for (let at = 0; at < field.length; at += 0x2000) {
    binary += String.fromCharCode(...field.subarray(at, at + 0x2000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decode canonical base64url without padding; `Malformed` for other characters, set unused bits or a wrong size. */
export function fromBase64url(text: string, sizeBytes?: number): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new Malformed("not base64url");
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const field = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
  if (toBase64url(field) !== text || (sizeBytes !== undefined && field.length !== sizeBytes)) {
    throw new Malformed("not canonical base64url of this length");
  }
  return field;
}

/** Base64 with padding (RFC 4648, part 4), as signed notes have it. */
export function toBase64(field: Bytes): string {
  const text = toBase64url(field).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Decode canonical base64 with padding; `Malformed` for anything else. */
export function fromBase64(text: string): Bytes {
  const [digits = ""] = text.split("=");
  const field = fromBase64url(digits.replaceAll("+", "-").replaceAll("/", "_"));
  if (toBase64(field) !== text) {
    throw new Malformed("not canonical base64");
  }
  return field;
}

/** Reads fields of a frame in order; every method throws `Malformed` rather than return a short field. */
export class Reader {
  readonly #frame: Bytes;
  #at = 0;

  constructor(frame: Bytes) {
    this.#frame = frame;
  }

  /** Number of bytes read so far. */
  get position(): number {
    return this.#at;
  }

  /** Number of bytes not yet read. */
  get remaining(): number {
    return this.#frame.length - this.#at;
  }

  /** The next `sizeBytes` bytes, as a copy, without passing them. */
  peek(sizeBytes: number): Bytes {
    if (sizeBytes < 0 || sizeBytes > this.remaining) {
      throw new Malformed("frame is too short");
    }
    return this.#frame.slice(this.#at, this.#at + sizeBytes);
  }

  /** The next `sizeBytes` bytes, as a copy. */
  take(sizeBytes: number): Bytes {
    const field = this.peek(sizeBytes);
    this.#at += sizeBytes;
    return field;
  }

  u8(): number {
    return this.#integer(1);
  }

  u16(): number {
    return this.#integer(2);
  }

  u32(): number {
    return this.#integer(4);
  }

  u48(): number {
    return this.#integer(6);
  }

  u64(): number {
    return this.#integer(8);
  }

  #integer(sizeBytes: number): number {
    const number = this.take(sizeBytes).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(number)) {
      throw new Malformed("integer out of range");
    }
    return number;
  }

  /** A field that has its length before it; `Malformed` above `mostBytes`. */
  counted(prefixBytes: number, mostBytes = Number.POSITIVE_INFINITY): Bytes {
    const sizeBytes = this.#integer(prefixBytes);
    if (sizeBytes > mostBytes) {
      throw new Malformed("field is too long");
    }
    return this.take(sizeBytes);
  }

  /** Strict UTF-8 text that has its length in bytes before it. */
  text(prefixBytes: number, mostBytes = Number.POSITIVE_INFINITY): string {
    return utf8(this.counted(prefixBytes, mostBytes));
  }

  /** Read a constant field (magic, version); anything else is `Malformed`. */
  expect(constant: Bytes, name: string): void {
    if (!same(this.take(constant.length), constant)) {
      throw new Malformed(`wrong ${name}`);
    }
  }

  /** Read reserved bytes, which must all be zero. */
  reserved(sizeBytes: number): void {
    if (!isZero(this.take(sizeBytes))) {
      throw new Malformed("reserved bytes are not zero");
    }
  }

  /** `number` if it lies in low..high, both included; `Malformed` naming `name` otherwise. */
  between(number: number, low: number, high: number, name: string): number {
    if (number < low || number > high) {
      throw new Malformed(`${name} must be ${low} to ${high}`);
    }
    return number;
  }

  /** Everything that is left. */
  rest(): Bytes {
    return this.take(this.remaining);
  }

  /** All bytes read so far, for a signature that covers everything before it. */
  soFar(): Bytes {
    return this.#frame.slice(0, this.#at);
  }

  /** Refuse trailing bytes. */
  finish(): void {
    if (this.remaining > 0) {
      throw new Malformed("bytes follow the last field");
    }
  }
}
