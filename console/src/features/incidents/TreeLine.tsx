// One line of the process tree.
import type { CSSProperties, MouseEvent, ReactNode } from "react";

import type { Alike, TreeNode } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Chevron, Cog, File, Gap, Layers, Network, Plus, Terminal } from "../../ui/icons";
import { counted } from "../../ui/number";
import { AlertMark, graver } from "../../ui/Severity";
import { short, utc } from "../../ui/time";
import { mayOpen, rowKey, type TreeRow } from "./tree";

const INDENT = 20;
const SHELLS = /^(ba|da|z|k|c|tc|fi)?sh$|\.(sh|py|pl|rb)$|^(python|perl|ruby)[\d.]*$/;

interface Props {
  id: string;
  row: TreeRow;
  /** The day the story is of: times of other days say their day. */
  day: string;
  top: number;
  height: number;
  selected: boolean;
  onSelect: (key: string) => void;
  onToggle: (key: string, open: boolean) => void;
  onLoad: (key: string) => void;
}

export function TreeLine({ id, row, day, top, height, selected, onSelect, onToggle, onLoad }: Props) {
  const key = rowKey(row);
  const opens = row.kind === "process" && mayOpen(row.process);
  const style: CSSProperties = { transform: `translateY(${top}px)`, height, paddingLeft: 8 + row.depth * INDENT };
  const guides: CSSProperties = { width: row.depth * INDENT };
  const toggle = (event: MouseEvent) => {
    event.stopPropagation();
    if (row.kind === "process") onToggle(key, !row.open);
  };
  const chosen = () => {
    onSelect(key);
    if (row.kind !== "process") onLoad(row.process.node.key);
  };
  return (
    <div id={id} role="treeitem" aria-level={row.depth + 1} aria-posinset={row.position} aria-setsize={row.siblings}
      aria-selected={selected} aria-expanded={opens && row.kind === "process" ? row.open : undefined}
      className={selected ? "tree-line tree-line-selected" : "tree-line"} style={style} onClick={chosen}
      onDoubleClick={opens ? toggle : undefined}>
      <span className="tree-guides" style={guides} aria-hidden="true" />
      {row.kind === "group" ? <AlikeText of={row.alike} day={day} /> : row.kind === "more" ? (
        <span className="tree-more">{counted(row.count, "more process", "more processes")}, load</span>
      ) : (
        <>
          <span className={row.open ? "tree-twist tree-twist-open" : "tree-twist"} onClick={opens ? toggle : undefined} aria-hidden="true">
            {opens ? <Chevron size={14} /> : null}
          </span>
          <ProcessText node={row.process.node} day={day} />
        </>
      )}
    </div>
  );
}

function ProcessText({ node, day }: { node: TreeNode; day: string }) {
  const worst = node.alerts.map((alert) => alert.severity).reduce(graver, "Informational");
  return (
    <>
      <span className="tree-icon">{SHELLS.test(node.file_name) ? <Terminal size={15} /> : <Cog size={15} />}</span>
      {node.gap ? <span className="tree-gap" title="What started it is not known: events are missing above it"><Gap size={14} /></span> : null}
      <span className="tree-name"><DeviceText text={node.file_name} /></span>
      <span className="quiet tabular">{node.pid}</span>
      {node.alerts.length > 0 ? (
        <AlertMark level={worst} count={node.alerts.length} title={node.alerts.map((alert) => alert.title).join("\n")} />
      ) : null}
      <span className="tree-command"><DeviceText text={node.command_line} mono /></span>
      <Count of={node.connections} what="connection" icon={<Network size={13} />} />
      <Count of={node.files} what="file change" icon={<File size={13} />} />
      <time className="tree-time tabular" dateTime={node.started_at} title={`${utc(node.started_at)} UTC`}>{short(node.started_at, day)}</time>
    </>
  );
}

/** Children that are alike, as one line. */
function AlikeText({ of, day }: { of: Alike; day: string }) {
  return (
    <>
      <span className="tree-twist" aria-hidden="true"><Plus size={12} /></span>
      <span className="tree-icon"><Layers size={15} /></span>
      <span className="tree-name"><DeviceText text={of.file_name} /></span>
      <span className="mark tree-alike" title="Started alike; choose the line to load them">{counted(of.count, "time")}</span>
      <span className="tree-command"><DeviceText text={of.example} mono /></span>
      <time className="tree-time tabular" dateTime={of.first_at} title={`From ${utc(of.first_at)} to ${utc(of.last_at)} UTC`}>{short(of.first_at, day)}</time>
    </>
  );
}

function Count({ of, what, icon }: { of: number; what: string; icon: ReactNode }) {
  if (of === 0) return null;
  const text = counted(of, what);
  return <span className="tree-count" title={text}>{icon}<span aria-hidden="true">{of}</span><span className="visually-hidden">{text}</span></span>;
}
