// Where the things of an attack graph stand: in the direction of what was done to what. A wide
// place is filled from left to right, a narrow one from top to bottom.
import dagre from "@dagrejs/dagre";

import type { GraphEdge, GraphNode } from "../../api/types";

export const WIDTH = 190;
export const HEIGHT = 46;

export interface Spot {
  x: number;
  y: number;
}

export type Direction = "LR" | "TB";

export function spots(nodes: readonly GraphNode[], edges: readonly GraphEdge[], direction: Direction): Map<string, Spot> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: direction === "TB" ? 28 : 14, ranksep: direction === "TB" ? 40 : 64, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: WIDTH, height: HEIGHT });
  for (const edge of edges) if (graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to);
  dagre.layout(graph);
  return new Map(nodes.map((node) => {
    const at = graph.node(node.id) as Spot;
    return [node.id, { x: at.x - WIDTH / 2, y: at.y - HEIGHT / 2 }];
  }));
}

export interface Size {
  width: number;
  height: number;
}

export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** Below this, names in the boxes cannot be read: what does not fit is scrolled to. */
const LEAST_ZOOM = 0.85;
const MARGIN = 16;

/** What is looked at first: everything, or, where that would be too small to read, the place where it becomes grave. */
export function firstView(nodes: readonly GraphNode[], places: ReadonlyMap<string, Spot>, canvas: Size): View {
  const all = nodes.flatMap((node) => places.get(node.id) ?? []);
  const grave = nodes.filter((node) => node.severity !== null).flatMap((node) => places.get(node.id) ?? []);
  const whole = frame(all);
  const zoom = Math.min(1, Math.max(LEAST_ZOOM, Math.min((canvas.width - 2 * MARGIN) / whole.width, (canvas.height - 2 * MARGIN) / whole.height)));
  const wanted = frame(grave.length > 0 ? grave : all);
  return {
    zoom,
    x: along(whole.x, whole.width, wanted.x, wanted.width, canvas.width, zoom),
    y: along(whole.y, whole.height, wanted.y, wanted.height, canvas.height, zoom),
  };
}

/** Where to begin in one direction: what fits is centred; of the rest the wanted part is in sight, without a void beside it. */
function along(from: number, length: number, wanted: number, wantedLength: number, room: number, zoom: number): number {
  if (length * zoom <= room) return (room - length * zoom) / 2 - from * zoom;
  const middle = wantedLength * zoom <= room ? (room - wantedLength * zoom) / 2 - wanted * zoom : MARGIN - wanted * zoom;
  return Math.min(MARGIN - from * zoom, Math.max(room - MARGIN - (from + length) * zoom, middle));
}

function frame(spots: readonly Spot[]): Spot & Size {
  const xs = spots.map(({ x }) => x);
  const ys = spots.map(({ y }) => y);
  const [x, y] = [Math.min(...xs, Infinity), Math.min(...ys, Infinity)];
  if (spots.length === 0) return { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  return { x, y, width: Math.max(...xs) - x + WIDTH, height: Math.max(...ys) - y + HEIGHT };
}

/** The moments at which something is added to the graph, earliest first. */
export function moments(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string[] {
  return [...new Set([...nodes.map((node) => node.first_at), ...edges.map((edge) => edge.at)])].sort();
}
