/**
 * Outbox: a message on its way.
 *
 * Owns the order of a send: what is in force, the other person's chain, the days' keys, files, sealing, the count in the
 * vault, the deposit. A message that may already be at the relay is sent again with the same bytes and never sealed
 * again. (docs/protocol.md, part 14, Send.)
 */

import type { Api } from "../api.ts";
import type { Bytes } from "../crypto/encoding.ts";
import { dayOf } from "../crypto/names.ts";
import type { SendRequest } from "../session.ts";
import { Problem } from "../wire.ts";
import type { Account } from "./account.ts";
import { mayCountFromOpening } from "./afteropening.ts";
import { type Composed, checkDraft, chooseDate, compose, type Draft } from "./compose.ts";
import { Fault, fault } from "./fault.ts";
import type { Keepers } from "./keepers.ts";
import type { LogHead } from "./loghead.ts";
import type { Memory } from "./memory.ts";
import type { Run } from "./run.ts";
import type { Standing } from "./standing.ts";
import { idBytes } from "./text.ts";
import { totalBytes, Uploads } from "./uploads.ts";
import type { World } from "./world.ts";

interface Parts {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly memory: Memory;
  readonly logHead: LogHead;
  readonly world: World;
}

/** A message that was sealed and whose deposit has no answer yet. */
interface Waiting {
  readonly request: SendRequest;
  readonly composed: Composed;
}

/** What the answer to a deposit says nothing of: the same bytes may be, or come to be, at the relay. */
export const UNANSWERED = ["offline", "server", "too-many-requests", "locked", "stopped"];

export class Outbox {
  readonly #parts: Parts;
  readonly #uploads: Uploads;
  #waiting: Waiting | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#uploads = new Uploads(parts.api, parts.world.random);
  }

  /** Send a message; resolves once the relay has stored it for both. */
  async send(request: SendRequest, run: Run): Promise<Composed> {
    const waiting =
      this.#waiting && sameRequest(this.#waiting.request, request) ? this.#waiting : null;
    const composed = waiting?.composed ?? (await this.#seal(request, run));
    this.#waiting = { request, composed };
    try {
      await this.#parts.api.deposit(composed.deposit);
    } catch (reason) {
      this.#judge(reason);
      throw reason;
    }
    this.#waiting = null;
    this.#uploads.forget();
    return composed;
  }

  /** A refusal is final: the next attempt is another message. Anything else leaves the sealed bytes in place. */
  #judge(reason: unknown): void {
    if (reason instanceof Fault && !UNANSWERED.includes(reason.failure.code)) {
      this.#waiting = null;
      this.#parts.memory.abandonWriter();
      if (reason instanceof Problem && reason.problem.startsWith("blob-")) {
        this.#uploads.forget();
      }
    }
  }

  /**
   * Sign and store something that is no message: a call that was held, a change of the agreement. Sealed once more where the
   * deposit was refused; where its outcome is unknown, the same bytes go again.
   */
  async sendSpecial(special: NonNullable<Draft["special"]>): Promise<Composed> {
    const threadId = this.#parts.world.random(16);
    const draft = { subject: "", text: "", threadId, files: [], records: [], special };
    await this.#prepare();
    const composed = await this.#compose(draft, this.#date(null));
    await this.#parts.api.deposit(composed.deposit);
    return composed;
  }

  async #seal(request: SendRequest, run: Run): Promise<Composed> {
    const files = request.files.map(({ name, type }) => ({
      name: shownName(name),
      type: shownType(type),
    }));
    checkDraft({ ...request, files });
    await this.#prepare();
    const { daysAfterOpening = null } = request;
    if (daysAfterOpening !== null && !mayCountFromOpening(this.#parts.standing.terms)) {
      throw fault("refused");
    }
    const expiresAt = this.#date(request.expiresAt);
    const total = totalBytes(request.files);
    const meter = (done: number) => run.progress({ done, total });
    const records = await this.#uploads.send(request.files, expiresAt, meter, run.signal);
    const threadId = this.#thread(request.threadId);
    const { subject, text } = request;
    const draft = { subject, text, threadId, files, records, daysAfterOpening };
    return await this.#compose(draft, expiresAt);
  }

  /** What is in force and whose keys they are, as of now. */
  async #prepare(): Promise<void> {
    const { standing } = this.#parts;
    await standing.refresh();
    standing.checkContact();
  }

  #date(wantedAt: number | null): number {
    const { standing, world } = this.#parts;
    return chooseDate(standing.terms, wantedAt, world.clock.now());
  }

  async #compose(draft: Draft, expiresAt: number): Promise<Composed> {
    const { account, standing, keepers, memory, logHead, world } = this.#parts;
    const dayKeys = await keepers.dayKeys(dayOf(expiresAt));
    const step = memory.nextStep();
    const composed = await compose(draft, {
      place: standing.place,
      terms: standing.terms,
      step,
      vaultCounter: account.records.vault.counter,
      checkpointHash: logHead.hash,
      expiresAt,
      now: world.clock.now(),
      dayKeys,
      random: world.random,
    });
    await memory.take(step, composed.contentId);
    return composed;
  }

  #thread(threadId: string | null): Bytes {
    return threadId ? idBytes(threadId) : this.#parts.world.random(16);
  }
}

function sameRequest(one: SendRequest, other: SendRequest): boolean {
  const facts = ({ subject, text, expiresAt, daysAfterOpening, threadId, files }: SendRequest) =>
    JSON.stringify([
      subject,
      text,
      expiresAt,
      daysAfterOpening,
      threadId,
      files.map(({ name, size, lastModified }) => [name, size, lastModified]),
    ]);
  return facts(one) === facts(other);
}

const MOST_NAME_BYTES = 255;

/** A file's name without any folder, cut to what a content holds; the ending stays, because it says what the file is. */
function shownName(name: string): string {
  const plain = (name.split(/[\\/]/).at(-1) ?? "").toWellFormed().replace(/\p{Cc}/gu, "") || "file";
  const signs = Array.from(plain);
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(plain)?.[0] ?? "";
  while (bytesOf(signs.join("")) > MOST_NAME_BYTES) {
    signs.splice(-ending.length - 1, 1);
  }
  return signs.join("");
}

function shownType(type: string): string {
  return /^[\x21-\x7e]{1,127}$/.test(type) ? type : "application/octet-stream";
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
