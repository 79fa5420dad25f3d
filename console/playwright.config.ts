// The journeys in e2e/ run against a real server with a real sensor on which an attack was simulated. Its address and
// an administrator's name and password come from the environment.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  projects: [
    { name: "sign-in", testMatch: "sign-in.setup.ts" },
    { name: "console", testMatch: "*.spec.ts", dependencies: ["sign-in"] },
  ],
  use: {
    baseURL: process.env["BARTIZAN_URL"] ?? "http://127.0.0.1:8080",
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["BARTIZAN_BROWSER"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
      ],
    },
  },
});
