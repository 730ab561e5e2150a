/** The words: what no sentence may say, and how figures are said. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fetchGerman } from "./german/parts.ts";
import { receiptfile } from "./german/receiptfile.ts";
import { words as germanWords } from "./german/words.ts";
import { speak } from "./language.ts";
import { languageFor } from "./languages.ts";
import { keeping } from "./time.ts";
import { firstName, size, words } from "./words.ts";
import { number } from "./written.ts";

/** Words that mean something only to programmers, blame, or sell (experience, part 3.0). */
const FORBIDDEN =
  /\b(expir\w*|ttl|purg\w*|tokens?|sessions?|keys?|fingerprints?|encrypt\w*|decrypt\w*|secure\w*|security|zero-knowledge|invalid|credentials?|cipher\w*|hash\w*|login|log in|sign in|password manager|oops|sorry|failed|error)\b/i;

/** The same in German; *du* besides, since nobody is called so here. */
const FORBIDDEN_GERMAN =
  /(?<!\p{L})(abgelaufen\p{L}*|läuft ab|ablauf\p{L}*|ttl|tokens?|sitzung\p{L}*|(zugangs|haupt|privat)?schlüssel\p{L}*|fingerabdr\p{L}*|(ver|ent)schlüssel\p{L}*|sicherheit\p{L}*|gesichert\p{L}*|ungültig\p{L}*|zugangsdaten|anmeldedaten|chiffr\p{L}*|hash\p{L}*|login|einloggen|anmeld\p{L}*|angemeldet|passwortmanager|ups|hoppla|leider|entschuldig\p{L}*|fehlgeschlagen|fehler\p{L}*|expir\p{L}*|du|dein\p{L}*|dir|dich|euch|euer|eure\p{L}*)(?!\p{L})/iu;

/** Said once, on the page that explains. */
const ALLOWED_ONCE = /end-to-end encrypted|Ende-zu-Ende-verschlüsselt/;

/** What is the same in both languages, and what the samples bring along. */
const THE_SAME =
  /\b(Link|Code|Server|Re:|mailbox setup|Ctrl|P|Anna|me|true|undefined|object|Object|Sunday|March|today)(?!\p{L})/gu;

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

