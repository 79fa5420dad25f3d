// The process tree of an incident with its heading, and what is said when there is none.
import { counted } from "../../ui/number";
import { Failed, Waiting } from "../../ui/states";
import { ProcessTree } from "./ProcessTree";
import type { ForestState } from "./useForest";

interface Props {
  tree: ForestState;
  row: string | undefined;
  day: string;
  onSelect: (key: string) => void;
}

export function TreeSection({ tree, row, day, onSelect }: Props) {
  const size = tree.forest.byKey.size;
  return (
    <section className="story-tree" aria-label="Processes">
      <h2>Process tree <span className="quiet">{size > 0 ? counted(size, "process", "processes") : ""}
        {tree.partial ? ", the story has more than are shown" : ""}</span>
        {tree.above > 0 ? (
          <button type="button" className="above" aria-expanded={tree.aboveShown} onClick={() => tree.showAbove(!tree.aboveShown)}>
            {tree.aboveShown ? "Begin at the story" : `Show ${counted(tree.above, "ancestor")}`}
          </button>
        ) : null}</h2>
      {tree.error ? <Failed why={tree.error} retry={tree.retry} /> : null}
      {tree.pending && size === 0 ? <Waiting /> : null}
      {size > 0 ? <ProcessTree forest={tree.forest} open={tree.open} selected={row} day={day} onSelect={onSelect} onToggle={tree.toggle} onLoad={tree.load} /> : null}
      {!tree.pending && !tree.error && size === 0 ? <p className="section quiet">These alerts are not about processes, so there is no tree.</p> : null}
    </section>
  );
}
