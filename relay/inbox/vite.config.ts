/** How the inbox becomes the static files the relay serves: the same bytes for every operator. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, defineConfig, type Plugin } from "vite";
import { nameByHashes } from "./build_web.ts";

const packageFolders = new Set<string>();

/** Notes which packages' code a bundle holds. Vite's own licence list forgets the worker, where most of it is. */
function notePackages(): Plugin {
  return {
    name: "note-packages",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      for (const file of chunks.flatMap((chunk) => chunk.moduleIds)) {
        const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(
          file.replaceAll("\\", "/"),
        )?.[0];
        if (folder) {
          packageFolders.add(folder);
        }
      }
    },
  };
}

/** Vite wraps each `import()` in a kilobyte that fetches styles and parts beforehand; there are none. */
function withoutPreloading(): Plugin {
  const wrapper = "\0vite/preload-helper.js";
  return {
    name: "without-preloading",
    apply: "build",
    enforce: "pre",
    load: (id) => (id === wrapper ? "export const __vitePreload = (load) => load();" : null),
  };
}

/** The bundler puts a line that several files need into a file of its own, which costs a request: each gets it instead. */
function withoutRuntimeFile(): Plugin {
  return {
    name: "without-runtime-file",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const runtime = chunks.find(({ name }) => name === "rolldown-runtime");
      if (!runtime) {
        return;
      }
      const [, code, given] = /^(.*)export\{([^}]*)\};?\s*$/s.exec(runtime.code) ?? [];
      const file = runtime.fileName.replace(/^.*\//, "");
      for (const chunk of chunks) {
        const [before = "", after, ...more] = chunk.code.split(`from"./${file}";`);
        const [, rest, taken] = /^(.*)import\{([^}]*)\}$/s.exec(before) ?? [];
        if (after !== undefined && more.length === 0 && code && given && taken) {
          const names = `const{${pairs(taken, "name")}}`;
          chunk.code = `${rest}${names}=(()=>{${code}return{${pairs(given, "local")}}})();${after}`;
        }
        if (chunk.code.includes(file)) {
          throw new Error(
            `${chunk.fileName} needs the bundler's runtime in a way that is not known`,
          );
        }
      }
      delete bundle[runtime.fileName];
    },
  };
}

/** `a as b,c` as the inside of an object: what is exported stands second, what is imported first. */
function pairs(list: string, first: "name" | "local"): string {
  const found = list.split(",").map((one) => one.split(" as "));
  return found
    .map(([one, other = one]) => (first === "name" ? `${one}:${other}` : `${other}:${one}`))
    .join();
}

/** Writes the licences of all of them, and of the word list, into one file beside the page. */
function writeLicences(): Plugin {
  return {
    name: "write-licences",
    apply: "build",
    generateBundle: {
      order: "post",
      handler() {
        const words = readFileSync(join(import.meta.dirname, "../../keys/NOTICE"), "utf8");
        const source = [...[...packageFolders].map(licenceOf).sort(), words].join(
          `\n${"-".repeat(78)}\n`,
        );
        this.emitFile({ type: "asset", fileName: "licences.txt", source });
      },
    },
  };
}

function licenceOf(folder: string): string {
  const described = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) {
    throw new Error(`${described.name} brings no licence text`);
  }
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  return `${described.name} ${described.version} (${described.license})\n\n${text}\n`;
}

/**
 * Writes the document in which the layout of a mail is shown, its script within it: so its policy can name that script by
 * its hash, and a browser needs nothing further to draw it.
 */
export function writeFrame(): Plugin {
  return {
    name: "write-frame",
    apply: "build",
    async generateBundle() {
      const source = join(import.meta.dirname, "src/frame");
      const { script } = await bundled(join(source, "frame.ts"));
      const page = readFileSync(join(source, "frame.html"), "utf8").replaceAll("\r\n", "\n");
      const withScript = page.replace(
        "<body></body>",
        () => `<body><script>${script}</script></body>`,
      );
      this.emitFile({ type: "asset", fileName: "frame.html", source: withScript });
    },
  };
}

/**
 * Writes a page of one file, its style and script within it, and nothing to be fetched besides: the folder of that name below `src`.
 * `exchanged` names what pictures of the page put in the place of a part of it.
 */
export function writePage(name: string, exchanged: Record<string, string> = {}): Plugin {
  return {
    name: `write-${name}`,
    apply: "build",
    async generateBundle() {
      const folder = join(import.meta.dirname, "src", name);
      const chacha = join(import.meta.dirname, "src/release/chacha.ts");
      const inPlaceOf = { "@noble/ciphers/chacha.js": chacha, ...exchanged };
      const { script, style } = await bundled(join(folder, `${name}.ts`), inPlaceOf);
      const lines = readFileSync(join(folder, `${name}.html`), "utf8").split(/\s*\r?\n\s*/);
      const source = lines
        .join("")
        .replace("</head>", () => `<style>${style}</style></head>`)
        .replace("</body>", () => `<script>${script}</script></body>`);
      this.emitFile({ type: "asset", fileName: `${name}.html`, source });
    },
  };
}

/** One script without imports, and its style. What would read as markup inside a document is written another way. */
async function bundled(
  entry: string,
  inPlaceOf: Record<string, string> = {},
): Promise<{ script: string; style: string }> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    plugins: [notePackages()],
    resolve: { alias: inPlaceOf },
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      lib: { entry, formats: ["iife"], name: "page" },
    },
  });
  const [output] = [made].flat();
  const files = output && "output" in output ? output.output : [];
  const [code] = files.flatMap((file) => (file.type === "chunk" ? [file.code] : []));
  const [style] = files.flatMap((file) => (file.type === "asset" ? [String(file.source)] : []));
  const script = code?.replaceAll("<!--", "<\\!--").replace(/<(\/?script)/gi, "\\x3c$1");
  if (!script || /<!--|<\/?script/i.test(script)) {
    throw new Error("a document's script would end before its end");
  }
  return { script: script.trim(), style: (style ?? "").trim() };
}

