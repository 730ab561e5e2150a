/**
 * The page's end of the worker: a `Session` that sends messages.
 *
 * Owns the worker's life: made at the first call, ended by every lock with all that was in its memory, made anew at the
 * next call. What the page holds meanwhile is sealed text and a counter. Must never be handed a key, a token or anything
 * opened that was not asked for.
 */

import type { Keepsake } from "../people/inside.ts";
import type { Event, Failure, Progress, Session } from "../session.ts";
import type { Args, Asked, Name, Told, Value } from "./calls.ts";
import { workerMakers } from "./trusted.ts";
import address from "./worker.ts?worker&url";

/** Whoever called, and how far it was told to be. */
interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (failure: Failure) => void;
  readonly progress: (progress: Progress) => void;
}

interface Follow {
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

const { quietbox: makeWorker } = workerMakers({ quietbox: address });

const ASIDE = "aside";

class Line {
  readonly #listeners: Set<(event: Event) => void>;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #calls = 0;

  constructor(listeners: Set<(event: Event) => void>) {
    this.#listeners = listeners;
  }

  call<N extends Name>(name: N, args: Args<N>, follow?: Follow): Promise<Value<N>> {
    const call = ++this.#calls;
    const worker = this.#alive();
    return new Promise<Value<N>>((resolve, reject) => {
      if (follow?.signal.aborted) {
        reject({ code: "stopped" } satisfies Failure);
        return;
      }
      this.#waiting.set(call, { resolve, reject, progress: follow?.progress ?? (() => {}) });
      follow?.signal.addEventListener("abort", () => this.#post(worker, { stop: call }));
      this.#post(worker, { call, name, args } as Asked);
    });
  }

  /** End the worker with everything in its memory. Whoever still waits is told that the inbox has locked. */
  end(why: Failure["code"] = "locked"): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) {
      reject({ code: why });
    }
    this.#waiting.clear();
  }

  #post(worker: Worker, asked: Asked): void {
    worker.postMessage(asked);
  }

  #alive(): Worker {
    if (!this.#worker) {
      const made = makeWorker();
      made.addEventListener("message", ({ data }: MessageEvent<Told>) => this.#take(data));
      // A worker that did not start, or failed outside any call, is of no use to anybody.
      made.addEventListener("error", () => this.#broken(made));
      this.#worker = made;
    }
    return this.#worker;
  }

  #take(told: Told): void {
    if ("event" in told) {
      this.#tell(told.event);
      return;
    }
    const waiting = this.#waiting.get(told.call);
    if ("progress" in told) {
      waiting?.progress(told.progress);
      return;
    }
    this.#waiting.delete(told.call);
    if ("failure" in told) {
      waiting?.reject(told.failure);
    } else {
      waiting?.resolve(told.value as never);
    }
  }

  #tell(event: Event): void {
    if (event.kind === "locked") {
      this.end();
    }
    for (const listener of this.#listeners) {
      listener(event);
    }
  }

  #broken(worker: Worker): void {
    if (worker === this.#worker) {
      this.end("unknown");
      this.#tell({ kind: "locked", why: "ended" });
    }
  }
}

/** Sealed text lies in the tab's own storage, so that a reload loses nothing that was typed. */
function putAside(asides: readonly Keepsake[]): void {
  try {
    const plain = asides.map(({ seen, sealed }) => ({ seen, sealed: sealed && [...sealed] }));
    sessionStorage.setItem(ASIDE, JSON.stringify(plain));
  } catch {
    // Where the browser keeps nothing, or no more, a reload asks whether to leave what was typed.
  }
}

function keptAside(): readonly Keepsake[] {
  try {
    const plain: Keepsake[] = JSON.parse(sessionStorage.getItem(ASIDE) ?? "");
    return plain
      .filter(({ seen }) => seen.engagement)
      .map(({ seen, sealed }) => ({ seen, sealed: sealed && new Uint8Array(sealed) }));
  } catch {
    return [];
  }
}

