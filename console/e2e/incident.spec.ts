// From the queue to the story: the tree leads from the web server over its shell to the script that it ran.
import { expect, type Page } from "@playwright/test";

import { openStory, SCHEMES, SESSION, test, useScheme } from "./console";

test.use({ storageState: SESSION });

// What the simulated attack is made of.
const WEB_SERVER = "nginx";
const SHELL = /^(sh|dash|bash|ash|busybox)$/;
const SCRIPT = "update.sh";

test("the queue is walked and opened by keyboard, and its filter is in the address", async ({ page }) => {
  await page.goto("/incidents?status=any&sort=-severity");
  const rows = page.locator("tbody tr");
  await expect(rows.first()).toBeVisible();
  await page.keyboard.press("j");
  await expect(rows.first()).toHaveAttribute("aria-current", "true");
  await page.reload();
  await expect(rows.first()).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/incidents\/\d+/);
});

for (const scheme of SCHEMES) {
  test(`an incident shows how the web server came to run the script (${scheme})`, async ({ page }) => {
    await useScheme(page, scheme);
    await openStory(page);
    await expect.poll(() => pathToScript(page), { message: "a path web server > shell > script" }).toBe("web server > shell > script");
    await page.screenshot({ path: `e2e/shots/incident-${scheme}.png` });
  });
}

test("the tree is walked by keyboard and the details follow", async ({ page }) => {
  await openStory(page);
  const tree = page.getByRole("tree");
  await tree.focus();
  await page.keyboard.press("Home");
  const first = await tree.getAttribute("aria-activedescendant");
  await page.keyboard.press("ArrowDown");
  await expect(tree).not.toHaveAttribute("aria-activedescendant", first ?? "");
});

interface Item {
  level: number;
  name: string;
  command: string;
}

/** Walks the visible items: every item's path is what stands above it with smaller levels. */
async function pathToScript(page: Page): Promise<string> {
  const items = await page.getByRole("treeitem").evaluateAll((elements): Item[] =>
    elements.map((element) => ({
      level: Number(element.getAttribute("aria-level")),
      name: element.querySelector(".tree-name")?.textContent ?? "",
      command: element.querySelector(".tree-command")?.textContent ?? "",
    })),
  );
  const path: Item[] = [];
  for (const item of items) {
    while ((path.at(-1)?.level ?? 0) >= item.level) path.pop();
    path.push(item);
    const names = path.map(({ name }) => name);
    const server = names.indexOf(WEB_SERVER);
    const shell = names.findIndex((name, index) => server >= 0 && index > server && SHELL.test(name));
    if (shell >= 0 && path.slice(shell + 1).some(({ name, command }) => `${name} ${command}`.includes(SCRIPT))) return "web server > shell > script";
  }
  return items.map(({ level, name }) => `${level} ${name}`).join("\n");
}
