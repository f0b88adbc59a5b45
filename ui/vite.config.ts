import { fileURLToPath, URL } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Leaves out of the bundle the messages that only the program uses; `also` names more. */
const ownMessages = (also: string): Plugin => ({
  name: "own-messages",
  enforce: "pre",
  transform(code, id) {
    if (!/\/messages\/(en|ja)\.json$/.test(id)) return null;
    const all = JSON.parse(code) as Record<string, string>;
    const owned = new RegExp(`^(ui|category|health|kind|environment|role|area|edition${also})\\.`);
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([key]) => owned.test(key))));
  },
});

// Mode `fake` puts the in-memory backend in place of the real one, for development in a browser
// and for the screen tests. An alias, not a branch: the shipped bundle cannot contain it.
export default defineConfig(({ mode }) => ({
  // The backend of mode `fake` says what the program says of its log and of connector files.
  plugins: [ownMessages(mode === "fake" ? "|event|why|error|word" : ""), svelte()],
  base: "./",
  resolve: {
    alias: {
      "#backend": here(
        mode === "fake" || mode === "test" ? "./src/backend/fake.ts" : "./src/backend/tauri.ts",
      ),
    },
    // Naming any condition replaces the defaults, and with them the browser build of Svelte.
    ...(mode === "test" ? { conditions: ["browser"] } : {}),
  },
  build: {
    target: "safari16",
    outDir: mode === "fake" ? "dist-fake" : "dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // A data: font or image would still be fine under the policy, a data: script would not.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: here("./index.html"), flow: here("./flow.html") },
      output: {
        // One file for what every window needs: starting up fetches two files, not twenty. The editor
        // of bodies, charts and the counting of messages are for one screen each.
        codeSplitting: {
          groups: [{ name: "base", test: /node_modules\/(?!@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname|uplot|sms-segments-calculator|grapheme-splitter)|messages\/|src\/(parts|i18n|backend|styles|app\.|router\.|keys\.|screens\/connections\/(list|practice))/ }],
        },
      },
    },
  },
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  test: {
    environment: "happy-dom",
    include: ["tests/unit/**/*.test.ts"],
  },
}));
