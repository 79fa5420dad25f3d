// How fast the console is in a browser: every page from its address until it can be used, what its calls took, and how
// smoothly a tree of 5,000 processes and a timeline of 100,000 events scroll. It prints tables and judges nothing.
//
//   BARTIZAN_URL=https://… BARTIZAN_USER=… BARTIZAN_PASSWORD=… node bench/console/run.mjs
//
// LOADS (10), ROWS (100000) and NODES (5000) change the sizes; ONLY=pages or ONLY=frames leaves the other part out. Pages
// are measured with what the server holds. For the two scrolls the answers of the server are replaced by made ones of
// those sizes, shaped like its own: what is measured there is the console alone.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../console/package.json", import.meta.url));
const { chromium } = require("@playwright/test");

const url = process.env.BARTIZAN_URL ?? "http://127.0.0.1:8080";
const loads = Number(process.env.LOADS ?? 10);
const ROWS = Number(process.env.ROWS ?? 100_000);
const NODES = Number(process.env.NODES ?? 5_000);
const SCROLL_MS = 5_000;
/** A timeline is filled for so long at most. */
const PATIENCE_MS = 240_000;

const browser = await chromium.launch({
  executablePath: process.env.BARTIZAN_BROWSER ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ baseURL: url, ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
await signIn();
const held = await whatIsHeld();
console.log(`${url}: ${held.text}; ${loads} loads of each page, ${browser.version()}\n`);
if (process.env.ONLY !== "frames") await pages();
if (process.env.ONLY !== "pages") await frames();
await browser.close();

async function signIn() {
  const answer = await context.request.post("/api/v1/session", { data: { name: process.env.BARTIZAN_USER ?? "admin", password: process.env.BARTIZAN_PASSWORD ?? "" }, headers: { Origin: url } });
  if (!answer.ok()) throw new Error(`sign-in was refused: ${answer.status()} ${await answer.text()}`);
}

async function ask(path) {
  const answer = await context.request.get(`/api/v1${path}`);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

async function whatIsHeld() {
  const [health, incidents, alerts, devices] = await Promise.all([
    ask("/server/health"), ask("/incidents?sort=-severity&limit=1"), ask("/alerts?limit=1"), ask("/devices?limit=1"),
  ]);
  const [incident] = incidents.items;
  const [alert] = alerts.items;
  const [device] = devices.items;
  if (!incident || !alert || !device) throw new Error("the server holds no incident, alert or device: run `bartizan simulate` first");
  const events = health.storage.event_rows + health.storage.hot_rows;
  return { incident, alert, device, text: `${alerts.total} alerts, ${incidents.total} incidents, ${devices.total} devices, ${events} events` };
}

async function pages() {
  const { incident, alert, device } = held;
  const hunt = (query) => `/hunting?${new URLSearchParams({ q: query })}`;
  const rows = [];
  for (const [name, address] of [
    ["Home", "/"], ["Incidents", "/incidents?status=any"], ["Alerts", "/alerts"], ["Incident", `/incidents/${incident.number}`],
    ["Attack graph", `/incidents/${incident.number}?view=graph`], ["Evidence", `/incidents/${incident.number}?view=evidence`], ["Alert", `/alerts/${alert.id}`],
    ["Devices", "/devices"], ["Device", `/devices/${device.id}`], ["Hunting", hunt("DeviceProcessEvents | take 100")],
    ["Hunting, summed", hunt("DeviceProcessEvents | summarize Runs = count() by FileName | top 20 by Runs")],
    ["Detections", "/detections"], ["Coverage", "/detections?tab=coverage"], ["Action Center", "/actions"], ["System health", "/health"], ["Audit log", "/audit"], ["Settings", "/settings"],
  ]) rows.push(await measured(name, address));
  table(["page", "usable p50", "usable p95", "calls p95", "slowest call", "script, first load"], rows);
}

async function measured(name, address) {
  const usable = [];
  const calls = [];
  let script = 0;
  for (let load = 0; load < loads; load += 1) {
    const page = await context.newPage();
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith("/api/v1/") || pathname.endsWith("/stream")) return;
      void response.finished().then(() => {
        const timing = response.request().timing();
        if (timing.responseEnd > 0) calls.push({ ms: timing.responseEnd - Math.max(0, timing.requestStart), path: pathname });
      }, () => undefined);
    });
    const began = performance.now();
    await page.goto(address, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    while (!(await page.evaluate(ready))) await page.waitForTimeout(5);
    usable.push(performance.now() - began);
    if (load === 0) script = await page.evaluate(() => performance.getEntriesByType("resource").filter((each) => each.name.endsWith(".js")).reduce((sum, each) => sum + each.encodedBodySize, 0));
    await page.close();
  }
  const slowest = calls.reduce((worst, call) => (call.ms > worst.ms ? call : worst), { ms: 0, path: "" });
  return [name, ms(at(usable, 0.5)), ms(at(usable, 0.95)), ms(at(calls.map((call) => call.ms), 0.95)), `${ms(slowest.ms)} ${slowest.path.replace("/api/v1", "").replace(/[0-9a-f-]{30,}/, "…")}`,
    `${(script / 1024).toFixed(0)} KiB`];
}

/** Nothing on the page waits any more. */
function ready() {
  return document.querySelector("h1") !== null && document.querySelector("[aria-busy=true]") === null;
}

async function frames() {
  const rows = [];
  for (const [name, prepare] of [[`tree of ${NODES} processes`, tree], [`timeline of ${ROWS} events`, timeline]]) {
    const page = await context.newPage();
    const { scroll, size } = await prepare(page);
    const times = await scrolled(page, scroll);
    rows.push([name, size, `${times.length}`, ms(at(times, 0.5)), ms(at(times, 0.95)), ms(Math.max(...times))]);
    await page.close();
  }
  console.log();
  table(["scrolled", "rows", "frames", "median", "p95", "longest"], rows);
}

async function tree(page) {
  const { alert } = held;
  const real = await ask(`/alerts/${alert.id}/tree`);
  const [template] = real.nodes;
  if (!template) throw new Error("the alert has no process tree to be shaped like");
  const width = Math.ceil(Math.sqrt(NODES));
  const plain = { ...template, alerts: [], groups: [], gap: false, children_total: 0 };
  const nodes = [{ ...plain, key: "root", parent: null }];
  for (let at = 1; at < NODES; at += 1) {
    const branch = Math.floor((at - 1) / width);
    const first = (at - 1) % width === 0;
    // An alert on the last of each branch: then every branch is open.
    const last = at % width === 0 || at === NODES - 1;
    nodes.push({ ...plain, key: first ? `b${branch}` : `n${at}`, parent: first ? "root" : `b${branch}`, pid: at, command_line: `${plain.command_line} --number ${at}`,
      alerts: last && !first ? [{ id: `a${at}`, title: "Made", severity: "Medium" }] : [] });
  }
  const children = new Map();
  for (const { parent } of nodes) if (parent) children.set(parent, (children.get(parent) ?? 0) + 1);
  for (const node of nodes) node.children_total = children.get(node.key) ?? 0;
  await page.route("**/api/v1/alerts/*/tree", (route) => route.fulfill({ json: { focus: "root", roots: ["root"], truncated: false, nodes } }));
  await page.goto(`/alerts/${alert.id}`);
  await page.getByRole("treeitem").first().waitFor();
  const size = await page.locator(".tree").evaluate((element) => Math.round(element.scrollHeight / 30));
  return { scroll: ".tree-scroll", size: `${size}` };
}

async function timeline(page) {
  const { device } = held;
  const real = await ask(`/devices/${device.id}/timeline?limit=1`);
  const [template] = real.items;
  if (!template) throw new Error("the device has no event to be shaped like");
  await page.route(/\/api\/v1\/devices\/[^/]+\/timeline\?/, (route) => {
    const asked = new URL(route.request().url()).searchParams;
    const from = Number(asked.get("cursor") || 0);
    const count = Math.min(Number(asked.get("limit") ?? 100), ROWS - from);
    const items = Array.from({ length: count }, (_, at) => ({ ...template, event_id: `made-${from + at}`, at: new Date(Date.now() - (from + at) * 1_000).toISOString() }));
    return route.fulfill({ json: { items, next_cursor: from + count < ROWS ? String(from + count) : null } });
  });
  await page.goto(`/devices/${device.id}`);
  const grid = page.getByRole("grid", { name: "Events" });
  await grid.getByRole("row").nth(1).waitFor();
  const until = performance.now() + PATIENCE_MS;
  let size = 0;
  while (size < ROWS && performance.now() < until) {
    size = await page.locator(".timeline").evaluate((element) => {
      element.scrollTop = element.scrollHeight;
      const row = element.querySelector(".timeline-row");
      const rows = element.querySelector(".timeline-rows");
      return row && rows ? Math.round(rows.scrollHeight / row.offsetHeight) : 0;
    });
    await page.waitForTimeout(5);
  }
  await page.locator(".timeline").evaluate((element) => { element.scrollTop = 0; });
  return { scroll: ".timeline", size: `${size}` };
}

/** Turns the wheel and takes the time from one frame to the next. */
async function scrolled(page, selector) {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`there is no ${selector} to scroll`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const times = (window.frameTimes = []);
    let before = performance.now();
    const next = (now) => {
      times.push(now - before);
      before = now;
      window.frameTimer = requestAnimationFrame(next);
    };
    window.frameTimer = requestAnimationFrame(next);
  });
  const until = performance.now() + SCROLL_MS;
  while (performance.now() < until) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  return page.evaluate(() => {
    cancelAnimationFrame(window.frameTimer);
    return window.frameTimes.slice(2);
  });
}

function at(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function ms(value) {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

function table(head, rows) {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  console.log([line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n"));
}
