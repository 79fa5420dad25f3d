// The process tree of an incident: the trees of its alerts made one, and the rows that are in sight of it.
import type { Alike, ProcessTree, TreeNode } from "../../api/types";

/** A process of the tree with what it started, earliest first. */
export interface Process {
  node: TreeNode;
  children: Process[];
}

/** The tree, ready to be shown. */
export interface Forest {
  roots: Process[];
  byKey: ReadonlyMap<string, Process>;
}

/** A line of the tree: a process, or what stands for children that are not loaded: those alike, and the rest. */
export type TreeRow =
  | { kind: "process"; process: Process; depth: number; open: boolean; position: number; siblings: number }
  | { kind: "group"; process: Process; depth: number; alike: Alike; at: number; position: number; siblings: number }
  | { kind: "more"; process: Process; depth: number; count: number; position: number; siblings: number };

/** Trees that overlap become one: a process appears once, with the alerts all of them know. */
export function merged(trees: readonly ProcessTree[]): Forest {
  const byKey = new Map<string, Process>();
  for (const node of trees.flatMap((tree) => tree.nodes)) {
    const known = byKey.get(node.key);
    if (known) known.node = joined(known.node, node);
    else byKey.set(node.key, { node, children: [] });
  }
  const roots: Process[] = [];
  const cut = circles(byKey);
  for (const process of byKey.values()) {
    const parent = process.node.parent === null || cut.has(process.node.key) ? undefined : byKey.get(process.node.parent);
    if (parent) parent.children.push(process);
    else roots.push(process);
  }
  for (const process of byKey.values()) process.children.sort(earlier);
  return { roots: roots.sort(earlier), byKey };
}

/** The tree from where its story begins: without the line of ancestors that only leads to it, but with the process that began it. */
export function fromStory(forest: Forest): { forest: Forest; above: number } {
  const [only, ...others] = forest.roots;
  if (!only || others.length > 0) return { forest, above: 0 };
  const line: Process[] = [only];
  for (let last = only; last.children.length === 1 && last.node.alerts.length === 0;) {
    last = last.children[0] ?? last;
    line.push(last);
  }
  const above = Math.max(0, line.length - 2);
  return { forest: { roots: line.slice(above, above + 1), byKey: forest.byKey }, above };
}

/** Processes that must be open so that every alert is in sight. */
export function pathsToAlerts(forest: Forest): Set<string> {
  const open = new Set<string>();
  for (const { node } of forest.byKey.values()) {
    if (node.alerts.length > 0) for (const key of ancestors(forest, node.key)) open.add(key);
  }
  return open;
}

/** The ancestors of a process that are in the tree, nearest first. */
export function ancestors(forest: Forest, key: string): string[] {
  const found: string[] = [];
  let parent = forest.byKey.get(key)?.node.parent ?? null;
  while (parent !== null && forest.byKey.has(parent) && !found.includes(parent)) {
    found.push(parent);
    parent = forest.byKey.get(parent)?.node.parent ?? null;
  }
  return found;
}

/** The lines in sight, from the top. */
export function rowsOf(forest: Forest, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  // A chain of processes can be longer than the call stack is deep.
  const waiting: TreeRow[] = siblings(forest.roots, 0, open).reverse();
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    rows.push(row);
    if (row.kind === "process" && row.open) waiting.push(...below(row.process, row.depth + 1, open).reverse());
  }
  return rows;
}

export function mayOpen(process: Process): boolean {
  return process.children.length > 0 || process.node.children_total > 0;
}

/** Identifies a line among all others. */
export function rowKey(row: TreeRow): string {
  if (row.kind === "group") return `group-${row.at}:${row.process.node.key}`;
  return row.kind === "more" ? `more:${row.process.node.key}` : row.process.node.key;
}

/** The process a line stands for, or whose children it stands for. */
export function processOf(row: string): string {
  return row.replace(/^(more|group-\d+):/, "");
}

function below(process: Process, depth: number, open: ReadonlySet<string>): TreeRow[] {
  const missing = process.node.children_total - process.children.length;
  const { groups, rest } = hidden(process.node.groups, missing);
  const size = process.children.length + groups.length + (rest > 0 ? 1 : 0);
  const rows = siblings(process.children, depth, open, size);
  for (const [at, alike] of groups.entries()) rows.push({ kind: "group", process, depth, alike, at, position: rows.length + 1, siblings: size });
  if (rest > 0) rows.push({ kind: "more", process, depth, count: rest, position: size, siblings: size });
  return rows;
}

/** What stands for missing children. Some that a group counts may have been loaded since: no more are named than miss. */
function hidden(groups: readonly Alike[], missing: number): { groups: Alike[]; rest: number } {
  let rest = Math.max(0, missing);
  const shown: Alike[] = [];
  for (const group of groups) {
    const count = Math.min(group.count, rest);
    if (count > 0) shown.push({ ...group, count });
    rest -= count;
  }
  return { groups: shown, rest };
}

function siblings(processes: readonly Process[], depth: number, open: ReadonlySet<string>, size = processes.length): TreeRow[] {
  return processes.map((process, index) => ({
    kind: "process", process, depth, open: mayOpen(process) && open.has(process.node.key),
    position: index + 1, siblings: size,
  }));
}

function joined(a: TreeNode, b: TreeNode): TreeNode {
  const known = new Set(a.alerts.map((alert) => alert.id));
  return {
    ...a,
    parent: a.parent ?? b.parent,
    ended_at: a.ended_at ?? b.ended_at,
    exit_code: a.exit_code ?? b.exit_code,
    children_total: Math.max(a.children_total, b.children_total),
    groups: counted(b.groups) < counted(a.groups) ? b.groups : a.groups,
    gap: a.gap && b.gap,
    alerts: [...a.alerts, ...b.alerts.filter((alert) => !known.has(alert.id))],
  };
}

function counted(groups: readonly Alike[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

/** One process of every circle of parents: data that goes in circles must not make the page do so. */
function circles(byKey: ReadonlyMap<string, Process>): Set<string> {
  const cut = new Set<string>();
  const walked = new Map<string, string>();
  for (const start of byKey.keys()) {
    let key: string | null = start;
    while (key !== null && byKey.has(key) && !walked.has(key)) {
      walked.set(key, start);
      key = byKey.get(key)?.node.parent ?? null;
    }
    if (key !== null && walked.get(key) === start) cut.add(key);
  }
  return cut;
}

function earlier(a: Process, b: Process): number {
  return a.node.started_at.localeCompare(b.node.started_at) || a.node.key.localeCompare(b.node.key);
}
