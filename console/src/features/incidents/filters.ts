// The filter of the incidents queue and its place in the address. Without a word on status, open incidents are shown.
import type { Parameters } from "../../api/client";
import { SEVERITIES, STATUSES, type Severity, type Status } from "../../api/types";
import { joined, wordsOf, type Search } from "../../ui/search";

export interface Filters {
  status: Status[];
  severity: Severity[];
  device: string | undefined;
  assigned: string | undefined;
  q: string | undefined;
  sort: Sort;
}

export const SORTS = ["-last_at", "last_at", "-severity", "severity", "-priority", "priority"] as const;
export type Sort = (typeof SORTS)[number];

export const OPEN: readonly Status[] = ["New", "In progress"];
const ANY = "any";

export function readFilters(search: Search): Filters {
  const sort = SORTS.find((known) => known === search["sort"]);
  return {
    status: readStatus(search["status"]),
    severity: SEVERITIES.filter((level) => wordsOf(search["severity"]).includes(level)),
    device: search["device"] || undefined,
    assigned: search["assigned"] || undefined,
    q: search["q"] || undefined,
    sort: sort ?? "-last_at",
  };
}

export function writeFilters(filters: Filters): Search {
  return {
    status: writeStatus(filters.status),
    severity: joined(filters.severity),
    device: filters.device,
    assigned: filters.assigned,
    q: filters.q,
    sort: filters.sort === "-last_at" ? undefined : filters.sort,
  };
}

/** As the server is asked. */
export function asked(filters: Filters): Parameters {
  return {
    status: filters.status.length === STATUSES.length ? undefined : joined(filters.status),
    severity: joined(filters.severity),
    device: filters.device,
    assigned_to: filters.assigned,
    q: filters.q,
    sort: filters.sort,
  };
}

/** Adds a value that is not there, takes away one that is; in the order of `all`. */
export function toggled<T extends string>(all: readonly T[], chosen: readonly T[], value: T): T[] {
  return all.filter((each) => (each === value) !== chosen.includes(each));
}

function readStatus(text: string | undefined): Status[] {
  if (text === ANY) return [...STATUSES];
  const known = STATUSES.filter((status) => wordsOf(text).includes(status));
  return known.length > 0 ? known : [...OPEN];
}

function writeStatus(status: readonly Status[]): string | undefined {
  if (status.length === 0 || status.length === STATUSES.length) return ANY;
  return joined(status) === joined(OPEN) ? undefined : joined(status);
}
