/** A copy is whole, opens without a network, and nothing in it acts or leads out of it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  ArchiveWriter,
  article,
  type CopiedMessage,
  pageFoot,
  pageHead,
  safeName,
} from "./archive.ts";
import { CopyFile, type Sealing } from "./copyfile.ts";
import { keptParts, NotWritten, type Target } from "./target.ts";
import { crc32, ZipWriter } from "./zip.ts";

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

/** What Python says of an archive; every entry is read, and stands in the folder afterwards. */
function python(script: string, ...given: readonly string[]): string {
  return execFileSync("python3", ["-c", script, ...given])
    .toString()
    .trim();
}

const READ =
  "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2]); print(len(z.namelist()))";
const SUM = "import sys,hashlib; print(hashlib.sha256(open(sys.argv[1],'rb').read()).hexdigest())";

test("another program opens the archive and finds every byte and its checksum", async () => {
  const big = new Uint8Array(3_000_000).map((_, at) => at % 251);
  const folder = mkdtempSync(join(tmpdir(), "copy-"));
  try {
    const file = new CopyFile(keptParts(), null);
    const archive = new ArchiveWriter(file.write, 1_800_000_000);
    await archive.addText("messages/0001.txt", "über den Fluss");
    await archive.add("files/0001-Bild é.bin", new Blob([big]));
    await archive.addText("empty", "");
    await archive.finish();
    const whole = await file.finish();
    assert.ok(whole);
    writeFileSync(join(folder, "copy.zip"), Buffer.from(await whole.arrayBuffer()));
    assert.equal(python(READ, join(folder, "copy.zip"), folder), "4");
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, "files/0001-Bild é.bin"))), big);
    const lines = readFileSync(join(folder, "checksums.txt"), "utf8").trim().split("\n");
    assert.equal(lines.length, 3);
    for (const line of lines) {
      const [hash, name] = line.split("  ");
      assert.equal(python(SUM, join(folder, name ?? "")), hash);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what begins beyond 4 GiB is found by another program", async () => {
  const folder = mkdtempSync(join(tmpdir(), "copy-"));
  const file = openSync(join(folder, "large.zip"), "w");
  // A hole in the file stands for what nobody wants to write in a test: its checksum is not looked at.
  const hole = { size: 2 ** 31 + 2 ** 30, stream: () => new Blob([]).stream() } as unknown as Blob;
  try {
    let at = 0;
    const zip = new ZipWriter(async (part) => {
      if (part !== hole) {
        writeSync(file, new Uint8Array(await new Blob([part]).arrayBuffer()), 0, null, at);
      }
      at += part instanceof Uint8Array ? part.length : part.size;
    }, 1_800_000_000);
    await zip.add("hole-1", hole);
    await zip.add("hole-2", hole);
    await zip.add("last.txt", new Blob(["found"]));
    await zip.finish();
    closeSync(file);
    const script =
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(len(z.namelist()), z.getinfo('hole-2').file_size, z.read('last.txt').decode())";
    assert.equal(python(script, join(folder, "large.zip")), `3 ${hole.size} found`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is broken off while its bytes are looked at is not in it", async () => {
  const parts: (Blob | Uint8Array)[] = [];
  const archive = new ArchiveWriter(async (part) => {
    parts.push(part);
  }, 1_800_000_000);
  const stopped = archive.add("file", new Blob(["half"]), () => {
    throw new Error("stopped");
  });
  await assert.rejects(stopped, /stopped/);
  assert.deepEqual(parts, []);
});

test("a file passes in pieces, sealed where it is locked, and what cannot be written is said", async () => {
  const sizes: number[] = [];
  const sealing: Sealing = {
    head: new Uint8Array([1]),
    seal: async (piece) => {
      sizes.push(piece.length);
      return piece.map((byte) => byte ^ 0xff);
    },
    end: async () => new Uint8Array([2]),
  };
  const file = new CopyFile(keptParts(), sealing);
  await file.begin();
  const plain = new Uint8Array(2_500_000).fill(7);
  await file.write(new Uint8Array([7]));
  await file.write(new Blob([plain]));
  const whole = new Uint8Array((await (await file.finish())?.arrayBuffer()) ?? new ArrayBuffer(0));
  assert.deepEqual([whole[0], whole[1], whole.at(-2), whole.at(-1)], [1, 0xf8, 0xf8, 2]);
  assert.equal(whole.length, plain.length + 3);
  assert.ok(Math.max(...sizes) <= 1024 * 1024);
  let dropped = 0;
  const full: Target = {
    write: () => Promise.reject(new NotWritten("no room")),
    finish: async () => null,
    drop: async () => {
      dropped++;
    },
  };
  const broken = new CopyFile(full, null);
  await assert.rejects(broken.write(new Blob([plain])), NotWritten);
  await broken.drop();
  assert.equal(dropped, 1);
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
  const page = pageHead({ ...WORDS, search: null }) + pageFoot({ ...WORDS, search: null });
  assert.doesNotMatch(page, /<script|<input/);
});

test("what somebody wrote stays text", () => {
  const hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>";
  const message: CopiedMessage = {
    id: "0",
    from: hostile,
    mine: false,
    at: 1,
    when: "today",
    subject: hostile,
    text: hostile,
    keptUntil: 2,
    files: [{ name: hostile, path: 'files/javascript:"x.html', bytes: 1 }],
    refused: [],
  };
  const page = pageHead(WORDS) + article(message, WORDS) + pageFoot(WORDS);
  assert.equal(page.match(/<script>/g)?.length, 1);
  assert.equal(page.match(/<img/g), null);
  assert.match(page, /href="\.\/files\/javascript%3A%22x\.html"/);
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /https?:\/\//);
});
