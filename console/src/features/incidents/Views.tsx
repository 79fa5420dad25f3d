// The three ways to look at an incident: its processes, its graph, its evidence. The graph is loaded when it is opened.
import { lazy, Suspense, type ReactNode } from "react";

import type { Incident } from "../../api/types";
import type { Search } from "../../ui/search";
import { Waiting } from "../../ui/states";
import { EvidenceTable } from "./EvidenceTable";

const AttackGraph = lazy(() => import("./AttackGraph").then((module) => ({ default: module.AttackGraph })));

const VIEWS = [[undefined, "Processes"], ["graph", "Attack graph"], ["evidence", "Evidence"]] as const;

interface Props {
  incident: Incident;
  view: string | undefined;
  onView: (view: string | undefined) => void;
  onThing: (search: Search) => void;
  children: ReactNode;
}

export function Views({ incident, view, onView, onThing, children }: Props) {
  return (
    <>
      <div className="views toggles" role="group" aria-label="View of the incident">
        {VIEWS.map(([key, name]) => (
          <button key={name} type="button" className="toggle" aria-pressed={view === key} onClick={() => onView(key)}>{name}</button>
        ))}
      </div>
      {view === "graph" ? <Suspense fallback={<Waiting />}><AttackGraph incident={incident} onThing={onThing} /></Suspense> : null}
      {view === "evidence" ? <EvidenceTable incident={incident} onThing={onThing} /> : null}
      {view === "graph" || view === "evidence" ? null : children}
    </>
  );
}
