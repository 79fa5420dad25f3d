// Every page, in light and dark, for people who cannot see or point.
import { expect } from "@playwright/test";

import { expectAccessible, openStory, SCHEMES, SESSION, test, useScheme } from "./console";

test.use({ storageState: SESSION });

const PAGES: readonly (readonly [address: string, title: string])[] = [
  ["/", "Home"],
  ["/alerts", "Alerts"],
  ["/detections", "Detections"],
  ["/detections?tab=coverage", "Detections"],
  ["/detections?tab=tuning", "Detections"],
  ["/settings", "Settings"],
  ["/settings?tab=notifications", "Settings"],
  ["/settings?tab=tokens", "Settings"],
  ["/health", "System health"],
  ["/incidents?status=any", "Incidents"],
  ["/devices", "Devices"],
  ["/hunting?q=DeviceProcessEvents%20%7C%20take%2020", "Hunting"],
  ["/hunting?q=DeviceProcessEvents%20%7C%20summarize%20Runs%20%3D%20count()%20by%20FileName%20%7C%20render%20barchart", "Hunting"],
  ["/users", "Users"],
  ["/audit", "Audit log"],
  ["/account", "Your account"],
];

for (const scheme of SCHEMES) {
  test.describe(scheme, () => {
    test.beforeEach(({ page }) => useScheme(page, scheme));

    for (const [address, title] of PAGES) {
      test(`${title} at ${address} has no serious barrier`, async ({ page }) => {
        await page.goto(address);
        await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        await expectAccessible(page);
      });
    }

    test("the sign-in page has no serious barrier", async ({ page }) => {
      await page.context().clearCookies();
      await page.goto("/sign-in");
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
      await expectAccessible(page);
    });

    test("an incident has no serious barrier", async ({ page }) => {
      await openStory(page);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Evidence" }).click();
      await expect(page.getByRole("region", { name: "Evidence" })).toBeVisible();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Attack graph" }).click();
      await expect(page.locator(".react-flow__node").first()).toBeVisible();
      await expectAccessible(page);
      await page.goto(`${new URL(page.url()).pathname}/report`);
      await expect(page.getByRole("heading", { name: "Evidence" })).toBeVisible();
      await expectAccessible(page);
    });

    test("an alert has no serious barrier", async ({ page }) => {
      await page.goto("/alerts");
      await page.locator("tbody tr").first().getByRole("link").first().click();
      await expect(page.getByRole("heading", { name: "Why it fired" })).toBeVisible();
      await expectAccessible(page);
    });

    test("a device has no serious barrier", async ({ page }) => {
      await page.goto("/devices");
      await page.locator("tbody tr").first().getByRole("link").first().click();
      await expect(page.getByText("Kernel", { exact: true })).toBeVisible();
      await expectAccessible(page);
    });
  });
}
