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

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed("not strict JSON");
  }
}

/** Every string (group 1), the colon that makes it a name (group 2), and what opens or closes a level. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gu;

/** Walk the tokens of valid JSON: no name twice in an object, no lone surrogate, no more than 32 levels. */
function checkTokens(text: string): void {
  const levels: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(TOKENS)) {
    if (string !== undefined) {
      const value: string = wellFormed(JSON.parse(string));
      const names = levels.at(-1);
      if (colon !== undefined && names?.has(value)) {
        throw new Malformed("a name stands twice");
      }
      if (colon !== undefined) {
        names?.add(value);
      }
    } else if (token === "{" || token === "[") {
      levels.push(new Set());
    } else {
      levels.pop();
    }
    if (levels.length > JSON_DEPTH) {
      throw new Malformed("JSON is too deep");
    }
  }
}

/** Refuse half of a surrogate pair, which only an escape can smuggle in and nobody can write again. */
function wellFormed<Value>(value: Value): Value {
  if (typeof value === "string" && !value.isWellFormed()) {
    throw new Malformed("text is not Unicode");
  }
  return value;
}
