// The attack graph: devices, users, processes, files and addresses, joined by what was done. It can be played in time.
import "@xyflow/react/dist/style.css";

import { Slider } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Background, Controls, MarkerType, ReactFlow, type Edge, type Node } from "@xyflow/react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { graphQuery } from "../../api/queries";
import type { Graph, Incident } from "../../api/types";
import { Play } from "../../ui/icons";
import { counted } from "../../ui/number";
import type { Search } from "../../ui/search";
import { Failed, Waiting } from "../../ui/states";
import { seconds } from "../../ui/time";
import { GraphBox, type BoxData } from "./GraphBox";
import { firstView, HEIGHT, moments, spots, WIDTH, type Direction, type Size } from "./layout";
import { placeOf, selectionOf } from "./things";

const BOXES = { box: GraphBox };
/** A place this many times wider than high is filled from left to right. */
const WIDE = 2.6;
/** How long each moment is shown when the graph is played. */
const STEP_MS = 700;

interface Props {
  incident: Incident;
  onThing: (search: Search) => void;
}

export function AttackGraph({ incident, onThing }: Props) {
  const query = useQuery(graphQuery(incident.number));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  return <Drawn graph={query.data} onThing={onThing} />;
}

function Drawn({ graph, onThing }: { graph: Graph; onThing: (search: Search) => void }) {
  const navigate = useNavigate();
  const times = useMemo(() => moments(graph.nodes, graph.edges), [graph]);
  const canvas = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    if (canvas.current) setSize({ width: canvas.current.clientWidth, height: canvas.current.clientHeight });
  }, []);
  const direction: Direction = size && size.width > WIDE * size.height ? "LR" : "TB";
  const places = useMemo(() => spots(graph.nodes, graph.edges, direction), [graph, direction]);
  const [at, setAt] = useState(times.length - 1);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    if (at >= times.length - 1) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => setAt(at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, at, times.length]);
  const now = times[Math.min(at, times.length - 1)] ?? "";
  const nodes = useMemo((): Node<BoxData>[] => graph.nodes.map((node) => ({
    id: node.id, type: "box", position: places.get(node.id) ?? { x: 0, y: 0 }, width: WIDTH, height: HEIGHT,
    data: { node, dim: node.first_at > now, direction }, draggable: true, ariaLabel: `${node.kind} ${node.label}`,
  })), [graph.nodes, places, now, direction]);
  const edges = useMemo((): Edge[] => graph.edges.map((edge, index) => ({
    id: `${index}`, source: edge.from, target: edge.to, label: edge.relation, markerEnd: { type: MarkerType.ArrowClosed },
    className: edge.at > now ? "edge-later" : edge.alerts.length > 0 ? "edge-alert" : "edge",
  })), [graph.edges, now]);
  const open = (id: string) => {
    const node = graph.nodes.find((each) => each.id === id);
    if (!node) return;
    const selection = selectionOf(node);
    const place = placeOf(node);
    if (selection) onThing({ ...selection, view: "graph", pane: "details" });
    else if (place?.to === "/devices/$id") void navigate({ to: place.to, params: place.params, search: {} });
    else if (place) void navigate({ to: place.to, params: place.params, search: {} });
  };
  return (
    <section className="graph" aria-label="Attack graph">
      <div className="graph-canvas" ref={canvas}>
        {size ? (
          <ReactFlow nodes={nodes} edges={edges} nodeTypes={BOXES} defaultViewport={firstView(graph.nodes, places, size)} minZoom={0.2} panOnScroll nodesConnectable={false}
            proOptions={{ hideAttribution: true }} onNodeClick={(_event, node) => open(node.id)}>
            <Background /><Controls showInteractive={false} />
          </ReactFlow>
        ) : null}
      </div>
      <div className="graph-time">
        <button type="button" className="icon-button" aria-label={playing ? "Stop" : "Play the attack"} onClick={() => {
          if (!playing && at >= times.length - 1) setAt(0);
          setPlaying(!playing);
        }}>{playing ? "■" : <Play size={14} />}</button>
        <Slider className="grow" min={0} max={Math.max(1, times.length - 1)} value={at} onChange={setAt} label={null} aria-label="Moment of the attack" thumbLabel="Moment of the attack" />
        <span className="tabular">{seconds(now)}</span>
        {graph.hidden > 0 ? <span className="quiet">{counted(graph.hidden, "more thing")} not drawn</span> : null}
      </div>
    </section>
  );
}
