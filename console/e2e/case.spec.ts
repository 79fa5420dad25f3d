// A case from its first sentence to its end: read the story, look at the graph and the evidence, hunt from an alert, tune
// with a preview, take it, decide what it was, close it, and take the report along.
import { readFile } from "node:fs/promises";

import { expect, type Page } from "@playwright/test";

import { openStory, SESSION, test } from "./console";

test.use({ storageState: SESSION });

test("a case is understood, tuned, decided, closed and reported", async ({ page }) => {
  await openStory(page);
  const told = page.getByRole("list", { name: "What happened" }).getByRole("listitem");
  await expect(told.first()).toBeVisible();
  expect(await told.count()).toBeGreaterThan(2);

  await page.getByRole("button", { name: "Attack graph" }).click();
  await expect(page.locator(".react-flow__node").first()).toBeVisible();
  await expect(page).toHaveURL(/view=graph/);
  await page.getByRole("button", { name: "Evidence" }).click();
  await page.getByRole("region", { name: "Evidence" }).locator("tbody tr").first().getByRole("combobox", { name: /^Verdict on / }).click();
  await page.getByRole("option", { name: "Malicious" }).click();

  // Somebody may have run this journey before on the same server.
  const giveBack = page.getByRole("button", { name: "Give back" });
  if (await giveBack.isVisible()) await giveBack.click();
  await page.getByRole("button", { name: "Assign to me" }).click();
  await expect(giveBack).toBeVisible();
  await page.getByRole("button", { name: "Classify" }).click();
  await page.getByRole("menuitem", { name: "Malware" }).first().click();
  await expect(page.getByText("True positive: Malware")).toBeVisible();
  await page.getByRole("tab", { name: /Tasks/ }).click();
  const task = `Change the keys of the deploy account ${Date.now().toString(36)}`;
  await page.getByLabel("New task").fill(task);
  await page.getByRole("button", { name: "Add task" }).click();
  await expect(page.getByText(task)).toBeVisible();

  const [report] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "More" }).click().then(() => page.getByRole("menuitem", { name: "Report as Markdown" }).click()),
  ]);
  expect(report.suggestedFilename()).toMatch(/\.md$/);
  const written = await readFile(await report.path(), "utf8");
  expect(written).toContain("## What happened");
  expect(written).toContain(task);
  await expectPrintable(page);

  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await expect(page.getByRole("button", { name: "Open again" })).toBeVisible();
  await page.getByRole("button", { name: "Open again" }).click();
  await expect(page.getByRole("button", { name: "Resolve", exact: true })).toBeVisible();
});

test("an alert is hunted from and tuned, and the rule is taken back", async ({ page }) => {
  await page.goto("/alerts");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  const hunt = await page.getByRole("link", { name: "Hunt from here" }).getAttribute("href");
  const alert = page.url();
  await page.goto(hunt ?? "/hunting");
  await expect(page.getByRole("gridcell").first()).toBeVisible();

  await page.goto(alert);
  await page.getByRole("button", { name: "Tune" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("status")).toContainText(/\d+ alert/);
  const name = `A test of tuning ${Date.now().toString(36)}`;
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await dialog.getByLabel("Why is it expected?").fill("The attack is a simulation");
  await dialog.getByRole("button", { name: "Keep this rule" }).click();
  await expect(dialog).toHaveCount(0);

  await page.goto("/detections?tab=tuning");
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await expect(page.getByRole("button", { name: `Remove ${name}` })).toHaveCount(0);
});

/** The report has all its parts, nothing of the frame around pages, and is printed by the browser without its own bar. */
async function expectPrintable(page: Page): Promise<void> {
  const incident = page.url();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Print or save as PDF" }).click();
  await expect(page).toHaveURL(/\/incidents\/\d+\/report$/);
  for (const part of ["Summary", "What happened", "Timeline of alerts", "Evidence", "Assets", "Tasks", "Activity"]) {
    await expect(page.getByRole("heading", { name: part, exact: true })).toBeVisible();
  }
  await expect(page.getByRole("region", { name: "Evidence" }).getByText(/^malicious, by /)).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(0);
  const print = page.getByRole("button", { name: "Print or save as PDF" });
  await expect(print).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(print).toBeHidden();
  expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
  await page.emulateMedia({ media: null });
  await page.goto(incident);
}
