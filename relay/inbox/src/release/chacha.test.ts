/** The page's own cipher opens what the library seals, and nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chacha20poly1305 as library } from "@noble/ciphers/chacha.js";
import { KeysError } from "../crypto/errors.ts";
import { counting } from "../crypto/sources.testing.ts";
import { chacha20poly1305 } from "./chacha.ts";

const random = counting(41);

test("it opens whatever the library seals, of every length up to four blocks", () => {
  for (let length = 0; length <= 260; length++) {
    const [key, nonce, plain] = [random(32), random(12), random(length + 1).slice(1)];
    const sealed = library(key, nonce).encrypt(plain) as typeof plain;
    assert.deepEqual(chacha20poly1305(key, nonce).decrypt(sealed), plain);
  }
});

test("extreme keys and texts carry over as they should", () => {
  for (const byte of [0, 255]) {
    const [key, nonce, plain] = [32, 12, 200].map((n) => new Uint8Array(n).fill(byte));
    const [one, two, three] = [key, nonce, plain] as [
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
    ];
    const sealed = library(one, two).encrypt(three) as typeof three;
    assert.deepEqual(chacha20poly1305(one, two).decrypt(sealed), three);
  }
});

test("one changed bit anywhere, a missing byte or none at all open nothing", () => {
  const [key, nonce, plain] = [random(32), random(12), random(81)];
  const sealed = library(key, nonce).encrypt(plain) as typeof plain;
  const { decrypt } = chacha20poly1305(key, nonce);
  for (let at = 0; at < sealed.length * 8; at++) {
    const changed = sealed.slice();
    changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
    assert.throws(() => decrypt(changed), KeysError);
  }
  for (const cut of [0, 1, 15, 16, sealed.length - 1]) {
    assert.throws(() => decrypt(sealed.slice(0, cut)), KeysError);
  }
});
