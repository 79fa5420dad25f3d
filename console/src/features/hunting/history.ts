// The queries that were run in this browser, the latest first; each once, and no more than are worth looking through.

export interface Past {
  query: string;
  at: string;
  /** How many rows came; nothing when it failed. */
  rows: number | null;
}

const KEY = "bartizan-query-history";
export const MOST = 50;
const LONGEST = 8_000;

export function remembered(past: readonly Past[], now: Past): Past[] {
  const query = now.query.trim();
  if (query === "" || query.length > LONGEST) return [...past];
  return [{ ...now, query }, ...past.filter((each) => each.query !== query)].slice(0, MOST);
}

/** What a browser kept, which may be anything. */
export function readPast(kept: string | null): Past[] {
  try {
    const read: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(read) ? read.filter(isPast).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function loadPast(): Past[] {
  try {
    return readPast(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

export function keepPast(past: readonly Past[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(past));
  } catch {
    // A browser that keeps nothing still hunts.
  }
}

function isPast(value: unknown): value is Past {
  if (typeof value !== "object" || value === null) return false;
  const { query, at, rows } = value as Record<string, unknown>;
  return typeof query === "string" && typeof at === "string" && (rows === null || typeof rows === "number");
}
