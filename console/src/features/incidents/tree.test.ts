// The process tree: made of overlapping parts, flattened to lines, walked by keys.
import { describe, expect, test } from "vitest";

import type { ProcessTree, TreeNode } from "../../api/types";
import { ancestors, fromStory, merged, pathsToAlerts, processOf, rowKey, rowsOf } from "./tree";
import { treeStep } from "./treeKeys";

/** "key parent name @second !alert +children" as a node. */
function node(line: string): TreeNode {
  const [key = "", parent = "-", name = key, ...marks] = line.split(" ");
  const mark = (sign: string) => marks.filter((each) => each.startsWith(sign)).map((each) => each.slice(1));
  return {
    key, parent: parent === "-" ? null : parent, pid: 1, image: `/bin/${name}`, file_name: name, command_line: name,
    arguments_cut: false, user: "root", started_at: `2026-05-01T12:00:${(mark("@")[0] ?? "0").padStart(2, "0")}Z`, ended_at: null,
    exit_code: null, signal: null, sha256: null, container: null, current_directory: null, connections: 0, files: 0,
    latest_connections: [], latest_files: [], gap: false, groups: [], children_total: Number(mark("+")[0] ?? 0),
    alerts: mark("!").map((id) => ({ id, title: id, severity: "High" as const })),
  };
}

function tree(...lines: string[]): ProcessTree {
  return { focus: "", nodes: lines.map(node), roots: [], truncated: false };
}

const STORY = tree("init - systemd @0", "web init nginx @1", "sh web sh @2 !a", "other web nginx @3", "script sh update.sh @4 !b", "id script id @5");

const shown = (parts: ProcessTree[], open: Iterable<string>) =>
  rowsOf(merged(parts), new Set(open)).map((row) => `${"  ".repeat(row.depth)}${row.kind === "more" ? `+${row.count}` : row.kind === "group" ? `${row.alike.count} ${row.alike.file_name}` : row.process.node.key}`);

const alike = (file_name: string, count: number) => ({
  file_name, count, image: `/usr/bin/${file_name}`, example: `${file_name} --all`, first_at: "2026-05-01T12:00:07Z", last_at: "2026-05-01T12:00:09Z",
});

describe("children that are not shown one by one", () => {
  const busy = { ...node("make - make +60"), groups: [alike("cc", 40), alike("ld", 15)] };
  const rows = (parts: ProcessTree[]) => rowsOf(merged(parts), new Set(["make"])).slice(1).map((row) =>
    `${row.kind === "group" ? `${row.alike.count} ${row.alike.file_name}` : row.kind === "more" ? `+${row.count}` : row.process.node.key} ${row.position}/${row.siblings}`);

  test("those alike are one line each, and what is left is counted", () => {
    expect(rows([{ ...tree(), nodes: [busy, node("one make cc")] }])).toEqual(["one 1/4", "40 cc 2/4", "15 ld 3/4", "+4 4/4"]);
  });

  test("when more of them were loaded, no more are named than miss", () => {
    const loaded = Array.from({ length: 30 }, (_, at) => node(`c${at} make cc @${at + 10}`));
    expect(rows([{ ...tree(), nodes: [busy, ...loaded] }]).slice(30)).toEqual(["30 cc 31/31"]);
    const all = Array.from({ length: 60 }, (_, at) => node(`c${at} make cc`));
    expect(rows([{ ...tree(), nodes: [busy, ...all] }])).toHaveLength(60);
  });

  test("a line of them is known by its place, and leads to their parent", () => {
    const row = rowsOf(merged([{ ...tree(), nodes: [busy] }]), new Set(["make"]))[1];
    expect(row && rowKey(row)).toBe("group-0:make");
    expect(processOf("group-0:make")).toBe("make");
    expect(processOf("more:make")).toBe("make");
  });
});

