import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "test/support/temporary-folder.ts",
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/cluster/**", "node_modules/**"],
    testTimeout: 20_000,
  },
});
