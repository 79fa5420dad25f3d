// Administration: users change and are shut out, one's own account, and the audit log tells of it.
import { createHmac } from "node:crypto";

import { expect } from "@playwright/test";

import { SESSION, signIn, test, user, watch } from "./console";

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

test("a person sets up a second factor, comes in with it, and takes it away", async ({ page, browser, complaints }) => {
  const name = `careful-${Date.now().toString(36)}`;
  const own = "three towers over the river 5";
  await page.goto("/users");
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make the user" }).click();
  const given = await page.locator(".notice code").innerText();

  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const theirs = await context.newPage();
  watch(theirs, complaints);
  await signIn(theirs, name, given);
  await theirs.getByLabel("New password", { exact: true }).fill(own);
  await theirs.getByLabel("New password again").fill(own);
  await theirs.getByRole("button", { name: "Choose this password" }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();

  await theirs.goto("/account");
  const card = theirs.getByRole("region", { name: "Second factor" });
  await card.getByLabel("Your password").fill(own);
  await card.getByRole("button", { name: "Set up a second factor" }).click();
  await expect(card.getByRole("img", { name: /secret as a picture/ })).toBeVisible();
  const secret = (await card.locator(".factor-secret code").innerText()).replaceAll(" ", "");
  await card.getByLabel("Code it shows").fill("000000");
  await card.getByRole("button", { name: "Confirm" }).click();
  await expect(card.getByRole("alert")).toBeVisible();
  await card.getByLabel("Code it shows").fill(code(secret));
  await card.getByRole("button", { name: "Confirm" }).click();
  const codes = card.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes.first()).toBeVisible();
  const [first, second] = await codes.allInnerTexts();
  await card.getByRole("button", { name: "I have kept them" }).click();

  await theirs.request.delete("/api/v1/session", { headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin" } });
  await signIn(theirs, name, own);
  await theirs.getByLabel("Code").fill(first ?? "");
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await theirs.goto("/account");
  await card.getByRole("button", { name: "Take it away" }).click();
  await card.getByLabel("Your password").fill(own);
  await card.getByLabel("Code").fill(second ?? "");
  await card.getByRole("button", { name: "Take the second factor away" }).click();
  await expect(card.getByRole("button", { name: "Set up a second factor" })).toBeVisible();
  await context.close();
});

/** What an authenticator shows for a secret now (RFC 6238). */
function code(secret: string): string {
  const bits = [...secret.replace(/=+$/, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(moment).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
