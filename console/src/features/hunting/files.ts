// A result as a file. A spreadsheet must not take what a device wrote for a formula.
import type { Cell, QueryResult } from "../../api/types";

type Table = Pick<QueryResult, "columns" | "rows">;

export function asCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => field(name)), ...rows.map((row) => columns.map((_, index) => field(row[index] ?? null)))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

export function asJson({ columns, rows }: Table): string {
  return JSON.stringify(rows.map((row) => record(columns, row)), null, 1);
}

/** A row by the names of its columns; a name that comes twice keeps both values. */
export function record(columns: QueryResult["columns"], row: readonly Cell[]): Record<string, Cell> {
  const of: Record<string, Cell> = {};
  for (const [index, { name }] of columns.entries()) of[name in of ? `${name}_${index}` : name] = row[index] ?? null;
  return of;
}

function field(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const written = typeof value === "object" ? JSON.stringify(value) : value;
  const text = /^[=+\-@\t\r]/.test(written) ? `'${written}` : written;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a text to the browser as a download. */
export function save(text: string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
