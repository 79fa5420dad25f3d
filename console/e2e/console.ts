// What every journey stands on: a page that fails the test on anything the browser refuses or a script throws, the
// way in, and the check for people who cannot see or point.
import { tmpdir } from "node:os";
import path from "node:path";

import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";

/** Where the way in is kept: one for each server, so that two runs at once do not take each other's. */
export const SESSION = path.join(tmpdir(), `bartizan-journey-${new URL(process.env["BARTIZAN_URL"] ?? "http://127.0.0.1:8080").port}.json`);

export const user = process.env["BARTIZAN_USER"] ?? "admin";

export function password(): string {
  const given = process.env["BARTIZAN_PASSWORD"];
  if (!given) throw new Error("BARTIZAN_PASSWORD is not set: the password of an administrator of the server in BARTIZAN_URL");
  return given;
}

export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      watch(page, complaints);
      await use(complaints);
      expect(complaints, "what the browser refused and what scripts threw").toEqual([]);
    },
    { auto: true },
  ],
});

export function watch(page: Page, complaints: string[]): void {
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (why) => complaints.push(why.message));
}

/** Signs in, and chooses a password where the present one was given. */
export async function signIn(page: Page, name: string, secret: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the incident that the simulated attack left; when none was named, the gravest of the queue. */
export async function openStory(page: Page): Promise<void> {
  const named = process.env["BARTIZAN_INCIDENT"]?.trim();
  if (named) {
    await page.goto(new URL(named, "http://any.invalid").pathname);
  } else {
    await page.goto("/incidents?sort=-severity&status=any");
    await page.locator("tbody tr").first().getByRole("link").first().click();
  }
  await expect(page.getByRole("tree")).toBeVisible();
}

export type Scheme = "light" | "dark";
export const SCHEMES: readonly Scheme[] = ["light", "dark"];

export async function useScheme(page: Page, scheme: Scheme): Promise<void> {
  await page.addInitScript((value) => localStorage.setItem("bartizan-color-scheme", value), scheme);
}

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)).toEqual([]);
}
