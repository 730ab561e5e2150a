/**
 * Tab: how an open inbox is left for the next load of its page, and gone on with.
 *
 * Owns the passage: the page keeps one half, the relay the other, and a lock ends both. Must never leave either half where
 * the other is. (docs/protocol.md, part 9.)
 */

import type { Api } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { fromBase64url, toBase64url } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import {
  encodeTabSecret,
  openTab,
  parseTabSecret,
  sealLabel,
  sealTab,
  type TabContent,
} from "../crypto/tab.ts";
import { type Account, openAccount } from "./account.ts";
import { Fault, fault } from "./fault.ts";
import type { World } from "./world.ts";

/** Leave the relay its half; answers what the page keeps. */
export async function keepTab(
  api: Api,
  { account, openedAt }: { readonly account: Account; readonly openedAt: number },
  world: World,
  how: { readonly idleSeconds: number; readonly label: string },
): Promise<string> {
  const { random, origin } = world;
  const { keys, records, name, accountKey } = account;
  const { accountId, counter } = records.vault;
  const mine = { token: random(32), secret: random(32) };
  const half = random(32);
  const content: TabContent = {
    accountId,
    accountKey,
    sessionToken: fromBase64url(api.token, 32),
    openedAt,
    vaultCounter: counter,
    name,
  };
  await api.ask("PUT", "/v1/sessions/tab", {
    token: toBase64url(mine.token),
    half: toBase64url(half),
    box: toBase64url(sealTab(content, mine.secret, half, origin, random(NONCE_BYTES))),
    idle_seconds: how.idleSeconds,
    label: toBase64url(sealLabel(how.label, keys.vaultKey, accountId, random(NONCE_BYTES))),
  });
  return encodeTabSecret(mine);
}

/** Go on with what was left; `locked` where there is nothing any more. */
export async function resumeTab(
  api: Api,
  world: World,
  kept: string,
): Promise<{ account: Account; openedAt: number }> {
  const content = await takeBack(api, world, kept);
  await api.goOn(toBase64url(content.sessionToken));
  const account = await openAccount(api, world, content, content.vaultCounter);
  return { account, openedAt: content.openedAt };
}

async function takeBack(api: Api, world: World, kept: string): Promise<TabContent> {
  try {
    const { token, secret } = parseTabSecret(kept);
    const fields = await api.ask("POST", "/v1/sessions/resume", { token: toBase64url(token) });
    return openTab(fields.bytes("box"), secret, fields.bytes("half", 32), world.origin);
  } catch (reason) {
    const away = reason instanceof Fault && ["offline", "server"].includes(reason.failure.code);
    throw away || !(reason instanceof Fault || reason instanceof KeysError)
      ? reason
      : fault("locked");
  }
}
