// Which devices a list shows and in which order, as it stands in the address.
import type { Parameters } from "../../api/client";
import type { Search } from "../../ui/search";

export const STATES = [["reporting", "Reporting"], ["silent", "Silent"], ["never_heard", "Never heard"], ["revoked", "Shut out"]] as const;
export const VALUES = [["low", "Low"], ["normal", "Normal"], ["high", "High"], ["critical", "Critical"]] as const;
export const ORDERS = [["name", "Name"], ["risk", "Those at risk first"], ["silent", "Longest silent first"]] as const;

type Words = readonly (readonly [key: string, name: string])[];

/** What the server is asked; words it does not know are left out, so that an old link still opens. */
export function askedDevices(search: Search): Parameters {
  const sort = known(ORDERS, search["sort"]);
  return {
    q: search["q"],
    state: known(STATES, search["state"]),
    value: known(VALUES, search["value"]),
    group: /^\d+$/.test(search["group"] ?? "") ? search["group"] : undefined,
    tag: search["tag"],
    sort: sort === "name" ? undefined : sort,
  };
}

export function isFiltered(search: Search): boolean {
  return Object.entries(askedDevices(search)).some(([key, value]) => key !== "sort" && value !== undefined && value !== "");
}

export function nameOf(words: Words, key: string | undefined): string {
  return words.find(([each]) => each === key)?.[1] ?? key ?? "";
}

function known(words: Words, key: string | undefined): string | undefined {
  return words.some(([each]) => each === key) ? key : undefined;
}
