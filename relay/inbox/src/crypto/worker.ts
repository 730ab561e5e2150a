/**
 * The worker: where keys, token and password live, and what they open. Owns the message port; the flows are `people/`'s.
 *
 * Nothing but answers, progress and events leaves it, and every rejection is a `Failure`.
 */

import { RelayClock } from "../clock.ts";
import mailWorker from "../mail/mailworker.ts?worker&url";
import { originOf } from "../origin.ts";
import { failureOf, fault, fetched } from "../people/fault.ts";
import type { Inside } from "../people/inside.ts";
import type { MailParser } from "../people/mailparser.ts";
import { Visit } from "../people/visit.ts";
import type { World } from "../people/world.ts";
import stretchWorker from "../stretch/stretchworker.ts?worker&url";
import type { Asked, Told } from "./calls.ts";
import { workerMakers } from "./trusted.ts";
import { stretchElsewhere } from "./unlock.ts";

const after = (milliseconds: number, work: () => void) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};

const makers = workerMakers({ mail: mailWorker, stretch: stretchWorker });
let parsing: Promise<MailParser> | null = null;

/** The way to where mail is taken apart: fetched when mail is first met. */
function mailParser(): Promise<MailParser> {
  parsing ??= fetched(() => import("../people/mailparser.ts")).then(
    ({ WorkerParser }) => new WorkerParser(makers.mail, after),
  );
  parsing.catch(() => {
    parsing = null;
  });
  return parsing;
}

let stretching: Worker | null = null;

function prepareStretch(): Worker {
  stretching ??= makers.stretch();
  return stretching;
}

/** A worker for each secret: an engine gives 64 MiB back only when it next tidies up, or when the worker ends. */
function stretchThere(secret: Uint8Array, salt: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const worker = prepareStretch();
  stretching = null;
  return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => resolve(data);
    // It could not be fetched.
    worker.onerror = () => reject(fault("offline"));
    worker.postMessage({ secret, salt });
  }).finally(() => worker.terminate());
}

// Browsers in which a worker cannot start another stretch here.
if ("Worker" in self) {
  stretchElsewhere({ prepare: prepareStretch, run: stretchThere });
}

const world: World = {
  origin: originOf(self.location),
  fetch: (address, init) => fetch(address, init),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  clock: new RelayClock(() => Date.now()),
  random: (sizeBytes) => crypto.getRandomValues(new Uint8Array(sizeBytes)),
  words: () =>
    fetched(async () => {
      const list = import("../../../../keys/words.txt?raw");
      const { readWords } = await import("./wordlist.ts");
      return readWords((await list).default);
    }),
  agreement: async (language) =>
    (await fetched(() => import("../people/packaged.ts"))).packaged[language],
  after,
  mail: {
    head: async (bytes) => await (await mailParser()).head(bytes),
    mail: async (raw) => await (await mailParser()).mail(raw),
  },
};

const tell = (told: Told) => self.postMessage(told);
const visit: Inside = new Visit(world, (event) => tell({ event }));
const stops = new Map<number, AbortController>();

self.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  if ("stop" in data) {
    stops.get(data.stop)?.abort();
  } else {
    answer(data);
  }
});

async function answer({ call, name, args }: Exclude<Asked, { stop: number }>): Promise<void> {
  const stop = new AbortController();
  stops.set(call, stop);
  const run = { progress: tellProgress(call), signal: stop.signal };
  try {
    // The type of `Asked` ties arguments to names; here all that is left to do is to hand them over.
    const work = visit[name] as (...given: unknown[]) => Promise<unknown>;
    tell({ call, value: await work.call(visit, ...args, run) });
  } catch (reason) {
    tell({ call, failure: failureOf(reason) });
  } finally {
    stops.delete(call);
  }
}

/** At most some twenty a second: a page draws no more, and a fast line would tell thousands. */
function tellProgress(call: number): (progress: { done: number; total: number }) => void {
  let toldAt = 0;
  return (progress) => {
    const at = performance.now();
    if (at - toldAt >= 50 || progress.done === progress.total) {
      toldAt = at;
      tell({ call, progress });
    }
  };
}
