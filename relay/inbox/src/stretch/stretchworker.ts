/** The worker in which a password is stretched: it lives for one answer, and its 64 MiB go with it. Owns its message port alone. */

import { argon2id } from "./argon2.ts";

export interface Asked {
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array<ArrayBuffer>;
}

self.addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  self.postMessage(await argon2id(data.secret, data.salt));
});
