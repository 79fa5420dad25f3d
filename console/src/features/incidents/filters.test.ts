// The queue's filter and its address say the same, both ways.
import { expect, test } from "vitest";

import { parseSearch, stringifySearch } from "../../ui/search";
import { asked, readFilters, toggled, writeFilters } from "./filters";

const through = (address: string) => stringifySearch(writeFilters(readFilters(parseSearch(address))));

test("an address without a word on status shows open incidents", () => {
  expect(readFilters(parseSearch(""))).toMatchObject({ status: ["New", "In progress"], severity: [], sort: "-last_at" });
  expect(through("")).toBe("");
});

test("a filter comes back from its address as it was", () => {
  const address = "?status=Resolved&severity=Critical%2CHigh&device=d1&assigned=none&q=web%2607&sort=-severity";
  expect(through(address)).toBe(address);
});

test("all statuses are one word in the address and no filter for the server", () => {
  expect(through("?status=any")).toBe("?status=any");
  expect(asked(readFilters({ status: "any" }))["status"]).toBeUndefined();
  expect(asked(readFilters({}))["status"]).toBe("New,In progress");
  expect(asked(readFilters({ assigned: "none" }))["assigned_to"]).toBe("none");
});

test("words that nobody knows are left out and do not empty the list", () => {
  const filters = readFilters(parseSearch("?status=Lost&severity=Awful,High&sort=colour"));
  expect(filters).toMatchObject({ status: ["New", "In progress"], severity: ["High"], sort: "-last_at" });
});

test("toggling keeps the order of the trade, not of the clicks", () => {
  const all = ["Critical", "High", "Low"] as const;
  expect(toggled(all, ["Low"], "Critical")).toEqual(["Critical", "Low"]);
  expect(toggled(all, ["Critical", "Low"], "Low")).toEqual(["Critical"]);
});

test("taking away the last status shows all of them", () => {
  expect(writeFilters({ ...readFilters({}), status: [] })["status"]).toBe("any");
});
