/**
 * Names what a build has made by its hashes: in the page, for the browser, and in a manifest, for whoever checks a server.
 *
 * Runs when all files are written, because a hash of anything else would be of other bytes. `keys/web.py` reads both.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";

const MANIFEST = "web-manifest.txt";
const FIRST_LINE = "quietbox/web/v1";

export function nameByHashes(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "name-by-hashes",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    writeBundle: {
      order: "post",
      sequential: true,
      handler({ dir }) {
        const folder = dir as string;
        const page = join(folder, "index.html");
        writeFileSync(page, withHashes(readFileSync(page, "utf8"), folder, config.base));
        writeFileSync(join(folder, MANIFEST), manifestOf(folder));
      },
    },
  };
}

/** Give the page's scripts and style their hashes, and an import map those of what they fetch later. */
function withHashes(page: string, folder: string, base: string): string {
  const integrity = Object.fromEntries(
    scriptsOfPage(folder).map((name) => [base + name, integrityOf(folder, name)]),
  );
  const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>\n    `;
  return page
    .replace(/<script type="module"/, () => `${map}<script type="module"`)
    .replace(/ (src|href)="([^"]+\.(?:js|css))"/g, (found, _, address: string) => {
      return ` integrity="${integrityOf(folder, address.slice(base.length))}"${found}`;
    });
}

/** What the page itself may load; a worker's scripts are its own answer's business, and vite lists them not. */
function scriptsOfPage(folder: string): string[] {
  const listed = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8"));
  const files = Object.values<{ file: string }>(listed).map((chunk) => chunk.file);
  return [...new Set(files.filter((name) => name.endsWith(".js")))].sort();
}

function integrityOf(folder: string, name: string): string {
  return `sha256-${hashOf(readFileSync(join(folder, name))).toString("base64")}`;
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** The manifest's text: a line a file, ascending by name. (docs/protocol.md, part 21.) */
function manifestOf(folder: string): string {
  const names = filesOf(folder).filter((name) => name !== MANIFEST);
  const lines = names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return `${name} ${bytes.length} ${hashOf(bytes).toString("base64url")}`;
  });
  return `${[FIRST_LINE, ...lines].join("\n")}\n`;
}

/** What is served of a folder: everything, but for what begins with a dot. */
function filesOf(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => !name.split("/").some((part) => part.startsWith(".")));
  return found.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}
