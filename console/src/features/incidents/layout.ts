// Where the things of an attack graph stand: from left to right in the direction of what was done to what.
import dagre from "@dagrejs/dagre";

import type { GraphEdge, GraphNode } from "../../api/types";

export const WIDTH = 190;
export const HEIGHT = 46;

export interface Spot {
  x: number;
  y: number;
}

export function spots(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Map<string, Spot> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 64, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: WIDTH, height: HEIGHT });
  for (const edge of edges) if (graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to);
  dagre.layout(graph);
  return new Map(nodes.map((node) => {
    const at = graph.node(node.id) as Spot;
    return [node.id, { x: at.x - WIDTH / 2, y: at.y - HEIGHT / 2 }];
  }));
}

/** The moments at which something is added to the graph, earliest first. */
export function moments(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string[] {
  return [...new Set([...nodes.map((node) => node.first_at), ...edges.map((edge) => edge.at)])].sort();
}
