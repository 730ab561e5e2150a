/**
 * The page that checks a file of receipts, for whoever has no inbox, or none any more. Owns its way from the file to the page. It asks its own server once
 * whose signature it has, before it takes a file, and then has the browser forbid it every further request: of the file nothing can leave. It keeps
 * nothing.
 */

import { type Bytes, fromBase64url } from "../crypto/encoding.ts";
import { loadJson } from "../crypto/json.ts";
import type { FileVerdict } from "../crypto/receipt_check.ts";
import { MOST_FILE_BYTES, type ReceiptKeys } from "../crypto/receipt_file.ts";
import { receiptfile } from "../german/receiptfile.ts";
import { receipts } from "../german/receipts.ts";
import { speak } from "../language.ts";
import { originOf } from "../origin.ts";
import { element, show } from "../page/element.ts";
import { receiptFileWords as words } from "../words.receiptfile.ts";
import { size } from "../written.ts";
import {
  type Here,
  judgingHere,
  NotRead,
  type Refusal,
  readReceipts,
  standingOf,
} from "./reading.ts";
import { drawResult } from "./result.ts";
import "./check.css";

const ANSWER_MS = 10_000;
/** For so long a check may hold the page up before it says how far it is. */
const SLICE_MS = 200;
const GERMAN: Readonly<Record<string, object>> = { receiptfile, receipts };

/** Each file, and each *Stop*, ends what was going on before. */
let turn = 0;

async function ask(): Promise<Here> {
  const { host } = new URL(originOf(location));
  try {
    const answer = await fetch("/v1/relay", {
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { host, keys: answer.ok ? keysOf(host, await answer.arrayBuffer()) : null };
  } catch {
    return { host, keys: null };
  }
}

function keysOf(host: string, raw: ArrayBuffer): ReceiptKeys {
  const { relay_key: relay, log_key: log } = loadJson(new Uint8Array(raw));
  const key = (text: unknown) => fromBase64url(String(text), 32);
  return { host, relayPublic: key(relay), logPublic: key(log) };
}

/** From here on the browser lets this page reach nobody, its own server included. */
function goSilent(): void {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "connect-src 'none'";
  document.head.append(policy);
}

// --- choosing ---

function showForm(here: Here): void {
  const field = element("input", "") as HTMLInputElement;
  const hint = element("p", "hint", words.drop);
  hint.id = "hint";
  field.type = "file";
  field.accept = ".json,application/json";
  field.setAttribute("aria-describedby", hint.id);
  field.onchange = () => take([...(field.files ?? [])], here);
  // A browser writes its own language on a field for files: what is pressed is the label around it.
  show(...opening(), element("div", "ask", element("label", "do", field, words.choose), hint));
}

function opening(): HTMLElement[] {
  return [
    element("h1", "", words.heading),
    element("p", "", words.lead),
    element("p", "", words.alone),
  ];
}

/** A file that is dropped anywhere is meant for us; without this the browser would open it in the page's place. */
function takeDrops(here: Here): void {
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) {
      take(files, here);
    }
  };
}

// --- checking ---

async function take(files: readonly File[], here: Here): Promise<void> {
  const mine = ++turn;
  const [file] = files;
  if (!file || files.length > 1) {
    refuse(words.refused.several, here);
    return;
  }
  try {
    const found = await check(file, here, () => mine === turn);
    if (found) {
      show(...drawResult(found.standing, found.verdict, here), again(here));
    }
  } catch (reason) {
    if (mine === turn) {
      refuse(refusalWords(reason instanceof NotRead ? reason.why : "unread"), here);
    }
  }
}

/** Check a file, saying how far it is; null once something else goes on. */
async function check(file: File, here: Here, goesOn: () => boolean) {
  if (file.size > MOST_FILE_BYTES) {
    throw new NotRead("large");
  }
  const said = showProgress(here);
  const receipts = readReceipts(await bytesOf(file));
  const standing = standingOf(receipts.keys, here);
  const steps = judgingHere(receipts, standing, here);
  let verdict: FileVerdict | null = null;
  let pausedAt = performance.now();
  while (goesOn() && !verdict) {
    const step = steps.next();
    if (step.done) {
      verdict = step.value;
    } else if (performance.now() - pausedAt > SLICE_MS) {
      said(step.value, receipts.receipts.length);
      await drawn();
      pausedAt = performance.now();
    }
  }
  return verdict && { standing, verdict };
}

async function bytesOf(file: File): Promise<Bytes> {
  await drawn();
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new NotRead("unread");
  }
}

/** A turn of the page's loop, in which it draws and hears a press. */
function drawn(): Promise<void> {
  return new Promise((go) => setTimeout(go));
}

function showProgress(here: Here): (done: number, all: number) => void {
  const text = element("span", "", words.reading);
  const bar = element("progress", "") as HTMLProgressElement;
  const stop = element("button", "", words.stop);
  bar.setAttribute("aria-label", words.reading);
  stop.onclick = () => {
    turn++;
    refuse(words.stopped, here);
  };
  show(...opening(), element("p", "wait", bar, text), element("p", "acts", stop));
  return (done, all) => {
    bar.max = all;
    bar.value = done;
    text.textContent = words.progress(done, all);
  };
}

function refuse(text: string, here: Here): void {
  show(element("h1", "", words.refused.heading), element("p", "", text), again(here));
}

function refusalWords(why: Refusal): string {
  const { refused } = words;
  return why === "large" ? refused.large(size(MOST_FILE_BYTES)) : refused[why];
}

function again(here: Here): HTMLElement {
  const button = element("button", "", words.another);
  button.onclick = () => showForm(here);
  return element("p", "acts", button);
}

async function begin(): Promise<void> {
  const german = navigator.language.startsWith("de");
  speak(german ? "de" : "en-GB", (name) => (german ? GERMAN[name] : undefined));
  document.documentElement.lang = german ? "de" : "en";
  document.title = words.title;
  show(...opening(), element("p", "wait", words.asking));
  const here = await ask();
  goSilent();
  takeDrops(here);
  showForm(here);
}

begin();
