// A recording as lines of a terminal. Text from a device is attackers' text: of control characters nothing
// is let through, so that it can move no cursor, change no title and write no clipboard.
import { bytes } from "../../ui/number";
import { visible } from "../../ui/visible";
import type { LiveEntry } from "./types";

const RESET = "\x1b[0m";
const BOLD = "\x1b[1m";
const DIM = "\x1b[2m";
const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const YELLOW = "\x1b[33m";
const BLUE = "\x1b[34m";

/** No column but the last is wider than this; the last has what is left of the line, but at least so much. */
const WIDEST = 48;
const LAST_LEAST = 40;

/** What is remembered from one entry to the next. */
export interface Pen {
  /** The table being written, by the line it answers: its parts have one head. */
  table: string | null;
  /** Transfers that were announced. */
  announced: Set<string>;
}

export const pen = (): Pen => ({ table: null, announced: new Set() });

/** The lines that an entry adds to a terminal of a width. `--json` shows what a table cuts. */
export function linesFor(entry: LiveEntry, device: string, hold: Pen, width = Infinity): string[] {
  const table = entry.kind === "table" ? `${entry.line} ${entry.content.columns.join("\t")}` : null;
  const continued = table !== null && table === hold.table;
  hold.table = table;
  switch (entry.kind) {
    case "opened":
      return [`${DIM}Session with ${plain(entry.content.device_name)} opened by ${plain(entry.content.by)}, ${entry.content.level}. Type help to see what can be done.${RESET}`];
    case "line":
      return ["", `${BLUE}${plain(device)} >${RESET} ${BOLD}${plain(entry.content.text)}${RESET}`];
    case "table":
      return tableLines(entry.content.columns, entry.content.rows, !continued, width);
    case "json":
      return split(JSON.stringify(entry.content, null, 2) ?? "");
    case "text":
      return split(entry.content.text);
    case "error":
      return split(entry.content.text).map((line) => `${RED}${line}${RESET}`);
    case "progress": {
      const { transfer, name, direction, total } = entry.content;
      if (hold.announced.has(transfer)) return [];
      hold.announced.add(transfer);
      return [`${DIM}${direction === "get" ? "Getting" : "Putting"} ${plain(name)}, ${bytes(total)}${RESET}`];
    }
    case "transfer":
      return [`${GREEN}${plain(entry.content.name)} is complete: ${bytes(entry.content.length)}, SHA-256 ${plain(entry.content.sha256)}${RESET}`];
    case "action":
      return [`${YELLOW}Action ${plain(entry.content.action)}: ${plain(entry.content.kind)}, ${plain(entry.content.status)}.${RESET} ${plain(entry.content.summary)}`];
    case "job":
      return [`${DIM}[job ${entry.content.job}]${RESET} ${entry.content.state}${entry.content.text ? `: ${plain(entry.content.text)}` : ""}`];
    case "end":
      return entry.content.cut ? [`${YELLOW}There was more than is kept; the rest was cut off.${RESET}`] : [];
    case "closed":
      return ["", `${DIM}Session closed: ${plain(entry.content.why)}${RESET}`];
  }
}

export function tableLines(columns: readonly string[], rows: readonly string[][], head: boolean, width = Infinity): string[] {
  const cells = rows.map((row) => columns.map((_, at) => plain(row[at] ?? "")));
  const widths = columns.map((name, at) => Math.min(WIDEST, Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0))));
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  const last = Math.max(LAST_LEAST, width - before);
  const line = (row: readonly string[]) => row.map((cell, at) => (at === row.length - 1 ? cut(cell, last) : fitted(cell, widths[at] ?? 0))).join("  ").trimEnd();
  return [...(head ? [`${BOLD}${line(columns.map(plain))}${RESET}`] : []), ...cells.map(line)];
}

function fitted(cell: string, width: number): string {
  return cut(cell, width).padEnd(width);
}

function cut(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
}

function split(text: string): string[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map(plain);
}

/** Text without anything that a terminal would obey or a reader would not see. */
export function plain(text: string): string {
  return visible(text.replaceAll("\t", "    "));
}
