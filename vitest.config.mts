import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{components,stacks,scripts,pipeline,local,docs,test,bench}/**/*.test.ts"],
          exclude: [
            "**/node_modules/**",
            "**/*.engine.test.ts",
            "**/engine.test.ts",
            "**/*.integration.test.ts",
            "test/integration/**",
            "test/locations/**",
          ],
          globalSetup: "test/support/temporary-folder.ts",
          // Vitest leaves one core unused, which is half of the machine where there are two.
          maxWorkers: "100%",
          // Some tests and hooks dump a whole stack, which compiles the contracts once in a fresh clone.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["**/*engine.test.ts", "**/*.integration.test.ts", "test/integration/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          // Each file runs services of its own; two at a time keep two cores busy while clouds are waited for.
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // Every location of every cloud, one by one: local/run --tools-only npx vitest run --project locations
        test: {
          name: "locations",
          include: ["test/locations/**/*.test.ts"],
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
