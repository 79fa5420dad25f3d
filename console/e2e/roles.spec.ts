// Roles: a reader sees the story and cannot change it; administration is not for them.
import { expect } from "@playwright/test";

import { openStory, SESSION, signIn, test, watch } from "./console";

test.use({ storageState: SESSION });

test("a new reader chooses a password, reads incidents and is offered nothing they may not do", async ({ page, browser, complaints }) => {
  const name = `reader-${Date.now().toString(36)}`;
  await page.goto("/users");
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make the user" }).click();
  const secret = await page.locator(".notice code").innerText();

  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const theirs = await context.newPage();
  watch(theirs, complaints);
  await signIn(theirs, name, secret);
  await theirs.getByLabel("New password", { exact: true }).fill("a tower of their own 7");
  await theirs.getByLabel("New password again").fill("a tower of their own 7");
  await theirs.getByRole("button", { name: "Choose this password" }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(theirs.getByRole("link", { name: "Users" })).toHaveCount(0);
  await openStory(theirs);
  await expect(theirs.getByRole("button", { name: "Resolve", exact: true, disabled: false })).toHaveCount(0);
  const refused = await theirs.request.get("/api/v1/users");
  expect(refused.status()).toBe(403);
  await context.close();
});
