// One thing of the attack graph: what kind, its name, and how grave what it did was.
import { Handle, Position, type NodeProps, type Node } from "@xyflow/react";

import type { GraphNode } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { File, Network, People, Screen, Terminal } from "../../ui/icons";
import { Severity } from "../../ui/Severity";
import type { Direction } from "./layout";

export interface BoxData extends Record<string, unknown> {
  node: GraphNode;
  /** It is not there yet at the moment that is shown. */
  dim: boolean;
  direction: Direction;
}

const ICONS: Record<string, typeof File> = { device: Screen, user: People, process: Terminal, file: File, address: Network, domain: Network };

export function GraphBox({ data, selected }: NodeProps<Node<BoxData>>) {
  const { node, dim, direction } = data;
  const Icon = ICONS[node.kind] ?? File;
  const grave = node.severity ? ` box-${node.severity.toLowerCase()}` : "";
  return (
    <div className={`box${grave}${dim ? " box-later" : ""}${selected ? " box-selected" : ""}`} title={`${node.label}\n${node.detail}`}>
      <Handle type="target" position={direction === "TB" ? Position.Top : Position.Left} isConnectable={false} />
      <Icon size={16} />
      <span className="box-text"><b><DeviceText text={node.label} /></b><span className="quiet"><DeviceText text={node.members > 1 ? `${node.members} alike` : node.detail} /></span></span>
      {node.severity ? <Severity level={node.severity} word={false} /> : null}
      <Handle type="source" position={direction === "TB" ? Position.Bottom : Position.Right} isConnectable={false} />
    </div>
  );
}
