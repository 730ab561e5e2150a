/** How the inbox becomes the static files the relay serves: the same bytes for every operator. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

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

/** What the worker fetches when it is first needed, and what only that uses. */
const LATER = [
  ...["acting", "agreements", "compose", "dates", "download", "enrol", "joining", "loghead"],
  ...["outbox", "own", "reading", "receipts", "tab", "uploads", "workroom"],
].map((name) => `/src/people/${name}.ts`);
const LATER_CORE = [
  "browsers",
  "invitation",
  "log",
  "notes",
  "receipt_check",
  "receipt_file",
  "receipts",
  "tab",
].map((name) => `/src/crypto/${name}.ts`);

/** One file compresses better than the ten into which shared parts would fall. */
function isOfCore(id: string): boolean {
  const path = id.replaceAll("\\", "/");
  const ours = /\/src\/|\/(@noble|hash-wasm)\//.test(path) && !path.includes("postal-mime");
  return ours && ![...LATER, ...LATER_CORE].some((name) => path.endsWith(name));
}

export default defineConfig({
  base: "/inbox/",
  plugins: [notePackages(), writeLicences()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A data: URL would be refused by the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
  },
  worker: {
    format: "es",
    plugins: () => [notePackages()],
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "core", test: isOfCore, includeDependenciesRecursively: false }],
        },
      },
    },
  },
});
