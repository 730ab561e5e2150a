/** What the primitives must be, against the official HPKE vector and the edge cases that libraries disagree on. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { numberToBytesLE } from "@noble/curves/utils.js";
import { ml_kem768_x25519 } from "@noble/post-quantum/hybrid.js";
import { type Bytes, concat, textBytes } from "./encoding.ts";
import { BadSignature, KeysError, Malformed, NotOpened } from "./errors.ts";
import { selftest } from "./selftest.ts";
import { bytes, counting } from "./sources.testing.ts";
import * as suite from "./suite.ts";

interface HpkeVector {
  [field: string]: string | number | { aad: string; pt: string; ct: string }[];
}

/** The vectors travel with the Python test dependency `cryptography-vectors`. */
function officialVectors(): HpkeVector[] {
  const named = process.env.HPKE_PQ_VECTORS;
  return JSON.parse(readFileSync(named ?? installedVectors(), "utf8"));
}

function installedVectors(): string {
  const lib = join(import.meta.dirname, "../../../../.venv/lib");
  const python = readdirSync(lib).find((name) => name.startsWith("python3"));
  const packages = join(lib, python ?? "python3", "site-packages");
  return join(packages, "cryptography_vectors/HPKE/hpke-pq-test-vectors.json");
}

test("the official HPKE vector of our triple agrees in every value", () => {
  const vector = officialVectors().find(
    (each) => each.kem_id === 0x647a && each.kdf_id === 1 && each.aead_id === 3,
  );
  assert.ok(vector, "the file holds the triple 0x647a/0x0001/0x0003");
  const field = (name: string) => bytes(vector[name] as string);
  const open = suite.OpenKey.fromSeed(field("skRm"));
  assert.deepEqual(open.public, field("pkRm"));
  assert.deepEqual(open.decapsulate(field("enc")), field("shared_secret"));
  const keys = suite.hpkeKeys(field("shared_secret"), field("info"));
  assert.deepEqual(keys, { key: field("key"), nonce: field("base_nonce") });
  const first = (vector.encryptions as { aad: string; pt: string; ct: string }[])[0];
  assert.ok(first);
  const cipher = chacha20poly1305(keys.key, keys.nonce, bytes(first.aad));
  assert.deepEqual(cipher.encrypt(bytes(first.pt)), bytes(first.ct));
  const again = open.sealKey().encapsulate(() => field("ikmE"));
  assert.deepEqual(again, { shared: field("shared_secret"), encapsulation: field("enc") });
});

test("X-Wing agrees with the library's own composition", () => {
  for (let turn = 0; turn < 8; turn++) {
    const seed = counting(turn)(32);
    const theirs = ml_kem768_x25519.keygen(seed);
    const ours = suite.OpenKey.fromSeed(seed);
    assert.deepEqual(ours.public, theirs.publicKey);
    const sealed = ml_kem768_x25519.encapsulate(theirs.publicKey, counting(turn + 100)(64));
    assert.deepEqual(ours.decapsulate(sealed.cipherText as Bytes), sealed.sharedSecret);
  }
});

test("what is sealed opens under the same info alone, and no shortened or changed text opens", () => {
  const open = suite.OpenKey.fromSeed(counting(1)(32));
  const sealed = suite.hpkeSeal(open.sealKey(), textBytes("info"), textBytes("share"), counting(2));
  assert.deepEqual(suite.hpkeOpen(open, textBytes("info"), sealed, 5), textBytes("share"));
  assert.throws(() => suite.hpkeOpen(open, textBytes("Info"), sealed, 5), NotOpened);
  assert.throws(() => suite.hpkeOpen(open, textBytes("info"), sealed.slice(0, -1), 5), NotOpened);
  for (let at = 0; at < sealed.length; at += 13) {
    const changed = sealed.slice();
    changed[at] = (changed[at] as number) ^ 1;
    assert.throws(() => suite.hpkeOpen(open, textBytes("info"), changed, 5), NotOpened);
  }
});

