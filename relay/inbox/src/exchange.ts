/**
 * Exchange: one relay as it is spoken to. Alone touches the network.
 *
 * Owns the bearer token, which lives in memory here and nowhere else, the relay's clock as its answers tell it, time
 * limits, and when an exchange is tried again with the same bytes. Must never follow a redirect, read more than a call
 * allows, or put a token into an address.
 */

import type { RelayClock } from "./clock.ts";
import type { Bytes } from "./crypto/encoding.ts";
import { Malformed } from "./crypto/errors.ts";
import { dumpJson, type JsonObject } from "./crypto/json.ts";
import { Fault, fault } from "./people/fault.ts";
import { EventReader, Fields, readProblem, type WakeEvent } from "./wire.ts";

export const JSON_TYPE = "application/json";
export const BINARY_TYPE = "application/octet-stream";
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;
const EXCHANGE_MS = 60_000;
/** The relay sends a comment each 15 seconds. */
const SILENCE_MS = 45_000;
const SMALL_BYTES = 1024 * 1024;
export const LARGE_BYTES = 64 * 1024 * 1024;
/** What an answer without content says. */
const EMPTY = dumpJson({});

/** What an exchange gets from outside, so that tests can script it. */
export interface Outside {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: RelayClock;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: Bytes;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  /** The same bytes may be sent again after an unknown outcome. */
  readonly repeat?: boolean;
  readonly mostBytes?: number;
  readonly milliseconds?: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Bytes;
}

export class Exchange {
  /** Called once the relay says that the session is over. */
  ended: () => void = () => {};
  readonly #outside: Outside;
  #bearer = "";

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  get signedIn(): boolean {
    return this.#bearer !== "";
  }

  /** The token of the open session, for the box that goes on with it after a reload. */
  get token(): string {
    return this.#bearer;
  }

  /** Speak with this token from now on; empty: with none. */
  protected speakWith(token: string): void {
    this.#bearer = token;
  }

  /** A call that a part makes which is fetched when it is needed: settings and what they show. */
  async ask(
    method: string,
    path: string,
    fields?: JsonObject,
    mostBytes = LARGE_BYTES,
  ): Promise<Fields> {
    const body = fields && { body: dumpJson(fields), type: JSON_TYPE };
    const answer = await this.exchange({ method, path, mostBytes, ...body });
    return Fields.of(answer.body.length > 0 ? answer.body : EMPTY);
  }

  /** The same with bytes, for an answer that is not read. */
  async post(path: string, body: Bytes): Promise<void> {
    await this.send("POST", path, body);
  }

  protected async get(path: string, mostBytes = SMALL_BYTES): Promise<Answer> {
    return await this.exchange({ method: "GET", path, mostBytes });
  }

  protected async send(method: string, path: string, body: Bytes): Promise<Answer> {
    return await this.exchange({ method, path, body, type: BINARY_TYPE });
  }

  protected async json(
    method: string,
    path: string,
    fields: JsonObject,
    more: Partial<Call> = {},
  ): Promise<Fields> {
    const call = { method, path, body: dumpJson(fields), type: JSON_TYPE, ...more };
    return Fields.of((await this.exchange(call)).body);
  }

  protected async done(method: string, path: string, fields: JsonObject): Promise<void> {
    await this.exchange({ method, path, body: dumpJson(fields), type: JSON_TYPE });
  }

  protected async exchange(call: Call): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call);
      } catch (reason) {
        const found = this.#asFault(reason, call.signal);
        const lost = found.failure.code === "offline" || found.failure.code === "server";
        if (!lost || call.repeat === false || attempt >= ATTEMPTS) {
          throw found;
        }
      }
      await this.#outside.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  async #attempt(call: Call): Promise<Answer> {
    const limit = AbortSignal.timeout(call.milliseconds ?? EXCHANGE_MS);
    const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
    const response = await this.#fetch({ ...call, signal });
    await this.#refuseProblem(response, call);
    const body = await readAtMost(response, call.mostBytes ?? SMALL_BYTES);
    return { status: response.status, headers: response.headers, body };
  }

  async #fetch(call: Call): Promise<Response> {
    const headers: Record<string, string> = { ...call.headers };
    if (call.type) {
      headers["Content-Type"] = call.type;
    }
    if (this.#bearer) {
      headers.Authorization = `Bearer ${this.#bearer}`;
    }
    const response = await this.#outside.fetch(call.path, {
      method: call.method,
      headers,
      body: call.body ?? null,
      signal: call.signal ?? null,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    this.#outside.clock.hear(response.headers.get("Quietbox-Time"));
    return response;
  }

  async #refuseProblem(response: Response, call: Call): Promise<void> {
    if (response.ok) {
      return;
    }
    const body = await readAtMost(response, SMALL_BYTES);
    const problem = readProblem(response.status, response.headers.get("Content-Type") ?? "", body);
    if (problem.problem === "not-signed-in" && call.path !== "/v1/sessions" && this.#bearer) {
      this.#bearer = "";
      this.ended();
    }
    throw problem;
  }

  #asFault(reason: unknown, signal: AbortSignal | undefined): Fault {
    if (signal?.aborted) {
      return fault("stopped");
    }
    if (reason instanceof Fault) {
      return reason;
    }
    return reason instanceof Malformed ? fault("unknown", "answer") : fault("offline");
  }

  /** Yields what happens, until the line breaks or falls silent, which throws; `begun` is called once it stands. */
  async *wake(signal: AbortSignal, begun: () => void): AsyncGenerator<WakeEvent[]> {
    const silence = new AbortController();
    const call = {
      method: "GET",
      path: "/v1/wake",
      signal: AbortSignal.any([signal, silence.signal]),
    };
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.#fetch(call);
      await this.#refuseProblem(response, call);
      begun();
      const reader = new EventReader();
      for await (const piece of textOf(response)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        yield reader.push(piece);
      }
    } catch (reason) {
      throw this.#asFault(reason, signal);
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    throw fault("offline");
  }
}

async function readAtMost(response: Response, mostBytes: number): Promise<Bytes> {
  const pieces: Bytes[] = [];
  let sizeBytes = 0;
  for await (const piece of piecesOf(response)) {
    sizeBytes += piece.length;
    if (sizeBytes > mostBytes) {
      throw new Malformed("the answer is too long");
    }
    pieces.push(piece);
  }
  return joined(pieces, sizeBytes);
}

function joined(pieces: readonly Bytes[], sizeBytes: number): Bytes {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

async function* piecesOf(response: Response): AsyncGenerator<Bytes> {
  const reader = response.body?.getReader();
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      yield step.value as Bytes;
    }
  } finally {
    // What is not read any further is not to be sent any further.
    reader?.cancel().catch(() => {});
  }
}

async function* textOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of piecesOf(response)) {
    yield decoder.decode(piece, { stream: true });
  }
}
