/** A copy is whole, opens without a network, and nothing in it acts or leads out of it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { archivePage, checksums, safeName } from "./archive.ts";
import { crc32, zip } from "./zip.ts";

const WORDS = {
  lang: "en",
  title: "Messages",
  people: "Maya & Anna",
  destroy: "Please destroy this by 14 March 2027.",
  search: "Search",
  noSubject: "No subject",
  files: "Files",
  also: [{ label: "Agreement", path: "agreement/agreement.txt" }],
};

test("CRC-32 is that of everybody else", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("another program opens the archive and finds every byte and its checksum", async () => {
  const big = new Uint8Array(300_000).map((_, at) => at % 251);
  const entries = [
    { name: "messages/0001.txt", content: new Blob(["über den Fluss"]) },
    { name: "files/0001-Bild é.bin", content: new Blob([big]) },
    { name: "empty", content: new Blob([]) },
  ];
  const listed = { name: "checksums.txt", content: new Blob([await checksums(entries)]) };
  const folder = mkdtempSync(join(tmpdir(), "copy-"));
  try {
    const whole = await zip([...entries, listed], 1_800_000_000);
    writeFileSync(join(folder, "copy.zip"), Buffer.from(await whole.arrayBuffer()));
    const script =
      "import sys,zipfile,hashlib; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2]); print(len(z.namelist()))";
    const said = execFileSync("python3", ["-c", script, join(folder, "copy.zip"), folder]);
    assert.equal(said.toString().trim(), "4");
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, "files/0001-Bild é.bin"))), big);
    for (const line of readFileSync(join(folder, "checksums.txt"), "utf8").trim().split("\n")) {
      const [hash, name] = line.split("  ");
      const again = execFileSync("python3", [
        "-c",
        "import sys,hashlib; print(hashlib.sha256(open(sys.argv[1],'rb').read()).hexdigest())",
        join(folder, name ?? ""),
      ]);
      assert.equal(again.toString().trim(), hash);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("no name leads out of the archive or is taken for something else", () => {
  for (const [name, safe] of [
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", "_.._etc_passwd"],
    ["a\\b:c*.txt", "a_b_c_.txt"],
    ["", "file"],
    ["...", "file"],
    ["con.txt", "_con.txt"],
    ["invoice\u202efdp.exe", "invoice_fdp.exe"],
    [`${"x".repeat(300)}.jpeg`, `${"x".repeat(100)}.jpeg`],
  ] as const) {
    assert.equal(safeName(name), safe);
  }
});

test("a page with nothing to search runs nothing", () => {
  const page = archivePage([], { ...WORDS, search: null });
  assert.doesNotMatch(page, /<script|<input/);
});

test("what somebody wrote stays text", () => {
  const hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>";
  const page = archivePage(
    [
      {
        from: hostile,
        at: 1,
        when: "today",
        subject: hostile,
        text: hostile,
        keptUntil: 2,
        files: [{ name: hostile, path: 'files/javascript:"x.html', bytes: 1 }],
      },
    ],
    WORDS,
  );
  assert.equal(page.match(/<script>/g)?.length, 1);
  assert.equal(page.match(/<img/g), null);
  assert.match(page, /href="\.\/files\/javascript%3A%22x\.html"/);
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /https?:\/\//);
});
