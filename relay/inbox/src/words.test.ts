/** The words: what no sentence may say, and how figures are said. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { firstName, size, words } from "./words.ts";

/** Words that mean something only to programmers, blame, or sell (experience, part 3.0). */
const FORBIDDEN =
  /\b(expir\w*|ttl|purg\w*|tokens?|sessions?|keys?|fingerprints?|encrypt\w*|decrypt\w*|secure\w*|security|zero-knowledge|invalid|credentials?|cipher\w*|hash\w*|login|log in|sign in|password manager|oops|sorry|failed|error)\b/i;

/** Said once, on the page that explains. */
const ALLOWED_ONCE = "end-to-end encrypted";

/** Every sentence of the catalogue; functions are asked with figures and names. */
function sentences(part: unknown): readonly string[] {
  if (typeof part === "string") {
    return [part];
  }
  if (typeof part === "function") {
    return sampled(part as (...given: unknown[]) => unknown);
  }
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(sentences) : [];
}

const CODES = [
  "invitation-used",
  "invitation-expired",
  "invitation-withdrawn",
  "invitation-unknown",
  "invitation-mistyped",
  "wrong-password",
  "too-many-requests",
  "sheet-group",
  "name-taken",
  "password-short",
  "password-common",
  "offline",
  "server",
  "gone",
  "locked",
  "too-large",
  "refused",
  "closed",
  "contact-changed",
  "keeper-away",
  "full",
  "stopped",
  "unknown",
];
const SAMPLES: readonly (readonly unknown[])[] = [
  ["Anna", "Sunday 14 March", 3],
  [3, "Sunday 14 March", true],
  [1, 1, false],
  [true],
  ["me", "Anna", "Sunday 14 March"],
  [{ messages: 2, files: 1, bytes: 1200, calls: 1 }, 3],
  [["+44 7700 900142", "+41 79 555 01 17"], "Anna", "x"],
  [{ unread: true, who: "Anna", subject: "x", when: "Tuesday", files: 2, keeping: "x" }],
  ...["kept", "soon", "last", "gone"].map((kind) => [
    { kind, date: "14 March", weekday: "Friday", when: "today", at: "18:00" },
  ]),
  ...CODES.flatMap((code) => [
    [{ code }, "Anna"],
    [{ code, detail: "7F3A", retryAfter: 12, group: 4 }, "Anna"],
  ]),
];

function sampled(words: (...given: unknown[]) => unknown): readonly string[] {
  return SAMPLES.flatMap((given) => {
    try {
      return sentences(words(...given));
    } catch {
      return []; // a sample of another shape than this sentence takes
    }
  });
}

const FILES = readdirSync(import.meta.dirname).filter((name) =>
  /^words(\.(?!test)\w+)?\.ts$/.test(name),
);
const CATALOGUES: readonly object[] = await Promise.all(FILES.map((name) => import(`./${name}`)));
/** What a catalogue exports as an object is words; helpers are functions. */
const WORDS = CATALOGUES.flatMap((all) =>
  Object.values(all).filter((one) => typeof one === "object"),
);
const ALL = [...new Set(WORDS.flatMap(sentences))];

test("no sentence says a forbidden word; one, on the page that explains, once", () => {
  const once = ALL.filter((sentence) => sentence.includes(ALLOWED_ONCE));
  assert.equal(once.length, 1);
  for (const sentence of ALL) {
    assert.doesNotMatch(sentence.replace(ALLOWED_ONCE, ""), FORBIDDEN);
  }
});

test("nothing is shouted, and quotation marks are set, not typed", () => {
  for (const sentence of ALL) {
    assert.doesNotMatch(sentence, /!|'|"|\.\.\./);
  }
});

test("no sentence has a hole where a figure or a name should be", () => {
  assert.ok(ALL.length > 300);
  for (const code of CODES) {
    const said = words.failure({ code: code as "unknown" }, "Anna");
    assert.doesNotMatch(said, /undefined|NaN|null/);
    assert.match(said, /\.$/);
  }
});

test("views say nothing that is not in the catalogue", () => {
  const folder = new URL("./views/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tsx"))) {
    const source = readFileSync(new URL(file, folder), "utf8");
    const raw = [
      ...source.matchAll(
        /^\s+(?:<[a-zA-Z][^>]*>)?([A-Z][a-z]+ [a-z][^<>{}=;()]*)(?:<\/[a-z]+>)?$/gm,
      ),
    ];
    const attributes = [
      ...source.matchAll(/(?:aria-label|title|placeholder|alt)="([^"]*[a-z]{3}[^"]*)"/g),
    ];
    assert.deepEqual(
      [...raw, ...attributes].map((found) => found[1]),
      [],
      file,
    );
  }
});

test("sizes are said as people say them", () => {
  const said = [0, 999, 96_400, 999_600, 2_412_000, 25_000_000, 1_073_741_824].map(size);
  assert.deepEqual(said, ["0 bytes", "999 bytes", "96 KB", "1 MB", "2.4 MB", "25 MB", "1.1 GB"]);
});

test("a first name is the first of the names", () => {
  assert.equal(firstName("  Anna Maria Harrow "), "Anna");
});
