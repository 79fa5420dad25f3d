// Hunting: a question is answered, a mistake is shown where it is and with what would be right.
import { expect } from "@playwright/test";

import { SESSION, test } from "./console";

test.use({ storageState: SESSION });

const link = (query: string) => `/hunting?${new URLSearchParams({ q: query }).toString()}`;

test("a link to a query shows its rows", async ({ page }) => {
  await page.goto(link("DeviceProcessEvents | take 20"));
  await expect(page.getByRole("grid")).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Timestamp" })).toBeVisible();
  await expect(page.getByRole("gridcell").first()).toBeVisible();
});

test("a query is typed and run by keyboard, and is in the address then", async ({ page }) => {
  await page.goto("/hunting");
  await page.getByLabel("Query", { exact: true }).fill("DeviceProcessEvents | count");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/q=DeviceProcessEvents/);
  await expect(page.getByRole("gridcell").first()).toHaveText(/^\d+$/);
});

test("a misspelt column is marked at its place and the right one is suggested", async ({ page }) => {
  await page.goto(link("DeviceProcessEvents\n| where FilName == 'sh'"));
  const refusal = page.getByRole("alert");
  await expect(refusal).toContainText("FilName");
  await expect(refusal).toContainText("^");
  await expect(refusal).toContainText("FileName");
  await expect(page.locator(".cm-lintRange-error")).toHaveText("FilName");
});

test("the schema writes a table's name into the query", async ({ page }) => {
  await page.goto("/hunting");
  await page.getByText("DeviceProcessEvents", { exact: true }).click();
  await page.getByRole("button", { name: "Use this table" }).first().click();
  await expect(page.getByLabel("Query", { exact: true })).toContainText("DeviceProcessEvents");
});
