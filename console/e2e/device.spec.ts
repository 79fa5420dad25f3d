// A device: what it is, how its sensor is, and what happened on it.
import { expect } from "@playwright/test";

import { SESSION, test } from "./console";

test.use({ storageState: SESSION });

test("a device shows its facts and a timeline that can be narrowed, kept in the address", async ({ page }) => {
  await page.goto("/devices");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  await expect(page).toHaveURL(/\/devices\/[^/]+/);
  await expect(page.getByText("Kernel", { exact: true })).toBeVisible();
  const rows = page.getByRole("row");
  await expect.poll(() => rows.count()).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Process", exact: true }).click();
  await expect(page).toHaveURL(/types=process/);
  await page.reload();
  await expect(page.getByRole("button", { name: "Process", exact: true })).toHaveAttribute("aria-pressed", "true");
});

test("devices are filtered by state and tag, and the filter is in the address", async ({ page }) => {
  await page.goto("/devices");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Shut out" }).click();
  await expect(page).toHaveURL(/state=revoked/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove the filter State: Shut out" }).click();
  await expect(page).not.toHaveURL(/state=/);
  await expect(page.locator("tbody tr").first()).toBeVisible();
});

test("a device gets a value and a tag; shutting it out asks for its name", async ({ page }) => {
  await page.goto("/devices");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  await page.getByRole("button", { name: "Manage" }).click();
  await page.getByRole("menuitem", { name: "Group, value and tags" }).click();
  const dialog = page.getByRole("dialog", { name: "Group, value and tags" });
  await dialog.getByLabel("Value").click();
  await page.getByRole("option", { name: "High" }).click();
  const tag = `t${Date.now().toString(36)}`;
  await dialog.getByLabel("Tags").fill(tag);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("complementary", { name: "Details" }).getByText(tag)).toBeVisible();
  await page.goto(`/devices?tag=${tag}`);
  await expect(page.locator("tbody tr")).toHaveCount(1);

  await page.locator("tbody tr").first().getByRole("link").first().click();
  await page.getByRole("button", { name: "Manage" }).click();
  await page.getByRole("menuitem", { name: "Shut out…" }).click();
  await expect(page.getByRole("button", { name: "Shut out", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "Cancel" }).click();
});

test("a device tells who was on it and its incidents; its events are flagged and taken along", async ({ page }) => {
  await page.goto("/devices");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  await page.getByRole("tab", { name: "Users" }).click();
  await expect(page).toHaveURL(/pane=users/);
  await expect(page.getByRole("list", { name: "Users seen on it" }).getByRole("listitem").first()).toBeVisible();
  await page.getByRole("tab", { name: "Incidents" }).click();
  await expect(page.getByRole("link", { name: "All of its incidents" })).toBeVisible();

  await page.getByRole("grid", { name: "Events" }).getByRole("row").nth(1).click();
  await page.getByRole("button", { name: "Flag", exact: true }).click();
  await expect(page.getByRole("button", { name: "Flags 1" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Flags 1" })).toBeVisible();

  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Events as CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
});
