// Which stretch of time a timeline shows: the last so many hours, or from one moment to another.
import type { Search } from "../../ui/search";

export const PRESETS = [
  { word: "1h", name: "1 hour", ms: 3_600_000 },
  { word: "24h", name: "24 hours", ms: 86_400_000 },
  { word: "7d", name: "7 days", ms: 7 * 86_400_000 },
  { word: "30d", name: "30 days", ms: 30 * 86_400_000 },
] as const;

const USUAL = PRESETS[1];

export interface Range {
  from: string;
  to: string;
  /** The word of the preset; nothing for a range of one's own. */
  preset: string | undefined;
}

export function readRange(search: Search, now: number): Range {
  const [from, to] = [moment(search["from"]), moment(search["to"])];
  if (from !== undefined && to !== undefined && from < to) return { from: iso(from), to: iso(to), preset: undefined };
  const preset = PRESETS.find((each) => each.word === search["range"]) ?? USUAL;
  return { from: iso(now - preset.ms), to: iso(now), preset: preset.word };
}

export function writeRange(range: { preset: string } | { from: string; to: string }): Search {
  if ("preset" in range) return { range: range.preset === USUAL.word ? undefined : range.preset, from: undefined, to: undefined };
  return { range: undefined, from: range.from, to: range.to };
}

function moment(text: string | undefined): number | undefined {
  const at = text ? new Date(text).getTime() : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
