// Administration: users change and are shut out, one's own account, and the audit log tells of it.
import { expect } from "@playwright/test";

import { SESSION, signIn, test, user } from "./console";

test.use({ storageState: SESSION });

test("a user gets another role, is shut out, and the audit log tells so", async ({ page, browser }) => {
  const name = `changed-${Date.now().toString(36)}`;
  await page.goto("/users");
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make the user" }).click();
  const secret = await page.locator(".notice code").innerText();

  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.getByRole("button", { name: `Change ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: `Change ${name}` });
  await expect(dialog.getByRole("button", { name: "Change the user" })).toBeDisabled();
  await dialog.getByLabel("Role").click();
  await page.getByRole("option", { name: /^Responder/ }).click();
  await dialog.getByLabel("May sign in").uncheck();
  await dialog.getByRole("button", { name: "Change the user" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row).toContainText("responder");
  await expect(row).toContainText("Shut out");

  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const theirs = await context.newPage();
  await signIn(theirs, name, secret);
  await expect(theirs.getByRole("alert")).toBeVisible();
  await context.close();

  await page.goto("/audit");
  await page.getByLabel("Search what it was done to, and the detail").fill(name);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`q=${name}`));
  await expect(page.getByRole("button", { name: "user.change" }).first()).toBeVisible();
  await page.getByRole("button", { name: "user.change" }).first().click();
  await expect(page).toHaveURL(/action=user\.change/);
  await expect(page.getByRole("button", { name: /^Remove the filter Action/ })).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
});

test("one's own account says who one is and refuses a wrong present password", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: new RegExp(`^${user} · `) }).click();
  await page.getByRole("menuitem", { name: "Your account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();
  await expect(page.getByText("make and change users")).toBeVisible();
  await page.getByLabel("Present password").fill("certainly not this one");
  await page.getByLabel("New password", { exact: true }).fill("seven other lanterns 77");
  await page.getByLabel("New password again").fill("seven other lanterns 77");
  await page.getByRole("button", { name: "Choose this password" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page).toHaveURL(/\/account/);
});
