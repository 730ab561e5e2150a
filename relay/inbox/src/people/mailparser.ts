/**
 * The way to the mail worker. Owns the workers' lives: one for heads, started when mail is first met; one for each mail,
 * ended with the answer, or with whatever it was at when it takes too long. Must never wait for a mail without end, nor let
 * one mail's parsing meet another's.
 */

import type { Head, Mail } from "../mail/parse.ts";
import { fault } from "./fault.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A mail of 25 MiB takes a second or two on a phone. */
export const MOST_MS = 20_000;

export type Asked = {
  readonly call: number;
  readonly kind: "head" | "mail";
  readonly bytes: Bytes;
};
export type Told =
  | { readonly call: number; readonly head: Head }
  | { readonly call: number; readonly mail: Mail | null };

/** Opens mail. Each call gives null, or an empty head, for what is no mail within limits, of time too. */
export interface MailParser {
  head(bytes: Bytes): Promise<Head>;
  mail(raw: Bytes): Promise<Mail | null>;
}

/** The part of a `Worker` that is used here. */
export type ParserWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

type After = (milliseconds: number, work: () => void) => () => void;

/** A worker, and who waits for its answers. Null is the answer of one that has ended. */
class Line {
  readonly #worker: ParserWorker;
  readonly #waiting = new Map<number, (told: Told | null) => void>();
  readonly #after: After;
  #forget: (() => void) | null = null;
  ended = false;
  late = false;

  constructor(worker: ParserWorker, after: After) {
    this.#worker = worker;
    this.#after = after;
    worker.onmessage = ({ data }: MessageEvent<Told>) => this.#take(data);
    worker.onerror = () => this.end();
  }

  ask(asked: Asked): Promise<Told | null> {
    return new Promise((resolve) => {
      this.#waiting.set(asked.call, resolve);
      this.#time();
      this.#worker.postMessage(asked);
    });
  }

  end(): void {
    this.ended = true;
    this.#forget?.();
    this.#worker.terminate();
    for (const resolve of this.#waiting.values()) {
      resolve(null);
    }
    this.#waiting.clear();
  }

  #take(told: Told): void {
    this.#waiting.get(told.call)?.(told);
    this.#waiting.delete(told.call);
    this.#forget?.();
    this.#forget = null;
    if (this.#waiting.size > 0) {
      this.#time();
    }
  }

  #time(): void {
    this.#forget ??= this.#after(MOST_MS, () => {
      this.late = true;
      this.end();
    });
  }
}

export class WorkerParser implements MailParser {
  readonly #make: () => ParserWorker;
  readonly #after: After;
  #heads: Line | null = null;
  #calls = 0;
  #started = false;

  constructor(make: () => ParserWorker, after: After) {
    this.#make = make;
    this.#after = after;
  }

  async head(bytes: Bytes): Promise<Head> {
    if (!this.#heads || this.#heads.ended) {
      this.#heads = this.#line();
    }
    const told = await this.#ask(this.#heads, "head", bytes);
    return told && "head" in told ? told.head : { from: "", subject: "" };
  }

  async mail(raw: Bytes): Promise<Mail | null> {
    const line = this.#line();
    try {
      const told = await this.#ask(line, "mail", raw);
      return told && "mail" in told ? told.mail : null;
    } finally {
      line.end();
    }
  }

  #line(): Line {
    return new Line(this.#make(), this.#after);
  }

  async #ask(line: Line, kind: Asked["kind"], bytes: Bytes): Promise<Told | null> {
    const told = await line.ask({ call: ++this.#calls, kind, bytes });
    if (!told && !line.late && !this.#started) {
      // No worker has answered yet: this one could not be fetched.
      throw fault("offline");
    }
    this.#started ||= told !== null;
    return told;
  }
}
