/**
 * The mail worker: the one place where a stranger's bytes are taken apart. Owns its message port and nothing else: no key,
 * no network (its policy forbids it, relay/http_api/pages.py), no memory of the mail before.
 */

import type { Asked, Told } from "../people/mailparser.ts";
import { openMail, readHead } from "./parse.ts";

self.addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  const told: Told =
    data.kind === "head"
      ? { call: data.call, head: await readHead(data.bytes) }
      : { call: data.call, mail: await openMail(data.bytes) };
  self.postMessage(told);
});
