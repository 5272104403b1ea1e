import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Three projects: `node` for the pure cores and the agent, `workerd` for whatever runs at the edge, inside the
// runtime that it runs in, and `e2e` for the whole over real sockets.
const provide = { thorough: process.env.LINTEL_THOROUGH === "1" };

export default defineConfig({
  test: {
    // Much of the end-to-end tests' time is waiting: for processes to start, for leases and limits to run out.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "node",
          provide,
          // A worker for every file costs more than most files do.
          isolate: false,
          // Property tests take their time on a machine that does other things besides.
          testTimeout: 30_000,
          include: [
            "test/{soak,contract,sync-agent,embedded-edge,dns-stub,cli,kubernetes,charts,bench}/**/*.test.ts",
            // What independent libraries say of our encodings; they need Node.
            "test/second-opinion/**/*.test.ts",
          ],
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: {
          name: "workerd",
          provide,
          isolate: false,
          testTimeout: 30_000,
          include: ["test/worker/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "e2e",
          provide,
          isolate: false,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/support/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
