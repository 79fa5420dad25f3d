// What is suggested while a query is written, and what its words are said to mean.
import { describe, expect, it } from "vitest";

import { meaning, suggestions } from "./assistance";
import { scopeOf } from "./scope";

const schema = {
  tables: [
    { name: "DeviceProcessEvents", doc: "Processes", columns: [{ name: "FileName", type: "string", doc: "Its name" }, { name: "Timestamp", type: "datetime", doc: "When" }] },
    { name: "AlertInfo", doc: "Alerts", columns: [{ name: "Title", type: "string", doc: "Its title" }] },
  ],
  operators: [{ name: "where", form: "where predicate", doc: "Keeps rows", aggregate: false }, { name: "summarize", form: "summarize …", doc: "Gathers", aggregate: false }],
  functions: [{ name: "ago", form: "ago(timespan)", doc: "Before now", aggregate: false }, { name: "count", form: "count()", doc: "How many", aggregate: true }],
};
const at = (text: string) => suggestions(text, text.length, schema).map(({ label }) => label);
const columns = (text: string) => scopeOf(text, schema.tables).columns.map(({ name }) => name);

describe("a suggestion", () => {
  it("is a table where a query begins, also inside of a join and after a let", () => {
    expect(at("Dev")).toEqual(["DeviceProcessEvents", "AlertInfo"]);
    expect(at("DeviceProcessEvents | join kind=inner (Al")).toEqual(["DeviceProcessEvents", "AlertInfo"]);
    expect(at("let odd = AlertInfo | where 1 == 1;\n")).toEqual(["odd", "DeviceProcessEvents", "AlertInfo"]);
  });

  it("is an operator after a pipe", () => {
    expect(at("DeviceProcessEvents | ")).toEqual(["where", "summarize"]);
    expect(at("DeviceProcessEvents\n| wh")).toEqual(["where", "summarize"]);
  });

  it("is a column of the table and a function in an expression; aggregates only where rows are gathered", () => {
    const where = at("DeviceProcessEvents | where Fi");
    expect(where).toContain("FileName");
    expect(where).not.toContain("Title");
    expect(where).toContain("ago");
    expect(where).not.toContain("count");
    expect(at("DeviceProcessEvents | summarize c")).toContain("count");
    expect(at("DeviceProcessEvents | where ago(Ti")).toContain("Timestamp");
  });

  it("is none inside of a text, a comment and where a new name is written", () => {
    expect(at('DeviceProcessEvents | where FileName == "s')).toEqual([]);
    expect(at("// De")).toEqual([]);
    expect(at("let x")).toEqual([]);
    expect(at('DeviceProcessEvents | where FileName == "sh" and F')).toContain("FileName");
  });

  it("never throws, wherever the place is", () => {
    const text = "let a = ((AlertInfo | where Title in~ ('x', @\"y\") | summarize n=count() by bin(Timestamp, 1h)))); |,; union ` ```";
    for (let place = 0; place <= text.length; place += 1) suggestions(text, place, schema);
  });
});

describe("the columns known at a place", () => {
  it("are those that the stages before it leave", () => {
    expect(columns("DeviceProcessEvents | project Name = FileName | where ")).toEqual(["Name"]);
    expect(columns("DeviceProcessEvents | extend Day = bin(Timestamp, 1d) | where ")).toEqual(["FileName", "Timestamp", "Day"]);
    expect(columns("DeviceProcessEvents | summarize Runs = count(), max(Timestamp) by FileName | where ")).toEqual(["Runs", "max_Timestamp", "FileName"]);
    expect(columns("DeviceProcessEvents | project-away Timestamp | where ")).toEqual(["FileName"]);
    expect(columns("DeviceProcessEvents | join (AlertInfo | where Title has 'x') on FileName | where ")).toEqual(["FileName", "Timestamp", "Title"]);
  });
});

describe("the meaning of a word", () => {
  it("is the column's, the table's or the function's", () => {
    const text = "DeviceProcessEvents | where Timestamp > ago(1d)";
    expect(meaning(text, 3, schema)).toMatchObject({ kind: "table", from: 0, to: 19 });
    expect(meaning(text, text.indexOf("where"), schema)).toMatchObject({ kind: "operator", doc: "Keeps rows" });
    expect(meaning(text, text.indexOf("Timestamp"), schema)).toMatchObject({ kind: "column", detail: "datetime" });
    expect(meaning(text, text.indexOf("ago"), schema)).toMatchObject({ kind: "function", detail: "ago(timespan)" });
    expect(meaning(text, text.indexOf("1d"), schema)).toBeUndefined();
  });
});
