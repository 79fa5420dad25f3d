// A case from its first sentence to its end: read the story, look at the graph and the evidence, hunt from an alert, tune
// with a preview, take it, decide what it was, close it, and take the report along.
import { expect } from "@playwright/test";

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
  await page.getByRole("region", { name: "Evidence" }).locator("tbody tr").first().getByRole("textbox").click();
  await page.getByRole("option", { name: "Malicious" }).click();

  await page.getByRole("button", { name: "Assign to me" }).click();
  await expect(page.getByRole("button", { name: "Give back" })).toBeVisible();
  await page.getByRole("button", { name: "Classify" }).click();
  await page.getByRole("menuitem", { name: "Malware" }).first().click();
  await expect(page.getByText("True positive: Malware")).toBeVisible();
  await page.getByRole("tab", { name: /Tasks/ }).click();
  await page.getByLabel("New task").fill("Change the keys of the deploy account");
  await page.getByRole("button", { name: "Add task" }).click();
  await expect(page.getByText("Change the keys of the deploy account")).toBeVisible();

  const [report] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "More" }).click().then(() => page.getByRole("menuitem", { name: "Report as PDF" }).click()),
  ]);
  expect(report.suggestedFilename()).toMatch(/\.pdf$/);

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
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Why is it expected?").fill("The attack is a simulation");
  await dialog.getByRole("button", { name: "Keep this rule" }).click();
  await expect(dialog).toHaveCount(0);

  await page.goto("/detections?tab=tuning");
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await expect(page.getByRole("button", { name: `Remove ${name}` })).toHaveCount(0);
});
