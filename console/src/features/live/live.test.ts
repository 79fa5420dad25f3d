import { describe, expect, it } from "vitest";

import { isClosed, jobsOf, joined, linesOf, transfersOf, waitingFor } from "./derive";
import { pause } from "./pace";
import { common, completed, earlier, tabbed } from "./prompt";
import { linesFor, pen, plain, tableLines } from "./screen";
import type { LiveEntry } from "./types";

let number = 0;
const entry = (kind: LiveEntry["kind"], content: unknown, line: number | null = null): LiveEntry =>
  ({ number: (number += 1), at: "2026-11-25T12:00:00Z", line, job: null, kind, content }) as LiveEntry;
const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/\x1b\[\d+m/g, ""));

describe("what a recording comes to", () => {
  it("waits for the last line until it is ended", () => {
    const typed = entry("line", { text: "tree", by: "dana" });
    expect(waitingFor([typed])).toBe(typed.number);
    expect(waitingFor([typed, entry("text", { text: "x" }, typed.number)])).toBe(typed.number);
    expect(waitingFor([typed, entry("end", { ok: true, millis: 3, cut: false }, typed.number)])).toBeUndefined();
    expect(waitingFor([typed, entry("closed", { why: "idle" })])).toBeUndefined();
    expect(waitingFor([])).toBeUndefined();
  });

  it("keeps what a job does when it is told how it went", () => {
    const jobs = jobsOf([
      entry("job", { job: 1, state: "started", text: "scan /srv" }), entry("job", { job: 2, state: "started", text: "find /" }), entry("job", { job: 1, state: "done", text: "3 found" }),
    ]);
    expect(jobs).toEqual([{ number: 2, state: "started", text: "find /" }, { number: 1, state: "done", text: "scan /srv" }]);
  });

  it("follows a transfer to its end, and a late word of progress does not open it again", () => {
    const progress = (done: number) => entry("progress", { transfer: "t", name: "core", direction: "get", done, total: 100 });
    expect(transfersOf([progress(10), progress(60)])).toMatchObject([{ id: "t", done: 60, total: 100, complete: false }]);
    const whole = entry("transfer", { transfer: "t", name: "core", direction: "get", length: 100, sha256: "ab" });
    expect(transfersOf([progress(10), whole, progress(98)])).toMatchObject([{ done: 100, complete: true, sha256: "ab" }]);
  });

  it("takes each entry once when a stream is taken up again", () => {
    const [a, b, c] = [entry("text", { text: "a" }), entry("text", { text: "b" }), entry("text", { text: "c" })];
    const known = joined([], [a, b]);
    expect(joined(known, [a, b, c]).map((each) => each.number)).toEqual([a.number, b.number, c.number]);
    expect(joined(known, [b])).toBe(known);
    expect(joined([], [a, a, b])).toHaveLength(2);
  });

  it("knows lines typed before, latest first and once, and whether it is over", () => {
    const lines = ["ps", "tree 1", "ps"].map((text) => entry("line", { text, by: "dana" }));
    expect(linesOf(lines)).toEqual(["ps", "tree 1"]);
    expect(isClosed(lines)).toBe(false);
    expect(isClosed([...lines, entry("closed", { why: "ended" })])).toBe(true);
  });
});

describe("the prompt", () => {
  it("completes at a byte, not at a character", () => {
    expect(completed("getfile /srv/zürich/da", 21, "daten.txt")).toBe("getfile /srv/zürich/daten.txt");
    expect(completed("", 0, "help")).toBe("help");
  });

  it("writes one candidate out, and several as far as they agree", () => {
    const candidates = (...texts: string[]) => texts.map((text) => ({ text, what: "path" }));
    expect(tabbed("getfile /et", { start: 8, candidates: [{ text: "/etc/", what: "folder" }] })).toEqual({ do: "write", line: "getfile /etc/" });
    expect(tabbed("tre", { start: 0, candidates: [{ text: "tree", what: "command" }] })).toEqual({ do: "write", line: "tree " });
    expect(tabbed("getfile /etc/p", { start: 8, candidates: candidates("/etc/passwd", "/etc/passwd-") })).toMatchObject({ do: "choose", line: "getfile /etc/passwd" });
    expect(tabbed("x", { start: 0, candidates: [] })).toEqual({ do: "nothing" });
    expect(common(candidates("a😀", "a😁"))).toBe("a");
  });

  it("walks back and forth through earlier lines without falling off", () => {
    expect(earlier(["b", "a"], -1, 1)).toBe(0);
    expect(earlier(["b", "a"], 1, 1)).toBe(1);
    expect(earlier(["b", "a"], 0, -1)).toBe(-1);
    expect(earlier([], -1, 1)).toBe(-1);
  });
});

describe("the screen", () => {
  it("lets nothing from a device act on the terminal", () => {
    expect(plain("a\x1b]52;c;eA==\x07b\x9b2J\u202e")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    const lines = linesFor(entry("text", { text: "one\ntwo\x1b[2J\r\n" }), "web-1", pen());
    expect(lines).toHaveLength(2);
    expect(lines[1]).not.toContain("\x1b");
  });

  it("writes one head for a table that comes in parts", () => {
    const hold = pen();
    const part = (rows: string[][], line: number) => entry("table", { columns: ["PID", "NAME"], rows }, line);
    expect(bare(linesFor(part([["1", "init"]], 5), "d", hold))).toEqual(["PID  NAME", "1    init"]);
    expect(bare(linesFor(part([["2", "kthreadd"]], 5), "d", hold))).toEqual(["2    kthreadd"]);
    expect(bare(linesFor(part([["3", "x"]], 9), "d", hold))).toHaveLength(2);
  });

  it("cuts wide columns, and the last where the line ends", () => {
    const long = "x".repeat(200);
    const [row] = bare(tableLines(["A", "B"], [[long, long]], false));
    expect(row).toHaveLength(48 + 2 + 200);
    expect(bare(tableLines(["A", "B"], [["1"]], false))).toEqual(["1"]);
    expect(bare(tableLines(["A", "B"], [["1", long]], false, 60))[0]).toHaveLength(60);
  });

  it("announces a transfer once", () => {
    const hold = pen();
    const progress = (done: number) => entry("progress", { transfer: "t", name: "core", direction: "get", done, total: 2048 });
    expect(linesFor(progress(1), "d", hold)).toHaveLength(1);
    expect(linesFor(progress(2), "d", hold)).toHaveLength(0);
  });
});

it("a recording is played at its pace, long pauses made short", () => {
  expect(pause("2026-11-25T12:00:00.000Z", "2026-11-25T12:00:00.400Z", 1)).toBe(400);
  expect(pause("2026-11-25T12:00:00Z", "2026-11-25T12:10:00Z", 4)).toBe(500);
  expect(pause("2026-11-25T12:00:01Z", "2026-11-25T12:00:00Z", 1)).toBe(0);
  expect(pause(undefined, "2026-11-25T12:00:00Z", 1)).toBe(0);
});