describe("lines", () => {
  test("only what is open shows its children, earliest first", () => {
    expect(shown([STORY], [])).toEqual(["init"]);
    expect(shown([STORY], ["init", "web"])).toEqual(["init", "  web", "    sh", "    other"]);
  });

  test("the paths to all alerts are opened, and nothing else", () => {
    const forest = merged([STORY]);
    expect([...pathsToAlerts(forest)].sort()).toEqual(["init", "sh", "web"]);
    expect(rowsOf(forest, pathsToAlerts(forest)).map(rowKey)).toEqual(["init", "web", "sh", "script", "other"]);
    expect(ancestors(forest, "script")).toEqual(["sh", "web", "init"]);
  });

  test("the ancestors that only lead to the story are left out until asked for, but not who began it", () => {
    const { forest, above } = fromStory(merged([tree("init - systemd", "shell init bash", "web shell nginx", "sh web sh !a", "id sh id")]));
    expect(above).toBe(2);
    expect(rowsOf(forest, new Set()).map(rowKey)).toEqual(["web"]);
    expect(fromStory(merged([tree("a - a !x", "b a b")])).above).toBe(0);
  });

  test("parts that overlap become one tree with the alerts of all of them", () => {
    const forest = merged([tree("web - nginx", "sh web sh !a"), tree("web - nginx +2", "sh web sh !a !c", "id sh id")]);
    expect(forest.byKey.size).toBe(3);
    expect(forest.byKey.get("sh")?.node.alerts.map((alert) => alert.id)).toEqual(["a", "c"]);
  });

  test("children that are not loaded are counted on a line of their own", () => {
    expect(shown([tree("web - nginx +42", "sh web sh")], ["web"])).toEqual(["web", "  sh", "  +41"]);
  });

  test("a process whose parent is not there is a root", () => {
    expect(shown([tree("sh gone sh @2", "init - init @1")], [])).toEqual(["init", "sh"]);
  });

  test("parents that go in circles neither hang nor vanish", () => {
    const forest = merged([tree("a b a", "b a b", "c c c")]);
    const lines = rowsOf(forest, new Set(["a", "b", "c"])).map(rowKey);
    expect(lines.sort()).toEqual(["a", "b", "c"]);
    expect(ancestors(forest, "c").length).toBeLessThan(3);
  });

  test("a chain of ten thousand processes is flattened", () => {
    const lines = Array.from({ length: 10_000 }, (_none, index) => `p${index} ${index === 0 ? "-" : `p${index - 1}`} sh`);
    const forest = merged([tree(...lines)]);
    expect(rowsOf(forest, new Set(forest.byKey.keys())).at(-1)?.depth).toBe(9_999);
  });
});

describe("keys", () => {
  const open = new Set(["init", "web", "sh"]);
  const rows = rowsOf(merged([STORY]), open);
  const press = (key: string, selected: string) => {
    const step = treeStep(key, rows, selected);
    return step ? `${step.do} ${step.key}` : "nothing";
  };

  test("arrows up and down walk the lines and stop at the ends", () => {
    expect(press("ArrowDown", "sh")).toBe("select script");
    expect(press("ArrowUp", "init")).toBe("select init");
    expect(press("ArrowDown", "other")).toBe("select other");
  });

  test("right opens, then goes inside", () => {
    expect(press("ArrowRight", "script")).toBe("open script");
    expect(press("ArrowRight", "web")).toBe("select sh");
    expect(press("ArrowRight", "other")).toBe("nothing");
  });

  test("left closes, then goes to the parent", () => {
    expect(press("ArrowLeft", "sh")).toBe("close sh");
    expect(press("ArrowLeft", "script")).toBe("select sh");
    expect(press("ArrowLeft", "other")).toBe("select web");
  });

  test("Home and End jump, letters go to the next process of that name", () => {
    expect(press("Home", "script")).toBe("select init");
    expect(press("End", "init")).toBe("select other");
    expect(press("u", "init")).toBe("select script");
    expect(press("n", "web")).toBe("select other");
    expect(press("n", "other")).toBe("select web");
  });

  test("the line of children that are not loaded loads them", () => {
    const more = rowsOf(merged([tree("web - nginx +9")]), new Set(["web"]));
    expect(treeStep("Enter", more, "more:web")).toEqual({ do: "load", key: "web" });
    expect(treeStep("ArrowLeft", more, "more:web")).toEqual({ do: "select", key: "web" });
  });

  test("keys that mean nothing are left to the browser", () => {
    expect(press("Tab", "web")).toBe("nothing");
    expect(treeStep("ArrowDown", [], undefined)).toBeNull();
  });
});
