// The tables, operators and functions that somebody looks for.
import type { HuntingSchema } from "../../api/types";

export type Table = HuntingSchema["tables"][number];
export type Entry = HuntingSchema["functions"][number];

/** A table is there when its name or one of its columns has the wanted word in it. */
export function matching(tables: readonly Table[], wanted: string): Table[] {
  const word = wanted.trim().toLowerCase();
  if (!word) return [...tables];
  return tables.flatMap((table) => {
    if (table.name.toLowerCase().includes(word)) return [table];
    const columns = table.columns.filter((column) => column.name.toLowerCase().includes(word));
    return columns.length > 0 ? [{ ...table, columns }] : [];
  });
}

/** Operators and functions whose name has the wanted word in it. */
export function named(entries: readonly Entry[], wanted: string): Entry[] {
  const word = wanted.trim().toLowerCase();
  return entries.filter((entry) => entry.name.toLowerCase().includes(word));
}
