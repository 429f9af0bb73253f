import { defineConfig } from "vitest/config";

const server = ["packages/server/**/*.test.ts"];

/** Two projects, so that a run of pure tests alone does not start PostgreSQL. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "pure",
          include: ["packages/**/*.test.ts", "*.test.ts"],
          exclude: ["**/node_modules/**", ...server],
          testTimeout: 60_000, // for a machine that is busy otherwise; no test is about time
        },
      },
      {
        test: {
          name: "server",
          include: server,
          exclude: ["**/node_modules/**"],
          globalSetup: ["packages/server/test/postgres-global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
