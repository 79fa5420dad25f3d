// What keys do in the process tree, after the pattern for trees: arrows walk and open, Home and End jump, letters
// go to a process by name.
import { mayOpen, rowKey, type TreeRow } from "./tree";

export type TreeStep =
  | { do: "select"; key: string }
  | { do: "open"; key: string }
  | { do: "close"; key: string }
  | { do: "load"; key: string }
  | null;

export function treeStep(pressed: string, rows: readonly TreeRow[], selected: string | undefined): TreeStep {
  if (rows.length === 0) return null;
  const at = Math.max(0, rows.findIndex((row) => rowKey(row) === selected));
  const row = rows[at];
  if (!row) return null;
  switch (pressed) {
    case "ArrowDown": return select(rows[Math.min(rows.length - 1, at + 1)]);
    case "ArrowUp": return select(rows[Math.max(0, at - 1)]);
    case "Home": return select(rows[0]);
    case "End": return select(rows[rows.length - 1]);
    case "ArrowRight": return inward(rows, at, row);
    case "ArrowLeft": return outward(rows, at, row);
    case "Enter":
    case " ":
      if (row.kind !== "process") return { do: "load", key: row.process.node.key };
      return mayOpen(row.process) ? { do: row.open ? "close" : "open", key: rowKey(row) } : null;
    default: return [...pressed].length === 1 ? named(pressed, rows, at) : null;
  }
}

function inward(rows: readonly TreeRow[], at: number, row: TreeRow): TreeStep {
  if (row.kind !== "process") return { do: "load", key: row.process.node.key };
  if (!mayOpen(row.process)) return null;
  return row.open ? select(rows[at + 1]) : { do: "open", key: rowKey(row) };
}

function outward(rows: readonly TreeRow[], at: number, row: TreeRow): TreeStep {
  if (row.kind === "process" && row.open) return { do: "close", key: rowKey(row) };
  const parent = rows.slice(0, at).findLast((above) => above.depth < row.depth);
  return select(parent);
}

function named(letter: string, rows: readonly TreeRow[], at: number): TreeStep {
  const order = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
  const wanted = letter.toLowerCase();
  return select(order.find((row) => row.kind === "process" && row.process.node.file_name.toLowerCase().startsWith(wanted)));
}

function select(row: TreeRow | undefined): TreeStep {
  return row ? { do: "select", key: rowKey(row) } : null;
}
