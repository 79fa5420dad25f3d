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

test("what may be written is suggested, and chosen by keyboard", async ({ page }) => {
  await page.goto("/hunting");
  const editor = page.getByLabel("Query", { exact: true });
  await editor.click();
  await page.keyboard.type("DeviceProcessE");
  await expect(page.getByRole("option", { name: /DeviceProcessEvents/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.type(" | where FileN");
  await expect(page.getByRole("option", { name: /^FileName/ }).first()).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(editor).toContainText("DeviceProcessEvents | where FileName");
});

test("a query with render is drawn, and its table is one click away", async ({ page }) => {
  await page.goto(link("DeviceProcessEvents | summarize Runs = count() by FileName | top 10 by Runs | render barchart"));
  await expect(page.getByRole("img", { name: /Runs by FileName/ })).toBeVisible();
  await page.getByRole("group", { name: "View of the results" }).getByRole("button", { name: "Table" }).click();
  await expect(page.getByRole("grid", { name: "Results" })).toBeVisible();
});

test("rows are sorted, opened in full and taken along as a file", async ({ page }) => {
  await page.goto(link("DeviceProcessEvents | take 50"));
  const header = page.getByRole("columnheader", { name: "FileName", exact: true }).first();
  await header.getByRole("button").click();
  await expect(header).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("gridcell").first().click();
  const record = page.getByRole("complementary", { name: "Record" });
  await expect(record.getByRole("link", { name: "Show in the timeline" })).toHaveAttribute("href", /\/devices\//);
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Rows as CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^hunting-.*\.csv$/);
});

test("a query is saved, found again, and in the history", async ({ page }) => {
  const name = `Busy programs ${Date.now().toString(36)}`;
  await page.goto(link("DeviceProcessEvents | summarize count() by FileName"));
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  await page.getByRole("button", { name: "Queries" }).click();
  await page.getByRole("menuitem", { name: "Save this query" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this query" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  await page.goto("/hunting");
  await page.getByRole("button", { name: "Queries" }).click();
  await page.getByRole("menuitem", { name: new RegExp(name) }).click();
  await expect(page).toHaveURL(/summarize/);
  await page.getByRole("button", { name: "History" }).click();
  await expect(page.getByRole("menuitem", { name: /summarize count\(\) by FileName/ }).first()).toBeVisible();
});
