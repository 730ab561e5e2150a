/** Names of files: what must hold whoever gave them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { safeName } from "./filenames.ts";

const named = (given: string) => safeName(given, 2);

test("an ordinary name stays as it is, in any writing", () => {
  for (const name of [
    "goals.pdf",
    "Zürich – Pläne (2).docx",
    "目標.txt",
    "no ending",
    "a.b.c.tar.gz",
  ]) {
    assert.equal(named(name), name);
  }
});

test("no folder, however it is written", () => {
  for (const given of [
    "../../etc/goals.pdf",
    "C:\\temp\\goals.pdf",
    "/goals.pdf",
    "..\\../goals.pdf",
  ]) {
    assert.equal(named(given), "goals.pdf");
  }
  assert.equal(named("a\u2215b\uff0fc\uff3cd.txt"), "a_b_c_d.txt");
});

test("nothing turns the direction of writing, and nothing is hidden", () => {
  assert.equal(named("invoice\u202egpj.exe"), "invoicegpj.exe");
  assert.equal(named("a\u200b\u2066b\u2069\ufeff\u00ad.txt"), "ab.txt");
  assert.equal(named("a\u0000\r\nb.txt"), "ab.txt");
  assert.equal(named("a\ud800b.txt"), "ab.txt");
});

test("a second ending stays in sight: neither spaces nor length push it away", () => {
  assert.equal(named("photo.jpg.exe"), "photo.jpg.exe");
  assert.equal(named(`photo.jpg${" ".repeat(300)}.exe`), "photo.jpg .exe");
  assert.equal(named(`photo.jpg${"\u3000\u2003\u2800\u3164".repeat(90)}.exe`), "photo.jpg .exe");
  const long = named(`${"a".repeat(5000)}.jpg.exe`);
  assert.equal(long.length, 120);
  assert.match(long, /^a{100,}….exe$/);
  assert.equal(named("a".repeat(5000)).length, 120);
});

test("names that a system keeps for itself are no longer those names", () => {
  for (const given of ["con", "NUL.txt", "Com1", "lpt9.tar.gz", "aux.", "COM¹", "CONOUT$"]) {
    assert.match(named(given), /^_/);
  }
  assert.equal(named("console.txt"), "console.txt");
  assert.equal(named('a<b>c:d"e|f?g*h.txt'), "a_b_c_d_e_f_g_h.txt");
  assert.equal(named("goals.pdf:hidden"), "goals.pdf_hidden");
});

test("no hidden files, no ending that Windows drops, and never an empty name", () => {
  assert.equal(named(".bashrc"), "bashrc");
  assert.equal(named("run.exe. . ."), "run.exe");
  for (const given of ["", "...", "/", "\u202e", " "]) {
    assert.equal(named(given), "file-3");
  }
});