const FOLDER = import.meta.dirname;
const FILES = readdirSync(FOLDER).filter((name) => /^words(\.(?!test)\w+)?\.ts$/.test(name));
/** What a catalogue announces, under its name: words, as `said` was given them. */
const ENGLISH = new Map<string, object>();
for (const file of FILES) {
  const names = [
    ...readFileSync(`${FOLDER}/${file}`, "utf8").matchAll(/^export const (\w+) = said\("(\w+)"/gm),
  ];
  assert.equal(names.length, 1, `${file} announces one catalogue`);
  const all = (await import(`./${file}`)) as Record<string, object>;
  for (const [, exported = "", name = ""] of names) {
    ENGLISH.set(name, all[exported] as object);
  }
}
// The page that checks a file of receipts is one file, and has its German in it.
const GERMAN = new Map<string, object>(
  Object.entries({ ...(await fetchGerman([...ENGLISH.keys()])), receiptfile }),
);
const ALL = [...new Set([...ENGLISH.values()].flatMap(sentences))];
const ALL_GERMAN = [...new Set([...GERMAN.values()].flatMap(sentences))];

for (const [language, all, forbidden] of [
  ["English", ALL, FORBIDDEN],
  ["German", ALL_GERMAN, FORBIDDEN_GERMAN],
] as const) {
  test(`${language}: no sentence says a forbidden word; one, on the page that explains, once`, () => {
    assert.equal(all.filter((sentence) => ALLOWED_ONCE.test(sentence)).length, 1);
    for (const sentence of all) {
      assert.doesNotMatch(sentence.replace(ALLOWED_ONCE, ""), forbidden);
    }
  });

  test(`${language}: nothing is shouted, and quotation marks are set, not typed`, () => {
    for (const sentence of all) {
      assert.doesNotMatch(sentence, /!|'|"|\.\.\./);
    }
  });

  test(`${language}: a sentence is read once: 30 words at most, 13 on average`, () => {
    const long = all
      .flatMap((text) => text.split(/(?<=[.?:;])\s+/))
      .map((sentence) => sentence.split(/\s+/).length);
    assert.ok(Math.max(...long) <= 30);
    assert.ok(long.reduce((sum, one) => sum + one, 0) / long.length <= 13);
  });
}

test("German quotation marks open below and close above", () => {
  for (const sentence of ALL_GERMAN) {
    assert.match(sentence, /^([^„“”]|„[^„“”]*“)*$/);
  }
});

test("German says all that English says, and nothing besides", () => {
  assert.deepEqual([...GERMAN.keys()].sort(), [...ENGLISH.keys()].sort());
  for (const [name, english] of ENGLISH) {
    assert.deepEqual(shape(GERMAN.get(name)), shape(english), name);
  }
});

test("no English is left in German", () => {
  const said = new Set(ALL);
  const left = ALL_GERMAN.filter((text) => said.has(text));
  assert.deepEqual(
    left.filter((text) => /\p{L}{2}/u.test(text.replace(THE_SAME, ""))),
    [],
  );
});

/** Other words for what `docs/words.md` has a word for already. */
const SECOND_WORDS =
  /Wiederherstellungsblatt|Quittung|\b(Ihr|dieses|das) Gespräch\b|jede und jeder|wann es geht/i;

test("German has one word for one thing, and says of nothing that it goes where it could mean that it works", () => {
  assert.deepEqual(
    ALL_GERMAN.filter((text) => SECOND_WORDS.test(text)),
    [],
  );
});

test("English says neither “the own copy” nor that what is agreed “holds”", () => {
  assert.deepEqual(
    ALL.filter((text) => /\bthe own\b|\bit holds once\b|\bnothing of (you|this)\b/i.test(text)),
    [],
  );
});

/** Names and kinds of all words, whatever they say. */
function shape(part: unknown): unknown {
  return typeof part === "object" && part !== null
    ? Object.fromEntries(Object.entries(part).map(([name, one]) => [name, shape(one)]))
    : typeof part;
}

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
      [...raw, ...attributes]
        .map((found) => found[1] ?? "")
        .filter((text) => !(text in words.titles)),
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

test("a catalogue speaks the language of the page, in the very object that a view holds, and English again", () => {
  const { unlock } = words;
  speak("de", (name) => (name === "words" ? germanWords : undefined));
  assert.equal(unlock.heading, "Ihr Postfach ist gesperrt");
  assert.equal(words.list.soonCard(3, 1).slice(0, 20), "Drei Nachrichten wer");
  assert.equal(number(1204), "1.204");
  assert.deepEqual([96_400, 2_412_000, 500].map(size), ["96 KB", "2,4 MB", "500 Byte"]);
  speak("en-GB", () => undefined);
  assert.equal(unlock.heading, "Your inbox is locked");
  assert.equal(number(1204), "1,204");
});

test("what was chosen comes first, then the browser's wishes in their order, then English", () => {
  assert.equal(languageFor(null, ["de-CH", "en"]), "de");
  assert.equal(languageFor("en", ["de"]), "en");
  assert.equal(languageFor(null, ["fr-FR", "de", "en"]), "de");
  assert.equal(languageFor("xx", ["fr"]), "en");
  assert.equal(languageFor(null, []), "en");
});

test("a date is said in the language of the page", () => {
  const due = Date.UTC(2026, 8, 9, 9) / 1000;
  speak("de", () => undefined);
  const soon = keeping(due, due - 20 * 3600, "UTC");
  const kept = keeping(due, due - 60 * 86_400, "UTC");
  speak("en-GB", () => undefined);
  assert.equal(germanWords.keeping(soon), "Wird morgen um 09:00 Uhr gelöscht");
  assert.equal(germanWords.keeping(kept), "Aufbewahrt bis 9. September");
});

test("no constant of a view holds a word, because the language may change while the page is open", () => {
  const folder = new URL("./views/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tsx"))) {
    const constants = [
      ...readFileSync(new URL(file, folder), "utf8").matchAll(
        /^const \w+[^=\n]*= (?:[[{]\n[\s\S]*?^[\]}]|.*;$)/gm,
      ),
    ];
    for (const [text] of constants) {
      assert.doesNotMatch(text, /: (?!\(\) =>)\b(words|first|\w+Words)\.\w+/, `${file}: ${text}`);
    }
  }
});
