// What becomes of an answer: its order, its chart, its file, where its values lead; and the queries that were run.
import { describe, expect, it } from "vitest";

import { drawing, ticks, wantedChart } from "./chart";
import { asCsv, asJson } from "./files";
import { MOST, readPast, remembered } from "./history";
import { huntOf, momentOf, targetOf } from "./links";
import { nextOrder, ordered } from "./order";

const column = (name: string, type: string) => ({ name, type });

describe("the order of rows", () => {
  const table = { columns: [column("N", "long"), column("S", "string")], rows: [[10, "b10"], [9, "b9"], [null, null], [100, "A1"]] };
  it("is by number and by word, with nothing last either way", () => {
    expect(ordered(table, null)).toEqual([0, 1, 2, 3]);
    expect(ordered(table, { column: 0, down: false })).toEqual([1, 0, 3, 2]);
    expect(ordered(table, { column: 0, down: true })).toEqual([3, 0, 1, 2]);
    expect(ordered(table, { column: 1, down: false })).toEqual([3, 1, 0, 2]);
  });
  it("goes up, down and back to how the rows came", () => {
    const up = nextOrder(null, 1);
    const down = nextOrder(up, 1);
    expect([up, down, nextOrder(down, 1)]).toEqual([{ column: 1, down: false }, { column: 1, down: true }, null]);
    expect(nextOrder(down, 0)).toEqual({ column: 0, down: false });
  });
});

describe("the chart", () => {
  it("is the last render of the query, and what the answer says before that", () => {
    expect(wantedChart("T | render timechart", {})).toEqual({ kind: "timechart", title: "" });
    expect(wantedChart('T | render columnchart with (title="Runs a day")', { render: null })).toEqual({ kind: "columnchart", title: "Runs a day" });
    expect(wantedChart("T | render timechart", { render: { visualization: "piechart", properties: { title: "x" } } })).toEqual({ kind: "piechart", title: "x" });
    for (const query of ["T // | render timechart", "T | where S == '| render timechart'", "T | render table", "T", ""]) expect(wantedChart(query, null)).toBeNull();
  });
  it("has a series for each value of the other column, in the order of time", () => {
    const rows = [["2026-11-25T02:00:00Z", "sh", 2], ["2026-11-25T01:00:00Z", "sh", 1], ["2026-11-25T01:00:00Z", "curl", 7]];
    const drawn = drawing({ columns: [column("At", "datetime"), column("Name", "string"), column("N", "long")], rows }, { kind: "timechart", title: "" });
    expect(drawn?.axis).toBe("At");
    expect(drawn?.series).toEqual([{ name: "curl", values: [7, null] }, { name: "sh", values: [1, 2] }]);
    expect(drawn?.at?.[1]).toBeGreaterThan(drawn?.at?.[0] ?? 0);
  });
  it("has bars by name, and says what it leaves out", () => {
    const rows = Array.from({ length: 60 }, (_, index) => [`f${index}`, index]);
    const drawn = drawing({ columns: [column("Name", "string"), column("N", "long")], rows }, { kind: "barchart", title: "" });
    expect([drawn?.places.length, drawn?.left, drawn?.series[0]?.name]).toEqual([40, 20, "N"]);
    expect(drawing({ columns: [column("Name", "string")], rows: [["x"]] }, { kind: "barchart", title: "" })).toBeNull();
  });
  it("has round numbers along its side", () => {
    expect(ticks(0, 97)).toEqual([0, 50, 100]);
    expect(ticks(-3, 5)).toEqual([-4, -2, 0, 2, 4, 6]);
    expect(ticks(0, 0)).toContain(0);
  });
});

describe("the file of a result", () => {
  it("is quoted, and no spreadsheet takes it for a formula", () => {
    const table = { columns: [column("A", "string"), column("B", "long"), column("C", "dynamic")], rows: [["=cmd|' /C calc'!A0", -1, { x: "y" }], ['say "hi"', null, null]] };
    expect(asCsv(table)).toBe('A,B,C\r\n\'=cmd|\' /C calc\'!A0,-1,"{""x"":""y""}"\r\n"say ""hi""",,\r\n');
    expect(JSON.parse(asJson(table))).toEqual([{ A: "=cmd|' /C calc'!A0", B: -1, C: { x: "y" } }, { A: 'say "hi"', B: null, C: null }]);
  });
});

describe("the values of a row lead", () => {
  const row = {
    DeviceId: "d-1", DeviceName: "web-07", Timestamp: "2026-11-25T07:00:00Z", EventId: "e1", RemoteIP: "203.0.113.9",
    RemoteUrl: "https://a.example:8443/x", SHA256: "A".repeat(64), AccountName: "lee", FileName: "sh", InitiatingProcessUniqueId: "b:1:2",
  };
  it("to the page of what they are", () => {
    expect(targetOf("DeviceName", row)).toMatchObject({ to: "/devices/$id", params: { id: "d-1" } });
    expect(targetOf("RemoteIP", row)).toMatchObject({ params: { kind: "addresses", value: "203.0.113.9" } });
    expect(targetOf("RemoteUrl", row)).toMatchObject({ params: { kind: "domains", value: "a.example" } });
    expect(targetOf("SHA256", row)).toMatchObject({ params: { kind: "files", value: "a".repeat(64) } });
    expect(targetOf("AccountName", row)).toMatchObject({ params: { kind: "users", value: "lee" } });
    expect(targetOf("FileName", row)).toBeUndefined();
    expect(targetOf("DeviceName", { DeviceName: "web-07" })).toBeUndefined();
  });
  it("to their moment and to what their process did", () => {
    expect(momentOf(row)).toMatchObject({ params: { id: "d-1" }, search: { from: "2026-11-25T06:55:00.000Z", to: "2026-11-25T07:05:00.000Z", event: "e1" } });
    expect(momentOf({ DeviceId: "d-1" })).toBeUndefined();
    expect(huntOf(row)).toContain('| where InitiatingProcessUniqueId == "b:1:2"');
    expect(huntOf({ DeviceId: "d-1" })).toBeUndefined();
  });
});

describe("the history", () => {
  const run = (query: string) => ({ query, at: "2026-11-25T07:00:00Z", rows: 1 });
  it("has each query once, the latest first, and an end", () => {
    const past = [run("A"), run("B"), run("A")].reduce(remembered, [] as ReturnType<typeof remembered>);
    expect(past.map(({ query }) => query)).toEqual(["A", "B"]);
    expect(Array.from({ length: 80 }, (_, index) => run(`Q${index}`)).reduce(remembered, past)).toHaveLength(MOST);
    expect(remembered(past, run("  "))).toEqual(past);
  });
  it("is read from whatever was kept", () => {
    for (const kept of [null, "", "{", "3", '[{"query":1}]', "[null]"]) expect(readPast(kept)).toEqual([]);
    expect(readPast(JSON.stringify([run("A"), 7]))).toEqual([run("A")]);
  });
});
