// The process tree: an indented, virtual tree with one tab stop. Arrow keys walk it; the pane beside follows.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";

import type { Forest } from "./tree";
import { rowKey, rowsOf } from "./tree";
import { treeStep } from "./treeKeys";
import { TreeLine } from "./TreeLine";

const ROW_HEIGHT = 30;

interface Props {
  forest: Forest;
  open: ReadonlySet<string>;
  selected: string | undefined;
  day: string;
  onSelect: (key: string) => void;
  onToggle: (key: string, open: boolean) => void;
  onLoad: (key: string) => void;
}

export function ProcessTree({ forest, open, selected, day, onSelect, onToggle, onLoad }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const rows = rowsOf(forest, open);
  const at = rows.findIndex((row) => rowKey(row) === selected);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => { const row = rows[index]; return row ? rowKey(row) : index; },
  });
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);

  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = treeStep(event.key, rows, selected);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (step.do === "select") onSelect(step.key);
    else if (step.do === "load") onLoad(step.key);
    else onToggle(step.key, step.do === "open");
  };
  const idOf = (index: number) => `${prefix}-${index}`;
  return (
    <div ref={scroll} className="tree-scroll">
      <div className="tree" role="tree" aria-label="Process tree" tabIndex={0} onKeyDown={pressed}
        aria-activedescendant={at >= 0 ? idOf(at) : undefined} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <TreeLine key={item.key} id={idOf(item.index)} row={row} day={day} top={item.start} height={ROW_HEIGHT} selected={item.index === at}
              onSelect={onSelect} onToggle={onToggle} onLoad={onLoad} />
          );
        })}
      </div>
    </div>
  );
}