/** The session of this page. */
export function createSession(): Session {
  const listeners = new Set<(event: Event) => void>();
  const line = new Line(listeners);
  /** One for each engagement with unsent text; first that of the one which is or was open. */
  let asides = keptAside();
  const putFirst = (one: Keepsake) => {
    const others = asides.filter(
      ({ seen, sealed }) => sealed && seen.engagement !== one.seen.engagement,
    );
    asides = [one, ...others];
    putAside(asides);
  };
  /** While a coach turns to another client nothing is put away: it could land with that one. */
  let turning = false;
  /** Whoever opens again at once waits for the worker that is being ended, and gets the next one. */
  let leaving: Promise<void> = Promise.resolve();
  const setAside = async (draft: string) => {
    if (turning) {
      return;
    }
    putFirst(await line.call("sealAside", [draft]));
    // A lock does not wait for the line: what does not get through now is in this tab.
    line.call("keepDrafts", [draft]).catch(() => {});
  };
  return {
    place: () => line.call("place", []),
    openInvitation: (fragment) => line.call("openInvitation", [fragment]),
    beginEnrolment: () => line.call("beginEnrolment", []),
    holdPasskey: (passkey) => line.call("holdPasskey", [passkey]),
    finishEnrolment: (choice) => line.call("finishEnrolment", [choice]),
    unlock: async (way) => {
      await leaving;
      return await line.call("unlock", [way, asides[0]?.seen ?? null]);
    },
    coming: (name, args) => line.call("coming", [name, args]) as never,
    comeIn: (choice) => line.call("comeIn", [choice]),
    keepTab: (idleSeconds, label) => line.call("keepTab", [idleSeconds, label]),
    resume: (kept, chosen) => line.call("resume", [kept, chosen]),
    choose: async (id) => {
      turning = true;
      try {
        const opened = await line.call("choose", [id]);
        const waiting = asides.find(({ seen }) => seen.engagement === id);
        if (waiting) {
          putFirst(waiting);
        }
        return opened;
      } finally {
        turning = false;
      }
    },
    own: (name, args, progress, signal) =>
      line.call("own", [name, args], progress && signal && { progress, signal }) as never,
    report: (name, args) => line.call("report", [name, args]) as never,
    lock: (draft) => {
      // The draft first, while the worker still can; where it cannot, it holds what was put away at the last pause.
      leaving = (draft === undefined ? Promise.resolve() : setAside(draft))
        .catch(() => {})
        .then(() => line.call("lock", []))
        .catch(() => {})
        .then(() => line.end());
      return leaving;
    },
    list: (before) => line.call("list", [before]),
    read: (id) => line.call("read", [id]),
    thread: (threadId) => line.call("thread", [threadId]),
    markRead: (id) => line.call("markRead", [id]),
    markAll: (ids, unread) => line.call("markAll", [ids, unread]),
    send: (request, progress, signal) => line.call("send", [request], { progress, signal }),
    searchInside: (typed, progress, signal) =>
      line.call("searchInside", [typed], { progress, signal }),
    file: (id, index, progress, signal) => line.call("file", [id, index], { progress, signal }),
    filePart: (id, index, from, signal) =>
      line.call("filePart", [id, index, from], { progress: () => {}, signal }),
    expire: (id, whose) => line.call("expire", [id, whose]),
    expireMine: (ids) => line.call("expireMine", [ids]),
    shorten: (id, expiresAt) => line.call("shorten", [id, expiresAt]),
    work: () => line.call("work", []),
    agree: (id) => line.call("agree", [id]),
    decline: (id) => line.call("decline", [id]),
    proposeAgreement: (request) => line.call("proposeAgreement", [request]),
    proposeKeep: (ids, until) => line.call("proposeKeep", [ids, until]),
    proposeReopen: (until) => line.call("proposeReopen", [until]),
    noteCall: (request) => line.call("noteCall", [request]),
    startCheck: (progress, signal) => line.call("startCheck", [], { progress, signal }),
    agreeCheck: () => line.call("agreeCheck", []),
    planClosing: () => line.call("planClosing", []),
    close: (until, mineNow) => line.call("close", [until, mineNow]),
    receipts: () => line.call("receipts", []),
    receipt: (id) => line.call("receipt", [id]),
    checkReceipt: (id) => line.call("checkReceipt", [id]),
    saveReceipts: (ids) => line.call("saveReceipts", [ids]),
    layout: (id) => line.call("layout", [id]),
    judgeMail: (id, mine) => line.call("judgeMail", [id, mine]),
    setAside,
    takeBack: async () => {
      const [held] = asides;
      const text = held?.sealed ? await line.call("openAside", [held]) : null;
      if (held && text !== null) {
        putFirst({ ...held, sealed: null });
      }
      return text;
    },
    keptDrafts: () => line.call("keptDrafts", []),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
