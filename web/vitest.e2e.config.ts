// End to end: a real browser against a freshly started binary. `npm run e2e`; TASKHIVE names another binary.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.e2e.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores, one browser at a time.
    fileParallelism: false,
  },
});
