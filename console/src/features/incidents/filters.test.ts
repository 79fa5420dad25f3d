// The filter of the queue and its way into the address and back.
import { describe, expect, it } from "vitest";

import { parseSearch, stringifySearch } from "../../ui/search";
import { asked, readFilters, toggled, writeFilters } from "./filters";

const through = (address: string) => stringifySearch(writeFilters(readFilters(parseSearch(address))));

describe("the filter in the address", () => {
  it("is nothing for the open incidents, latest first", () => {
    expect(through("")).toBe("");
    expect(readFilters({})).toMatchObject({ status: ["New", "In progress"], severity: [], sort: "-last_at" });
  });

  it("survives the way there and back", () => {
    const address = "?status=Resolved&severity=Critical%2CHigh&device=d1&assigned=none&q=nginx+%26+co&sort=-severity";
    expect(through(address)).toBe(address);
    expect(through("?status=any")).toBe("?status=any");
  });

  it("has only words that are known, in one order", () => {
    expect(through("?severity=Low,Nonsense,Critical&sort=;drop&status=Bogus")).toBe("?severity=Critical%2CLow");
  });
});

describe("the filter as the server is asked", () => {
  it("names no status when all are wanted", () => {
    expect(asked(readFilters({ status: "any" })).status).toBeUndefined();
    expect(asked(readFilters({})).status).toBe("New,In progress");
  });

  it("asks for those of nobody", () => {
    expect(asked(readFilters({ assigned: "none" })).assigned_to).toBe("none");
  });
});

describe("a choice", () => {
  it("is added in order and taken away", () => {
    expect(toggled(["a", "b", "c"], ["c"], "a")).toEqual(["a", "c"]);
    expect(toggled(["a", "b", "c"], ["a", "c"], "a")).toEqual(["c"]);
  });
});