/** What the worker fetches once somebody opens an inbox, behind the list: one file. */
const BEHIND = [
  ...["acting", "afteropening", "behind", "compose", "dates", "download", "filenames"],
  ...["happened", "indexlist", "indexrows", "loghead", "outbox", "reading", "sealedindex"],
  ...["segmentkeys", "segmentrows", "segments", "tab", "unsent", "uploads"],
]
  .map((name) => `/src/people/${name}.ts`)
  .concat(
    ["browsers", "drafts", "index", "log", "notes", "tab"].map((name) => `/src/crypto/${name}.ts`),
  );

/** What the worker fetches when it is first needed, and what only that uses. */
const LATER = [
  ...["addresses", "agreements", "agreementtext", "alone", "asksheet", "belongings", "cards"],
  ...["clientele", "clients", "closing", "codes", "coming", "decided", "deepsearch", "enrol"],
  ...["givingback", "glance", "inviting", "joining", "jottings", "keepinglonger"],
  ...["kept_releases", "lending", "mailparser", "nopolicy", "notebook", "offered", "own"],
  ...[
    "ownrecords",
    "ownshelf",
    "packaged",
    "receiptfacts",
    "receipts",
    "remains",
    "reopened",
    "reopening",
  ],
  ...["replies", "reportfacts", "reporting", "reportsteps", "returning", "revoking", "spoken"],
  ...["sponsorsway", "ways", "waysback", "workroom"],
].map((name) => `/src/people/${name}.ts`);
const LATER_CORE = [
  ...["codes", "copies_gone", "invitation", "offer", "ownrecord", "receipt_check"],
  ...["receipt_file", "receipts"],
  ...[
    "recovery",
    "release",
    "release_terms",
    "reopening",
    "reply",
    "report",
    "report_steps",
    "wordlist",
  ],
].map((name) => `/src/crypto/${name}.ts`);
const SEARCH = "/src/search.ts";
const OPENING = "/src/release/open.ts";

function isBehind(id: string): boolean {
  const path = id.replaceAll("\\", "/");
  return BEHIND.some((name) => path.endsWith(name));
}

/** One file compresses better than the ten into which shared parts would fall. */
function isOfCore(id: string): boolean {
  const path = id.replaceAll("\\", "/");
  // The mail worker is one file: its policy lets it fetch nothing, not even a part of itself. So is the one that stretches a password.
  const ours = /\/src\/(?!(?:mail|stretch)\/(?!.*\?worker))|\/@noble\//.test(path);
  return ours && ![...LATER, ...LATER_CORE, SEARCH, OPENING].some((name) => path.endsWith(name));
}

/** The first page of an invitation, which may load hardly anything, and whatever every view builds upon: one file. */
const FIRST =
  /\/preact\/(?!hooks)|preload-helper|\/src\/(main|agent|fragment|language|languages|style\/all|words\.first|views\/(before|kept|start))\.(tsx?|css)$/;

/** What every page but that one needs, up to the list: one file, not a request for each of its small parts. */
const LIST =
  /\/preact\/hooks\/|\/src\/(drafts|figures|firm|idle|inbox|route|time|typed|whole|words|written|crypto\/(client|trusted|worker)|views\/(desk|fields|firm|frame|history|lazy|list|mailbox|outgoing|parts|presence|rest|row|unlock))\.tsx?(\?.*)?$/;

/** What is fetched behind the list, so that a press is answered at once. */
const DAILY =
  /\/src\/(asking|browsername|keep|newest|photos|prose|search|crypto\/(encoding|errors)|words\.(read|search|settings|sheets|write|photos)|views\/(askagain|asked|draftfiles|files|keptwords|newer|prose|reader|search|sheets|singlekeys|tab|write))\.tsx?$/;

function among(pattern: RegExp): (id: string) => boolean {
  return (id) => pattern.test(id.replaceAll("\\", "/"));
}

export default defineConfig({
  base: "/inbox/",
  plugins: [
    withoutPreloading(),
    withoutRuntimeFile(),
    notePackages(),
    writeFrame(),
    writePage("release"),
    writePage("check"),
    writeLicences(),
    nameByHashes(),
  ],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // What belongs together is one file already, and what would fetch a file's parts beforehand weighs more than it saves.
    modulePreload: false,
    // A data: URL would be refused by the content security policy.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    manifest: true,
    rolldownOptions: {
      output: {
        comments: false,
        codeSplitting: {
          groups: [
            { name: "index", test: among(FIRST) },
            { name: "list", test: among(LIST) },
            { name: "daily", test: among(DAILY) },
            { name: "german", test: among(/\/src\/german\/(first|parts)\.ts$/) },
            { name: "early", test: among(/\/src\/german\/(browsers|early|figures|words)\.ts$/) },
          ].map((group) => ({ ...group, includeDependenciesRecursively: false })),
        },
      },
    },
  },
  worker: {
    format: "es",
    plugins: () => [withoutRuntimeFile(), notePackages()],
    rolldownOptions: {
      output: {
        comments: false,
        codeSplitting: {
          groups: [
            { name: "behind", test: isBehind, includeDependenciesRecursively: false },
            { name: "core", test: isOfCore, includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
});
