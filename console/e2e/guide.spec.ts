// Pictures of every page for the guide, in light and dark. `GUIDE=1` writes them to docs/guide.
import { expect } from "@playwright/test";

import { openStory, SCHEMES, SESSION, test, useScheme } from "./console";

test.use({ storageState: SESSION, viewport: { width: 1280, height: 800 } });
const folder = process.env["GUIDE"] ? "../docs/guide" : "e2e/shots";

const PAGES: readonly (readonly [name: string, address: string])[] = [
  ["home", "/"], ["incidents", "/incidents?status=any"], ["alerts", "/alerts"], ["devices", "/devices"],
  ["hunting", "/hunting?q=DeviceProcessEvents%20%7C%20summarize%20Runs%20%3D%20count()%20by%20FileName%20%7C%20top%2012%20by%20Runs"],
  ["hunting-chart", "/hunting?q=DeviceProcessEvents%20%7C%20summarize%20Runs%20%3D%20count()%20by%20FileName%20%7C%20top%2012%20by%20Runs%20%7C%20render%20barchart"],
  ["detections", "/detections"], ["coverage", "/detections?tab=coverage"], ["settings", "/settings?tab=notifications"],
  ["tuning", "/detections?tab=tuning"], ["actions", "/actions"], ["health", "/health"], ["users", "/users"], ["audit", "/audit"], ["account", "/account"],
];

for (const scheme of SCHEMES) {
  test(`pictures of every page (${scheme})`, async ({ page }) => {
    test.setTimeout(180_000);
    await useScheme(page, scheme);
    const suffix = scheme === "dark" ? "-dark" : "";
    const picture = async (name: string) => {
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await page.screenshot({ path: `${folder}/${name}${suffix}.png` });
    };
    for (const [name, address] of PAGES) {
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await picture(name);
    }
    await openStory(page);
    await picture("incident");
    await page.getByRole("button", { name: "Attack graph" }).click();
    await expect(page.locator(".react-flow__node").first()).toBeVisible();
    await picture("graph");
    await page.getByRole("button", { name: "Evidence" }).click();
    await picture("evidence");
    const incident = page.url().replace(/\?.*/, "");
    await page.goto(`${incident}/report`);
    await expect(page.getByRole("heading", { name: "Evidence" })).toBeVisible();
    await picture("report");
    await page.goto(incident);
    await page.getByRole("list", { name: "What happened" }).getByRole("button", { name: /^Decoded text/ }).first().click();
    await page.getByRole("link", { name: "Alert page" }).click();
    await expect(page.getByRole("heading", { name: "Why it fired" })).toBeVisible();
    await expect(page.getByRole("tree")).toBeVisible();
    await picture("alert");
    await page.goto("/devices");
    await page.locator("tbody tr").first().getByRole("link").first().click();
    await expect(page.getByText("Kernel", { exact: true })).toBeVisible();
    await page.getByLabel("Search events by text").fill("simulation");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/q=simulation/);
    await expect(page.getByRole("grid", { name: "Events" }).getByRole("row").nth(1)).toBeVisible();
    await picture("device");
  });
}
