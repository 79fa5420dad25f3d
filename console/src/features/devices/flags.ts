// Events somebody marked to come back to. They are kept in this browser, by device, and their number is bounded.
import { useCallback, useState } from "react";

export interface Flag {
  event: string;
  at: string;
  text: string;
}

export const MOST_FLAGS = 100;

/** Marks an event, or takes its mark away; the earliest first. */
export function toggledFlag(flags: readonly Flag[], flag: Flag): Flag[] {
  if (flags.some(({ event }) => event === flag.event)) return flags.filter(({ event }) => event !== flag.event);
  return [...flags, flag].slice(-MOST_FLAGS).sort((a, b) => a.at.localeCompare(b.at));
}

/** What a browser kept, which may be anything. */
export function readFlags(kept: string | null): Flag[] {
  try {
    const read: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(read) ? read.filter(isFlag).slice(-MOST_FLAGS) : [];
  } catch {
    return [];
  }
}

export function useFlags(device: string): readonly [flags: readonly Flag[], toggle: (flag: Flag) => void] {
  const key = `bartizan-flags-${device}`;
  const [flags, setFlags] = useState(() => readFlags(localStorage.getItem(key)));
  const toggle = useCallback((flag: Flag) => setFlags((before) => {
    const next = toggledFlag(before, flag);
    try {
      if (next.length === 0) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // A browser that keeps nothing has flags until the page is left.
    }
    return next;
  }), [key]);
  return [flags, toggle];
}

function isFlag(value: unknown): value is Flag {
  if (typeof value !== "object" || value === null) return false;
  const { event, at, text } = value as Record<string, unknown>;
  return typeof event === "string" && typeof at === "string" && typeof text === "string";
}
