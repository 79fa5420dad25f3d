// Goes through the door once; the other journeys begin inside.
import { expect } from "@playwright/test";

import { password, SESSION, signIn, test, user } from "./console";

test("a wrong password is named as such, with what to do, and the right one opens the console", async ({ page }) => {
  await signIn(page, user, "certainly not this one");
  await expect(page.getByRole("alert")).toContainText("The name or the password is wrong");
  await page.getByLabel("Password", { exact: true }).fill(password());
  await page.getByRole("button", { name: "Sign in" }).click();
  const choose = page.getByRole("button", { name: "Choose this password" });
  const title = page.getByRole("heading", { level: 1, name: "Home" });
  await expect(choose.or(title)).toBeVisible();
  if (await choose.isVisible()) {
    // The first password is good for one thing: to choose another.
    const own = "seven lanterns on the wall 31";
    await page.getByLabel("New password", { exact: true }).fill(own);
    await page.getByLabel("New password again").fill(own);
    await choose.click();
  }
  await expect(title).toBeVisible();
  await page.context().storageState({ path: SESSION });
});
