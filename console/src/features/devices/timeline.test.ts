// The timeline: its range in the address, its bars, its words.
import { expect, test } from "vitest";

import type { TimelineEvent } from "../../api/types";
import { bars, BARS } from "./bars";
import { eventText } from "./eventText";
import { lossSentence } from "./losses";
import { readRange, writeRange } from "./range";

const NOW = Date.parse("2026-05-02T12:00:00Z");

test("without a word on time the last day is shown", () => {
  expect(readRange({}, NOW)).toEqual({ from: "2026-05-01T12:00:00.000Z", to: "2026-05-02T12:00:00.000Z", preset: "24h" });
});

test("a range of one's own comes back from the address, and nonsense does not", () => {
  const own = { from: "2026-05-01T01:00:00.000Z", to: "2026-05-01T02:00:00.000Z" };
  expect(readRange(writeRange(own), NOW)).toEqual({ ...own, preset: undefined });
  expect(readRange({ from: "tea", to: own.to }, NOW).preset).toBe("24h");
  expect(readRange({ from: own.to, to: own.from, range: "7d" }, NOW).preset).toBe("7d");
});

test("every event of the range is in exactly one bar", () => {
  const { from, to } = readRange({}, NOW);
  const bins = [0, 1, 500, 86_399].map((s) => ({ at: new Date(Date.parse(from) + s * 1000).toISOString(), kind: "file" as const, count: 2 }));
  const all = bars({ bins }, from, to);
  expect(all).toHaveLength(BARS);
  expect(all.reduce((sum, bar) => sum + bar.count, 0)).toBe(8);
  expect(all[0]?.count).toBe(6);
});

test("a bin that begins before the range is not lost, and broken times do no harm", () => {
  const { from, to } = readRange({}, NOW);
  expect(bars({ bins: [{ at: "2026-05-01T11:59:00Z", kind: "file", count: 3 }] }, from, to)[0]?.count).toBe(3);
  expect(bars({ bins: [{ at: "never", kind: "file", count: 3 }] }, from, to).every((bar) => bar.count === 0)).toBe(true);
});

test("events say what happened, to what, by whom", () => {
  const event = (kind: TimelineEvent["kind"], fields: TimelineEvent["fields"]) => eventText({ at: "", kind, event_id: "", fields });
  expect(event("process", { ActionType: "ProcessCreated", ProcessCommandLine: "sh -c id", InitiatingProcessFileName: "nginx", AccountName: "www-data" }))
    .toEqual({ action: "Process created", object: "sh -c id", by: "nginx", user: "www-data" });
  expect(event("network", { ActionType: "ConnectionSuccess", RemoteIP: "2001:db8::1", RemotePort: 443, Protocol: "Tcp" }).object).toBe("Tcp [2001:db8::1]:443");
  expect(event("file", { FolderPath: "/tmp/b", FileName: "b", PreviousFolderPath: "/tmp/a" }).object).toBe("/tmp/a → /tmp/b");
});

test("losses are told in plain words", () => {
  const loss = { stage: "kernel" as const, kind: "file", count: 1297, first_at: "", last_at: "" };
  expect(lossSentence(loss)).toBe("1,297 file events missing: lost in the kernel, because they came faster than the sensor could read them.");
});

test("an event that tells of lost events says how many of what", () => {
  const told = (fields: TimelineEvent["fields"]) => eventText({ at: "", kind: "other", event_id: "", fields: { ActionType: "EventsLost", ...fields } }).object;
  const sentence = "13 process events missing: lost in the sensor.";
  expect(told({ AdditionalFields: { Stage: "sensor", Kind: "process", Count: 13 } })).toBe(sentence);
  expect(told({ AdditionalFields: '{"Stage":"sensor","Kind":"process","Count":13}' })).toBe(sentence);
  expect(told({ AdditionalFields: "{broken" })).toBe("{broken");
});
