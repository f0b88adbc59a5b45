import { fileURLToPath, URL } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Mode `fake` puts the in-memory backend in place of the real one, for development in a browser
// and for the screen tests. An alias, not a branch: the shipped bundle cannot contain it.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  base: "./",
  resolve: {
    alias: {
      "#backend": here(
        mode === "fake" || mode === "test" ? "./src/backend/fake.ts" : "./src/backend/tauri.ts",
      ),
    },
    conditions: mode === "test" ? ["browser"] : [],
  },
  build: {
    target: "safari16",
    outDir: mode === "fake" ? "dist-fake" : "dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // A data: font or image would still be fine under the policy, a data: script would not.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: { index: here("./index.html"), flow: here("./flow.html") } },
  },
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  test: {
    environment: "happy-dom",
    include: ["tests/unit/**/*.test.ts"],
  },
}));
