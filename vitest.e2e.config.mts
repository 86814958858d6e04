import { defineConfig } from "vitest/config";

/** The end-to-end suites share one cluster: one file after another unless commands/e2e.ts says otherwise. */
export default defineConfig({
  test: {
    globalSetup: "test/support/temporary-folder.ts",
    include: ["test/e2e/**/*.test.ts", "test/cluster/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 900_000,
    reporters: ["verbose"],
  },
});
