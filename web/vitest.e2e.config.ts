// End to end: a real browser against a freshly started binary. `npm run e2e`; TASKHIVE names another binary.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.e2e.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As patient as everything else that waits for a page. Nothing is tried twice: what fails now and then has a cause.
    expect: { poll: { timeout: 15_000 } },
    retry: 0,
    // Two cores, one browser at a time.
    fileParallelism: false,
  },
});
