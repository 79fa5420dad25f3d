// Live response: a machine is looked at, a file is fetched in two goes, a script is run, an action is taken back, and all of
// it is played again from the recording. A server that does not know live response answers 404; then there is nothing to see.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect, type Page } from "@playwright/test";

import { expectAccessible, SCHEMES, SESSION, test, useScheme } from "./console";

test.use({ storageState: SESSION });
test.beforeEach(async ({ request }) => {
  const answer = await request.get("/api/v1/live/sessions");
  test.skip(answer.status() === 404, "this server has no live response");
});

const folder = process.env["GUIDE"] ? "../docs/guide" : "e2e/shots";
/** More than one piece of what the server takes at once. */
const LARGE = 9 * 1024 * 1024;
const output = (page: Page) => page.locator(".live-screen .xterm-rows");

async function openSession(page: Page, level: "Basic" | "Advanced", reason: string): Promise<void> {
  await page.goto("/devices");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  await page.getByRole("main").getByRole("link", { name: "Live response" }).click();
  const dialog = page.getByRole("dialog", { name: "Open a session" });
  await dialog.getByRole("combobox", { name: "Level" }).click();
  await page.getByRole("option", { name: new RegExp(`^${level}`) }).click();
  await dialog.getByLabel("Why?").fill(reason);
  await dialog.getByRole("button", { name: "Open the session" }).click();
  await expect(page).toHaveURL(/\/live\/[^/]+$/);
  await expect(prompt(page)).toBeEditable();
}

const prompt = (page: Page) => page.getByRole("combobox", { name: "Command" });

async function enter(page: Page, line: string): Promise<void> {
  await expect(prompt(page)).toBeEditable({ timeout: 30_000 });
  await prompt(page).fill(line);
  await page.keyboard.press("Enter");
}

test("a machine is looked at, and the session can be played again", async ({ page }) => {
  await openSession(page, "Basic", "A look at the web server");
  await prompt(page).fill("proc");
  await page.keyboard.press("Tab");
  await expect(prompt(page)).toHaveValue("processes ");
  // A tree of one process, so that the whole session stays on the screen.
  const sleeper = spawn("sleep", ["300"]);
  await enter(page, `tree ${sleeper.pid}`);
  await expect(output(page)).toContainText(`> tree ${sleeper.pid}`);
  await expect(output(page)).toContainText("sleep 300");
  sleeper.kill();
  await enter(page, "certainly-not-a-command");
  await expect(prompt(page)).toBeEditable();
  await page.keyboard.press("ArrowUp");
  await expect(prompt(page)).toHaveValue("certainly-not-a-command");
  await prompt(page).fill("");

  await page.getByRole("button", { name: "End session" }).click();
  await expect(output(page)).toContainText("Session closed");
  await page.getByRole("button", { name: "Replay" }).click();
  await expect(output(page)).toContainText("Session closed");
  await page.getByRole("combobox", { name: "Pace" }).click();
  await page.getByRole("option", { name: "Pace 16×" }).click();
  await page.getByRole("button", { name: "Play the recording" }).click();
  await expect(page.getByRole("button", { name: "Stop the recording" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Play the recording" })).toBeVisible({ timeout: 30_000 });
  await expect(output(page)).toContainText(`> tree ${sleeper.pid}`);
});

test("a file is fetched, and its download goes on where it broke off", async ({ page, request }) => {
  const made = await mkdtemp(path.join(tmpdir(), "bartizan-live-"));
  const file = path.join(made, "wanted.bin");
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 31 + (at >> 8)) & 255));
  await writeFile(file, content);

  await openSession(page, "Basic", "Fetch a sample");
  await enter(page, `getfile ${process.env["BARTIZAN_LIVE_FILE"] ?? file} &`);
  const jobs = page.getByRole("region", { name: "Jobs" });
  await expect(jobs.getByRole("listitem").first()).toBeVisible();
  const link = page.getByRole("region", { name: "Files" }).getByRole("link", { name: "Download" });
  await expect(link).toBeVisible({ timeout: 30_000 });
  await expect(jobs.getByRole("listitem").first()).toContainText("done");

  const address = (await link.getAttribute("href")) ?? "";
  const half = await request.get(address, { headers: { Range: "bytes=0-999999" } });
  expect(half.status()).toBe(206);
  const rest = await request.get(address, { headers: { Range: "bytes=1000000-" } });
  expect(rest.status()).toBe(206);
  const whole = Buffer.concat([await half.body(), await rest.body()]);
  expect(rest.headers()["etag"]).toBe(`"${createHash("sha256").update(whole).digest("hex")}"`);
  await page.getByRole("button", { name: "End session" }).click();
});

