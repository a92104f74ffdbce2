import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed } from "./scripts/compressed.ts";
import { serviceWorker } from "./scripts/serviceWorker.ts";

// The service that `npm run dev` talks to.
const service = process.env.TASKHIVE_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), serviceWorker(), compressed()],
  build: {
    target: "es2022",
    // The service's policy allows scripts, styles and fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // Through Vite's own origin, so that the refresh cookie is the page's own.
    proxy: { "/graphql": { target: service, ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: "src/testing/setup.ts",
    restoreMocks: true,
    // Patience costs nothing where tests pass: a machine with much else to do is no reason to fail.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
