// What a result looks like as a chart: which kind, what is counted along which axis, and the series that come of it.
import type { Cell, QueryResult } from "../../api/types";
import { cellText, isNumeric } from "./cells";
import { tokens } from "./scope";

const KINDS = ["timechart", "linechart", "areachart", "barchart", "columnchart", "piechart", "scatterchart"] as const;
export type ChartKind = (typeof KINDS)[number];

export interface Wanted {
  kind: ChartKind;
  title: string;
}

export interface Series {
  name: string;
  /** One for each place on the axis; null where there is none. */
  values: (number | null)[];
}

export interface Drawing {
  kind: ChartKind;
  title: string;
  /** The name of the axis, and its places. */
  axis: string;
  places: string[];
  /** Where the places are moments or numbers: where they stand. */
  at: number[] | null;
  series: Series[];
  /** How many places and series are not drawn, and stay in the table. */
  left: number;
}

export const MOST_SERIES = 8;
const MOST_BARS = 40;
const MOST_POINTS = 2_000;
const OTHER_NAMES: Record<string, ChartKind> = { stackedareachart: "areachart", anomalychart: "timechart", stackedbarchart: "barchart" };

/** What the answer, or else the query, says about drawing: the last `render` of the text. */
export function wantedChart(query: string, answer: unknown): Wanted | null {
  const told = answer && typeof answer === "object" ? (answer as { render?: unknown }).render : undefined;
  if (told && typeof told === "object") {
    const { visualization, properties } = told as { visualization?: unknown; properties?: unknown };
    const kind = kindOf(String(visualization ?? ""));
    const title = properties && typeof properties === "object" ? (properties as Record<string, unknown>)["title"] : "";
    return kind ? { kind, title: typeof title === "string" ? title : "" } : null;
  }
  const words = tokens(query).filter(({ kind }) => kind !== "comment");
  for (let index = words.length - 2; index > 0; index -= 1) {
    if (words[index]?.text !== "render" || words[index - 1]?.text !== "|") continue;
    const kind = kindOf(words[index + 1]?.text ?? "");
    const title = words.findIndex(({ text }, place) => place > index && text === "title");
    return kind ? { kind, title: title > 0 ? unquoted(words[title + 2]?.text ?? "") : "" } : null;
  }
  return null;
}

/** The chart of a result; nothing where it has no number to draw. */
export function drawing({ columns, rows }: Pick<QueryResult, "columns" | "rows">, { kind, title }: Wanted): Drawing | null {
  const types = columns.map(({ type }) => type);
  const time = types.indexOf("datetime");
  const lines = kind === "timechart" || kind === "linechart" || kind === "areachart" || kind === "scatterchart";
  const axis = lines && time >= 0 ? time : kind === "scatterchart" || kind === "linechart" ? 0 : Math.max(0, types.findIndex((type) => !isNumeric(type)));
  const counts = types.flatMap((type, index) => (isNumeric(type) && index !== axis ? [index] : []));
  if (counts.length === 0 || rows.length === 0) return null;
  const split = types.findIndex((type, index) => index !== axis && !isNumeric(type) && type !== "datetime" && type !== "dynamic");
  const ordered = lines ? [...rows].sort((a, b) => standing(a[axis]) - standing(b[axis])) : rows;
  const { places, series } = gathered(ordered, { axis, split: kind === "piechart" ? -1 : split, counts, columns });
  const most = lines ? MOST_POINTS : MOST_BARS;
  const shown = series.sort((a, b) => sum(b) - sum(a)).slice(0, MOST_SERIES).map(({ name, values }) => ({ name, values: values.slice(0, most) }));
  const kept = places.slice(0, most);
  const numbers = kept.map(standing);
  return {
    kind, title, axis: columns[axis]?.name ?? "",
    places: kept.map((place) => cellText(place, types[axis] ?? "string") || "(nothing)"),
    at: lines && numbers.every(Number.isFinite) ? numbers : null,
    series: shown,
    left: places.length - kept.length + series.length - shown.length,
  };
}

interface Roles {
  axis: number;
  split: number;
  counts: number[];
  columns: QueryResult["columns"];
}

function gathered(rows: readonly (readonly Cell[])[], { axis, split, counts, columns }: Roles): { places: Cell[]; series: Series[] } {
  const places = new Map<string, number>();
  const first: Cell[] = [];
  const series = new Map<string, Map<number, number>>();
  for (const row of rows) {
    const key = JSON.stringify(row[axis] ?? null);
    const place = places.get(key) ?? places.size;
    if (place === places.size) {
      places.set(key, place);
      first.push(row[axis] ?? null);
    }
    for (const count of counts) {
      const value = Number(row[count] ?? Number.NaN);
      if (row[count] === null || !Number.isFinite(value)) continue;
      const parts = [split >= 0 ? cellText(row[split] ?? null, "string") || "(nothing)" : "", counts.length > 1 || split < 0 ? (columns[count]?.name ?? "") : ""];
      const name = parts.filter(Boolean).join(", ");
      const values = series.get(name) ?? new Map<number, number>();
      values.set(place, (values.get(place) ?? 0) + value);
      series.set(name, values);
    }
  }
  return { places: first, series: [...series].map(([name, values]) => ({ name, values: first.map((_, place) => values.get(place) ?? null) })) };
}

/** Round numbers from nothing, or from below it, up to the largest. */
export function ticks(least: number, most: number, wanted = 4): number[] {
  const low = Math.min(0, least);
  const span = Math.max(most, 0) - low || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const from = Math.floor(low / step);
  const to = Math.ceil((low + span) / step - 1e-9);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
}

function standing(value: Cell | undefined): number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}

function sum(series: Series): number {
  return series.values.reduce((all: number, value) => all + (value ?? 0), 0);
}

function kindOf(word: string): ChartKind | undefined {
  const name = word.toLowerCase();
  return KINDS.find((kind) => kind === name) ?? OTHER_NAMES[name];
}

function unquoted(text: string): string {
  return text.replace(/^[hH]?@?(["'])(.*)\1$/s, "$2");
}
