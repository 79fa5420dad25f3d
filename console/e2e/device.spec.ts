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
