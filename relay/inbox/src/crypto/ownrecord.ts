/**
 * Own record: what a person writes down for nobody else, sealed to its writer alone.
 *
 * Owns the display fields of a content of kind 11: a note, one about a call, and that a copy was taken. Must never name
 * more of a call than its content id. (docs/protocol.md, part 6.)
 */

import { type Bytes, exact, fromBase64url, toBase64url } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/** A note. `callId` is the content id of the call that it is about; null: about none. */
export interface NoteRecord {
  readonly type: "note";
  readonly text: string;
  readonly callId: Bytes | null;
}

/** That its owner took a copy when this was written; `chosen`: of chosen threads alone. */
export interface CopyRecord {
  readonly type: "copy";
  readonly chosen: boolean;
}

export type OwnRecord = NoteRecord | CopyRecord;

/** The display fields. */
export function ownShown(record: OwnRecord): JsonObject {
  if (record.type === "copy") {
    return { type: "copy", ...(record.chosen && { chosen: true }) };
  }
  const { text, callId } = record;
  const about = callId && { call: toBase64url(exact(callId, 32, "content id")) };
  return { type: "note", text: text.toWellFormed(), ...about };
}

/** Read them; null for what another software wrote under a type of its own. `Malformed` for a note or a copy that is none. */
export function readOwn(shown: JsonObject): OwnRecord | null {
  const { type, text, call, chosen } = shown;
  if (type === "copy") {
    if (chosen !== undefined && chosen !== true) {
      throw new Malformed("chosen is true or not there");
    }
    return { type, chosen: chosen === true };
  }
  if (type !== "note") {
    return null;
  }
  if (typeof text !== "string" || (call !== undefined && typeof call !== "string")) {
    throw new Malformed("a note has a text, and names a call by its content id");
  }
  return { type, text, callId: call === undefined ? null : fromBase64url(call, 32) };
}
