/** How a vector's JSON becomes arguments, and what comes out becomes JSON. */

import { type Bytes, toHex } from "./encoding.ts";
import { bytes } from "./sources.testing.ts";

/** The inputs of a case; each is asked for by name and kind, and one that is not asked for is an error. */
export class Inputs {
  readonly #values: Record<string, unknown>;
  readonly #asked = new Set<string>();

  constructor(values: Record<string, unknown>) {
    this.#values = values;
  }

  bytes(name: string): Bytes {
    return bytes(this.#value(name, "string") as string);
  }

  text(name: string): string {
    return this.#value(name, "string") as string;
  }

  number(name: string): number {
    return this.#value(name, "number") as number;
  }

  optionalNumber(name: string): number | undefined {
    return this.#value(name, null) === null ? undefined : this.number(name);
  }

  /** An object, or null. */
  optional<Fields>(name: string): Fields | null {
    return this.#value(name, "object") as Fields | null;
  }

  list<Item>(name: string): Item[] {
    return this.#value(name, "object") as Item[];
  }

  boolean(name: string): boolean {
    return this.#value(name, "boolean") as boolean;
  }

  bytesList(name: string): Bytes[] {
    return this.list<string>(name).map(bytes);
  }

  #value(name: string, kind: string | null): unknown {
    const value = this.#values[name];
    if (!(name in this.#values) || (kind !== null && typeof value !== kind)) {
      throw new TypeError(`no input ${name} of this kind`);
    }
    this.#asked.add(name);
    return value;
  }

  /** Inputs that the operation did not look at. */
  unasked(): string[] {
    return Object.keys(this.#values).filter((name) => !this.#asked.has(name));
  }
}

export type Outputs = Record<string, unknown>;

/** Bytes as hexadecimal text, in whatever they are nested. */
export function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return toHex(value as Bytes);
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
  }
  return value;
}
