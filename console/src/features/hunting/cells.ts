// Values of a result as text, and how wide their columns are.
import type { Cell, QueryResult } from "../../api/types";
import { utc } from "../../ui/time";

export function cellText(value: Cell, type: string): string {
  if (value === null || value === undefined) return "";
  if (type === "datetime" && typeof value === "string") {
    const at = utc(value);
    return at.endsWith(".000") ? at.slice(0, 19) : at;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const CHARACTER = 7.3;
const SAMPLE = 50;

/** Pixels, by the name and by what the first rows hold. */
export function widths(result: Pick<QueryResult, "columns" | "rows">): number[] {
  const sample = result.rows.slice(0, SAMPLE);
  return result.columns.map((column, index) => {
    const longest = sample.reduce((most, row) => Math.max(most, cellText(row[index] ?? null, column.type).length), column.name.length + 1);
    return Math.round(Math.min(460, Math.max(72, longest * CHARACTER + 24)));
  });
}

export function isNumeric(type: string): boolean {
  return type === "int" || type === "long" || type === "real" || type === "decimal";
}
