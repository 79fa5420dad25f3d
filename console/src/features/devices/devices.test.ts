// Which devices are asked for, and the flags of a timeline.
import { describe, expect, it } from "vitest";

import { askedDevices, isFiltered, nameOf, STATES } from "./filters";
import { MOST_FLAGS, readFlags, toggledFlag, type Flag } from "./flags";

describe("the filter of devices", () => {
  it("is what the address says, without words the server does not know", () => {
    expect(askedDevices({ state: "silent", value: "high", group: "3", tag: "dmz", sort: "risk", q: "web" }))
      .toEqual({ state: "silent", value: "high", group: "3", tag: "dmz", sort: "risk", q: "web" });
    expect(Object.values(askedDevices({ state: "gone", value: "1", group: "x", sort: "name" })).every((value) => value === undefined)).toBe(true);
  });
  it("is in force with any condition, not with an order", () => {
    expect(isFiltered({ sort: "risk" })).toBe(false);
    expect(isFiltered({ state: "gone" })).toBe(false);
    expect(isFiltered({ tag: "dmz" })).toBe(true);
  });
  it("has names for its words", () => {
    expect(nameOf(STATES, "revoked")).toBe("Shut out");
    expect(nameOf(STATES, "else")).toBe("else");
  });
});

describe("flags", () => {
  const flag = (event: string, at = `2026-11-25T07:00:0${event}Z`): Flag => ({ event, at, text: event });
  it("are set and taken away, and stand in the order of time", () => {
    const two = toggledFlag(toggledFlag([], flag("2")), flag("1"));
    expect(two.map(({ event }) => event)).toEqual(["1", "2"]);
    expect(toggledFlag(two, flag("2")).map(({ event }) => event)).toEqual(["1"]);
  });
  it("are bounded, and read from whatever was kept", () => {
    const many = Array.from({ length: MOST_FLAGS + 5 }, (_, index) => flag(String(index), "2026-11-25T07:00:00Z"));
    expect(many.reduce<Flag[]>(toggledFlag, [])).toHaveLength(MOST_FLAGS);
    for (const kept of [null, "", "{}", "[1]", '[{"event":"x"}]']) expect(readFlags(kept)).toEqual([]);
  });
});