test("sending a file is interrupted and goes on where it was", async ({ page }) => {
  const made = await mkdtemp(path.join(tmpdir(), "bartizan-live-"));
  const file = path.join(made, `tool-${Date.now().toString(36)}.bin`);
  await writeFile(file, Buffer.from(Array.from({ length: LARGE }, (_, at) => (at * 17 + (at >> 10) + Date.now()) & 255)));
  await openSession(page, "Advanced", "Put a tool there");

  // The first piece goes through; then the network is gone.
  const offsets: string[] = [];
  let broken = true;
  await page.route("**/live/transfers/*/content?*", async (route) => {
    const offset = new URL(route.request().url()).searchParams.get("offset") ?? "";
    if (offset !== "0" && broken) return route.abort("connectionreset");
    offsets.push(offset);
    return route.continue();
  });
  await page.getByLabel("File to put").setInputFiles(file);
  const again = page.getByRole("button", { name: /^Go on with / });
  await expect(again).toBeVisible({ timeout: 30_000 });
  broken = false;
  await again.click();
  await expect(prompt(page)).toHaveValue(/^putfile tool-/, { timeout: 30_000 });
  expect(offsets).toEqual(["0", String(8 * 1024 * 1024)]);
  await page.getByRole("button", { name: "End session" }).click();
});

test("a script is written, approved and run; what an action did is taken back", async ({ page }) => {
  const name = `who-${Date.now().toString(36)}`;
  await page.goto("/live?tab=scripts");
  await page.getByRole("button", { name: "New script" }).click();
  const dialog = page.getByRole("dialog", { name: "New script" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("textbox", { name: "What it does" }).fill("Says who it runs as");
  await dialog.getByRole("textbox", { name: "Content" }).fill("#!/bin/sh\nid\n");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText(/^.*Approved by /)).toBeVisible();
  await page.keyboard.press("Escape");

  await openSession(page, "Advanced", "Run a script");
  await enter(page, `run ${name}`);
  await expect(output(page)).toContainText("uid=0");
  const made = await mkdtemp(path.join(tmpdir(), "bartizan-live-"));
  await writeFile(path.join(made, "bad.txt"), "a file that is taken away for a moment\n");
  await enter(page, `quarantine ${path.join(made, "bad.txt")}`);
  await expect(output(page)).toContainText(/Action \S+: quarantine/);
  const action = /Action (\S+):/.exec((await output(page).innerText()).replaceAll("\u00a0", " "))?.[1] ?? "";
  await enter(page, `undo ${action}`);
  await expect(output(page)).toContainText(`> undo ${action}`);
  await expect(prompt(page)).toBeEditable({ timeout: 30_000 });
  await page.getByRole("button", { name: "End session" }).click();

  await page.goto("/live?tab=scripts");
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await expect(page.getByRole("button", { name, exact: true })).toHaveCount(0);
});

for (const scheme of SCHEMES) {
  test(`a session has no serious barrier (${scheme})`, async ({ page }) => {
    await useScheme(page, scheme);
    await openSession(page, "Basic", "A look");
    await enter(page, "connections");
    await expect(prompt(page)).toBeEditable();
    await expectAccessible(page);
    await page.screenshot({ path: `${folder}/live${scheme === "dark" ? "-dark" : ""}.png` });
    await page.getByRole("button", { name: "End session" }).click();
    await page.goto("/live");
    await expect(page.getByRole("region", { name: "Sessions" })).toBeVisible({ timeout: 30_000 });
    await expectAccessible(page);
    await page.goto("/live?tab=scripts");
    await expect(page.getByRole("button", { name: "New script" })).toBeVisible();
    await expectAccessible(page);
  });
}
