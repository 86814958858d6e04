import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/support/temporary-folder.ts",
    setupFiles: "test/support/unchanged-process.ts",
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/cluster/**", "node_modules/**"],
    // A process for each file would load Pulumi's packages anew for each: twice the time of all tests together. They share
    // two processes, one for each core of the smallest host, and unchanged-process.ts refuses a file that leaves anything behind in one.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
