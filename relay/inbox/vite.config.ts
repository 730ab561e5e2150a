/** How the inbox becomes the static files the relay serves: the same bytes for every operator. */

import { defineConfig } from "vite";

export default defineConfig({
  base: "/inbox/",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A data: URL would be refused by the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
    license: true,
  },
  worker: { format: "es" },
});