test("a sealing key with an ML-KEM coefficient out of range or a low-order X25519 half is refused", () => {
  const raw = suite.OpenKey.fromSeed(counting(1)(32)).public;
  assert.throws(() => suite.SealKey.fromBytes(raw.slice(1)), Malformed);
  const outOfRange = raw.slice();
  outOfRange.fill(0xff, 0, 3);
  assert.throws(() => suite.SealKey.fromBytes(outOfRange), Malformed);
  const lowOrder = concat(raw.slice(0, 1184), new Uint8Array(32));
  const key = suite.SealKey.fromBytes(lowOrder);
  assert.throws(() => suite.hpkeSeal(key, textBytes("i"), textBytes("x"), counting(1)), Malformed);
});

test("an ordinary signature verifies, and not under another key, over other bytes or with S plus the order", () => {
  const key = suite.SignKey.fromSeed(counting(7)(32));
  const signature = key.sign(textBytes("a"), textBytes("bc"));
  suite.verify(key.public, signature, textBytes("ab"), textBytes("c"));
  const refuse = (by: Bytes, signed: Bytes, text: string) =>
    assert.throws(() => suite.verify(by, signed, textBytes(text)), BadSignature);
  refuse(key.public, signature, "abd");
  refuse(suite.SignKey.fromSeed(counting(8)(32)).public, signature, "abc");
  refuse(key.public, signature.slice(1), "abc");
  const scalar = ed25519.Point.Fn.fromBytes(signature.slice(32));
  const raised = numberToBytesLE(scalar + ed25519.Point.Fn.ORDER, 32) as Bytes;
  refuse(key.public, concat(signature.slice(0, 32), raised), "abc");
});

test("keys with torsion, of small order, or not canonical are refused when pinned and when verifying", () => {
  const { Point } = ed25519;
  const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const mixed = Point.BASE.multiply(5n).add(torsion).toBytes() as Bytes;
  const one = bytes(`01${"00".repeat(31)}`);
  const notCanonical = bytes(`ee${"ff".repeat(30)}7f`);
  for (const key of [mixed, torsion.toBytes() as Bytes, one, notCanonical, new Uint8Array(31)]) {
    assert.equal(suite.isStrictPublic(key), false);
    assert.throws(() => suite.verify(key, new Uint8Array(64), textBytes("x")), BadSignature);
  }
  assert.equal(suite.isStrictPublic(Point.BASE.toBytes() as Bytes), true);
});

test("a signature whose R has torsion or is the neutral element is refused", () => {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const secret = 12345n;
  const key = Point.BASE.multiply(secret);
  const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const signWith = (nonce: bigint, R: InstanceType<typeof Point>) => {
    const encoded = R.toBytes() as Bytes;
    const challenge = suite.ed25519Challenge(encoded, key.toBytes() as Bytes, [textBytes("m")]);
    const s = numberToBytesLE((nonce + challenge * secret) % order, 32) as Bytes;
    return concat(encoded, s);
  };
  const by = key.toBytes() as Bytes;
  suite.verify(by, signWith(77n, Point.BASE.multiply(77n)), textBytes("m"));
  const mixed = signWith(77n, Point.BASE.multiply(77n).add(torsion));
  assert.throws(() => suite.verify(by, mixed, textBytes("m")), BadSignature);
  assert.throws(() => suite.verify(by, signWith(0n, Point.ZERO), textBytes("m")), BadSignature);
});

test("the expansion of an empty salt is the RFC's zero salt", () => {
  const explicit = suite.hkdf(textBytes("k"), textBytes("i"), 40, new Uint8Array(32));
  assert.deepEqual(suite.hkdf(textBytes("k"), textBytes("i"), 40), explicit);
});

test("this platform passes the self-test of the core, and another result would be refused", async () => {
  await selftest();
  const honest = crypto.subtle.encrypt;
  crypto.subtle.encrypt = async () => new ArrayBuffer(34);
  try {
    await assert.rejects(selftest(), KeysError);
  } finally {
    crypto.subtle.encrypt = honest;
  }
});
