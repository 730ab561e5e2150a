/**
 * Tab: what lets a page be reloaded without asking again, and the label under which its owner knows a browser.
 *
 * Owns the tab key, made of the page's secret and the relay's half, the box under it, and the sealed label. Neither half
 * opens anything alone. Must never be handed to a store that outlives the tab. (docs/protocol.md, part 9.)
 */

import { openBox, sealBox } from "./box.ts";
import { cutLabel } from "./browsers.ts";
import {
  type Bytes,
  concat,
  countedText,
  exact,
  fromBase64url,
  label,
  Reader,
  toBase64url,
  u8,
  u64,
  utf8,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { derive, ID_BYTES, originHash } from "./names.ts";
import { checkLoginName } from "./unlock.ts";

const LABEL_BYTES = 64;
const NAME_BYTES = 65;
const VERSION: Bytes = new Uint8Array([1]);
const KEPT = /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/;

/** What the page keeps: the first half of it names this tab to the relay, the other never leaves the browser. */
export interface TabSecret {
  readonly token: Bytes;
  readonly secret: Bytes;
}

/** With what an open inbox goes on. */
export interface TabContent {
  readonly accountId: Bytes;
  readonly accountKey: Bytes;
  readonly sessionToken: Bytes;
  readonly openedAt: number;
  readonly vaultCounter: number;
  readonly name: string;
}

/** The text that the page keeps. */
export function encodeTabSecret({ token, secret }: TabSecret): string {
  return `${toBase64url(token)}.${toBase64url(secret)}`;
}

/** Read what a page kept; `Malformed` for anything else. */
export function parseTabSecret(kept: string): TabSecret {
  if (!KEPT.test(kept)) {
    throw new Malformed("not what a tab keeps");
  }
  const [token = "", secret = ""] = kept.split(".");
  return { token: fromBase64url(token, 32), secret: fromBase64url(secret, 32) };
}

/** Seal what goes on; `nonce` is 24 fresh random bytes. */
export function sealTab(
  tab: TabContent,
  secret: Bytes,
  half: Bytes,
  origin: string,
  nonce: Bytes,
): Bytes {
  const plain = concat(
    VERSION,
    exact(tab.accountId, ID_BYTES, "account id"),
    exact(tab.accountKey, 32, "account key"),
    exact(tab.sessionToken, 32, "session token"),
    u64(tab.openedAt),
    u64(tab.vaultCounter),
    padded(countedText(checkLoginName(tab.name), 1), NAME_BYTES),
  );
  return sealBox(tabKey(secret, half), "tab", tabAad(origin), plain, nonce);
}

/** Open it again; `NotOpened` where one of the halves is another. */
export function openTab(box: Bytes, secret: Bytes, half: Bytes, origin: string): TabContent {
  const reader = new Reader(openBox(tabKey(secret, half), "tab", tabAad(origin), box));
  reader.expect(VERSION, "version");
  const tab = {
    accountId: reader.take(ID_BYTES),
    accountKey: reader.take(32),
    sessionToken: reader.take(32),
    openedAt: reader.u64(),
    vaultCounter: reader.u64(),
    name: checkLoginName(readPadded(reader.take(NAME_BYTES))),
  };
  reader.finish();
  return tab;
}

/** Seal what its owner calls a browser, cut to what there is room for. */
export function sealLabel(text: string, vaultKey: Bytes, accountId: Bytes, nonce: Bytes): Bytes {
  const plain = padded(countedText(cutLabel(text), 1), LABEL_BYTES);
  return sealBox(vaultKey, "browser", labelAad(accountId), plain, nonce);
}

/** Open a label. */
export function openLabel(box: Bytes, vaultKey: Bytes, accountId: Bytes): string {
  return readPadded(openBox(vaultKey, "browser", labelAad(accountId), box));
}

function tabKey(secret: Bytes, half: Bytes): Bytes {
  return derive(concat(exact(secret, 32, "tab secret"), exact(half, 32, "half")), "tab");
}

function tabAad(origin: string): Bytes {
  return concat(label("tab"), originHash(origin));
}

function labelAad(accountId: Bytes): Bytes {
  return concat(label("browser"), exact(accountId, ID_BYTES, "account id"));
}

function padded(text: Bytes, sizeBytes: number): Bytes {
  return concat(text, ...Array.from({ length: sizeBytes - text.length }, () => u8(0)));
}

function readPadded(bytes: Bytes): string {
  const length = bytes[0] ?? 0;
  const rest = bytes.slice(1 + length);
  if (rest.some((byte) => byte !== 0) || length >= bytes.length) {
    throw new Malformed("not a padded text");
  }
  return utf8(bytes.slice(1, 1 + length));
}
