import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{components,stacks,scripts,local,docs,test}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.engine.test.ts", "**/engine.test.ts", "test/integration/**"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["**/*engine.test.ts", "test/integration/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
