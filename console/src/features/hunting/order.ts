// The order of a result's rows: as they came, or by a column. Rows keep their numbers.
import type { Cell, QueryResult } from "../../api/types";
import { isNumeric } from "./cells";

export interface Order {
  column: number;
  down: boolean;
}

/** As they came, up, down, as they came. */
export function nextOrder(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, down: false };
  return order.down ? null : { column, down: true };
}

/** Which row stands where; what has no value is last either way. */
export function ordered({ columns, rows }: Pick<QueryResult, "columns" | "rows">, order: Order | null): number[] {
  const places = rows.map((_, index) => index);
  const type = order ? columns[order.column]?.type : undefined;
  if (!order || type === undefined) return places;
  const { column, down } = order;
  const compare = comparing(type);
  return places.sort((a, b) => {
    const [left, right] = [rows[a]?.[column] ?? null, rows[b]?.[column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    return (down ? -1 : 1) * compare(left, right) || a - b;
  });
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function comparing(type: string): (a: Cell, b: Cell) => number {
  if (isNumeric(type)) return (a, b) => Number(a) - Number(b);
  if (type === "datetime") return (a, b) => Date.parse(String(a)) - Date.parse(String(b));
  return (a, b) => words.compare(wordOf(a), wordOf(b));
}

function wordOf(value: Cell): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
