// The process tree of an incident: made from the trees of its alerts, opened to what matters, walked by keys.
import { describe, expect, it } from "vitest";

import type { ProcessTree, TreeNode } from "../../api/types";
import { ancestors, merged, pathsToAlerts, rowKey, rowsOf } from "./tree";
import { treeStep } from "./treeKeys";

const node = (key: string, parent: string | null, more: Partial<TreeNode> = {}): TreeNode => ({
  key, parent, pid: 1, image: `/usr/bin/${key}`, file_name: key, command_line: key, arguments_cut: false, user: "root",
  started_at: `2026-11-25T07:00:0${key.length}.000Z`, ended_at: null, exit_code: null, signal: null, sha256: null,
  container: null, current_directory: null, alerts: [], connections: 0, files: 0, latest_connections: [],
  latest_files: [], children_total: 0, gap: false, ...more,
});
const tree = (...nodes: TreeNode[]): ProcessTree => ({ focus: nodes[0]?.key ?? "", nodes, roots: [], truncated: false });
const alert = (id: string) => ({ id, title: id, severity: "High" as const });

const attack = merged([
  tree(node("init", null), node("nginx", "init"), node("sh", "nginx", { alerts: [alert("a1")] })),
  tree(node("init", null), node("nginx", "init"), node("sh", "nginx", { alerts: [alert("a1"), alert("a2")] }), node("update", "sh", { alerts: [alert("a3")] })),
]);
const everything = new Set(attack.byKey.keys());
const shown = (open: ReadonlySet<string>) => rowsOf(attack, open).map((row) => `${" ".repeat(row.depth)}${rowKey(row)}`);

describe("the trees of several alerts", () => {
  it("become one, each process once with all its alerts", () => {
    expect(shown(everything)).toEqual(["init", " nginx", "  sh", "   update"]);
    expect(attack.byKey.get("sh")?.node.alerts.map(({ id }) => id)).toEqual(["a1", "a2"]);
  });

  it("are opened as far as every alert is in sight", () => {
    expect(pathsToAlerts(attack)).toEqual(new Set(["init", "nginx", "sh"]));
    expect(ancestors(attack, "update")).toEqual(["sh", "nginx", "init"]);
  });

  it("say how many children are not loaded", () => {
    const forest = merged([tree(node("sh", null, { children_total: 3 }), node("id", "sh"))]);
    expect(rowsOf(forest, new Set(["sh"])).map((row) => (row.kind === "more" ? row.count : row.kind))).toEqual(["process", "process", 2]);
  });

  it("end, also when the data goes in circles or a chain is very long", () => {
    const circle = merged([tree(node("a", "b"), node("b", "a"), node("self", "self"))]);
    expect(new Set(rowsOf(circle, new Set(["a", "b", "self"])).map(rowKey))).toEqual(new Set(["a", "b", "self"]));
    const long = merged([tree(...Array.from({ length: 5_000 }, (_, at) => node(`p${at}`, at === 0 ? null : `p${at - 1}`)))]);
    expect(rowsOf(long, new Set(long.byKey.keys()))).toHaveLength(5_000);
  });
});

describe("keys in the tree", () => {
  const rows = rowsOf(attack, everything);

  it("walk and jump", () => {
    expect(treeStep("ArrowDown", rows, "init")).toEqual({ do: "select", key: "nginx" });
    expect(treeStep("ArrowUp", rows, "init")).toEqual({ do: "select", key: "init" });
    expect(treeStep("End", rows, "init")).toEqual({ do: "select", key: "update" });
    expect(treeStep("Home", rows, "update")).toEqual({ do: "select", key: "init" });
  });

  it("open, go inside, close and go out", () => {
    const closed = rowsOf(attack, new Set(["init"]));
    expect(treeStep("ArrowRight", closed, "nginx")).toEqual({ do: "open", key: "nginx" });
    expect(treeStep("ArrowRight", rows, "nginx")).toEqual({ do: "select", key: "sh" });
    expect(treeStep("ArrowLeft", rows, "nginx")).toEqual({ do: "close", key: "nginx" });
    expect(treeStep("ArrowLeft", rows, "update")).toEqual({ do: "select", key: "sh" });
  });

  it("find a process by the first letter, from here on and around", () => {
    expect(treeStep("s", rows, "init")).toEqual({ do: "select", key: "sh" });
    expect(treeStep("i", rows, "sh")).toEqual({ do: "select", key: "init" });
    expect(treeStep("z", rows, "sh")).toBeNull();
    expect(treeStep("ArrowDown", [], undefined)).toBeNull();
  });
});
