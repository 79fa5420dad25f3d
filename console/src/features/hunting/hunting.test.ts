// The parts of hunting that can be told without a browser: places in a query, values as text, colours, the schema.
import { describe, expect, it } from "vitest";

import { StringStream } from "@codemirror/language";
import { cellText, widths } from "./cells";
import { kqlParser } from "./kql";
import { placeOf } from "./place";
import { matching } from "./schema";
import { lossSentence, told } from "./costs";

describe("the place of a mistake", () => {
  it("is the same where a character is one byte", () => {
    expect(placeOf("T | where FilName", { start: 10, end: 17 })).toEqual({ from: 10, to: 17 });
  });

  it("is found behind characters of several bytes", () => {
    const text = "// für 😀\nFilName";
    const start = new TextEncoder().encode("// für 😀\n").length;
    const { from, to } = placeOf(text, { start, end: start + 7 });
    expect(text.slice(from, to)).toBe("FilName");
  });

  it("is never empty in a text that has characters, nor outside of it", () => {
    expect(placeOf("T |", { start: 3, end: 3 })).toEqual({ from: 2, to: 3 });
    expect(placeOf("T |", { start: 0, end: 0 })).toEqual({ from: 0, to: 1 });
    expect(placeOf("T", { start: 90, end: 99 })).toEqual({ from: 0, to: 1 });
    expect(placeOf("", { start: 0, end: 4 })).toEqual({ from: 0, to: 0 });
  });
});

describe("values of a result", () => {
  it("are text a person reads", () => {
    expect(cellText(null, "string")).toBe("");
    expect(cellText("2026-11-25T07:00:00.000000Z", "datetime")).toBe("2026-11-25 07:00:00");
    expect(cellText("2026-11-25T07:00:00.250Z", "datetime")).toBe("2026-11-25 07:00:00.250");
    expect(cellText("2026-11-25T07:00:00.250Z", "string")).toBe("2026-11-25T07:00:00.250Z");
    expect(cellText({ a: [1] }, "dynamic")).toBe('{"a":[1]}');
    expect(cellText(false, "bool")).toBe("false");
  });

  it("have room, but not more than a screen has", () => {
    const columns = [{ name: "A", type: "string" }, { name: "Line", type: "string" }];
    const [narrow, wide] = widths({ columns, rows: [["x", "y".repeat(4000)]] });
    expect(narrow).toBe(72);
    expect(wide).toBe(460);
  });

  it("come with what they cost", () => {
    const stats = { elapsed_ms: 212, files: 12, files_read: 3, bytes_read: 1_203_344, hot_rows: 8123 };
    expect(told(stats)).toEqual(["0.21 s", "1.1 MiB in 3 of 12 files", "8,123 rows in memory"]);
    expect(told({ ...stats, files: 0, hot_rows: 0 })).toEqual(["0.21 s"]);
  });

  it("say where events are missing, most first", () => {
    const loss = (device_name: string, count: number) => ({ device_id: device_name, device_name, count });
    expect(lossSentence([])).toBe("");
    expect(lossSentence([loss("web-07", 1)])).toBe("1 event missing on web-07: what is not here may still have happened");
    expect(lossSentence([loss("db-02", 3), loss("web-07", 1297)])).toMatch(/^1,300 events missing on web-07 and 1 other device:/);
  });
});

describe("colours of a query", () => {
  const kinds = (line: string) => {
    const state = kqlParser.startState?.(2) ?? { fence: false };
    const stream = new StringStream(line, 2, 2);
    const found: string[] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const kind = kqlParser.token(stream, state);
      if (kind) found.push(`${stream.current()}:${kind}`);
    }
    return found;
  };

  it("tell tables, operators, functions, texts and comments apart", () => {
    expect(kinds('DeviceProcessEvents | where FileName =~ "sh" // why')).toEqual([
      "DeviceProcessEvents:typeName", "where:keyword", "FileName:variableName", '"sh":string', "// why:comment",
    ]);
    expect(kinds("| where Timestamp > ago(7d)")).toEqual(["where:keyword", "Timestamp:variableName", "ago:variableName.function", "7d:number"]);
  });

  it("see an operator with a hyphen as one and a difference as two names", () => {
    expect(kinds("| project-away DeviceName")).toEqual(["project-away:keyword", "DeviceName:variableName"]);
    expect(kinds("Ended-Started")).toEqual(["Ended:variableName", "Started:variableName"]);
  });

  it("end with any line", () => {
    for (const line of ['"open', "@'it''s", "```", "\\", "😀 |", "in~ (", "!has"]) kinds(line);
  });
});

describe("the schema", () => {
  const tables = [
    { name: "DeviceProcessEvents", doc: "", columns: [{ name: "SHA256", type: "string", doc: "" }, { name: "FileName", type: "string", doc: "" }] },
    { name: "AlertInfo", doc: "", columns: [{ name: "Title", type: "string", doc: "" }] },
  ];

  it("is searched by table and by column", () => {
    expect(matching(tables, "alert").map(({ name }) => name)).toEqual(["AlertInfo"]);
    expect(matching(tables, "sha")[0]?.columns.map(({ name }) => name)).toEqual(["SHA256"]);
    expect(matching(tables, " ")).toHaveLength(2);
    expect(matching(tables, "zzz")).toEqual([]);
  });
});
