/**
 * JSON: the display fields inside formats.
 *
 * Owns how strictly they are read: one object, strict UTF-8, no name twice, no lone surrogates, at most 32 levels. Must
 * never be the ground of a decision of security. (docs/protocol.md, part 1.)
 */

import { type Bytes, textBytes, utf8 } from "./encoding.ts";
import { Malformed } from "./errors.ts";

export const JSON_DEPTH = 32;

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** Display fields as compact JSON in UTF-8. */
export function dumpJson(fields: JsonObject): Bytes {
  const text = JSON.stringify(fields, (_name, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new Malformed("fields do not fit into JSON");
    }
    return wellFormed(value);
  });
  return textBytes(text);
}

/**
 * Read display fields. Names twice are refused because two readers would show different values under one signature.
 */
export function loadJson(bytes: Bytes): JsonObject {
  const text = utf8(bytes);
  const fields = parse(text);
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new Malformed("JSON must be an object");
  }
  checkTokens(text);
  return fields;
}

/** A display field if it is text of at most so many bytes in UTF-8; `Malformed` otherwise. */
export function textField(field: Json | undefined, mostBytes: number): string {
  if (typeof field !== "string" || textBytes(field).length > mostBytes) {
    throw new Malformed(`a display field is text of at most ${mostBytes} bytes`);
  }
  return field;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed("not strict JSON");
  }
}

/** Walk the tokens of valid JSON: no name twice in an object, no lone surrogate, no more than 32 levels. */
function checkTokens(text: string): void {
  const levels: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      const value: string = wellFormed(JSON.parse(text.slice(at, end)));
      if (isName(text, end)) {
        enterName(levels, value);
      }
      at = end - 1;
    } else if (sign === "{" || sign === "[") {
      levels.push(new Set());
    } else if (sign === "}" || sign === "]") {
      levels.pop();
    }
    if (levels.length > JSON_DEPTH) {
      throw new Malformed("JSON is too deep");
    }
  }
}

/** The place after the string that begins at `start`. A loop: a pattern's stack would end in a long text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') {
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

/** Whether a colon follows, which makes the string before it a name. */
function isName(text: string, end: number): boolean {
  const colon = /[ \t\r\n]*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}

function enterName(levels: Set<string>[], name: string): void {
  const names = levels.at(-1);
  if (names?.has(name)) {
    throw new Malformed("a name stands twice");
  }
  names?.add(name);
}

/** Refuse half of a surrogate pair, which only an escape can smuggle in and nobody can write again. */
function wellFormed<Value>(value: Value): Value {
  if (typeof value === "string" && !value.isWellFormed()) {
    throw new Malformed("text is not Unicode");
  }
  return value;
}
