// The rows of a result. Only those in sight are in the page, so that ten thousand cost no more than thirty.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";

import type { QueryResult } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { cellText, isNumeric, widths } from "./cells";

const ROW = 30;

export function Results({ result }: { result: QueryResult }) {
  const [selected, setSelected] = useState<number | null>(null);
  const row = selected === null ? undefined : result.rows[selected];
  return (
    <div className={row ? "results-split" : "results-whole"}>
      <Grid result={result} selected={selected} onSelect={setSelected} />
      {row ? (
        <aside className="record" aria-label="Record" tabIndex={0}>
          <div className="record-head"><h2>Row {(selected ?? 0) + 1}</h2><span className="grow" />
            <CopyButton what="the row as JSON" text={JSON.stringify(Object.fromEntries(result.columns.map((column, index) => [column.name, row[index] ?? null])), null, 2)} />
            <button type="button" className="icon-button" aria-label="Close the record" onClick={() => setSelected(null)}>✕</button>
          </div>
          <Facts of={result.columns.map((column, index) => [column.name, value(cellText(row[index] ?? null, column.type))])} />
        </aside>
      ) : null}
    </div>
  );
}

function value(text: string) {
  return text === "" ? null : <DeviceText text={text} mono />;
}

interface GridProps {
  result: QueryResult;
  selected: number | null;
  onSelect: (row: number | null) => void;
}

function Grid({ result, selected, onSelect }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const sizes = useMemo(() => widths(result), [result]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = useVirtualizer({ count: result.rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  const pressed = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    if (event.key === "Escape") onSelect(null);
    if (step === 0) return;
    event.preventDefault();
    const next = Math.min(result.rows.length - 1, Math.max(0, (selected ?? -1) + step));
    onSelect(next);
    rows.scrollToIndex(next);
  };
  return (
    <div className="grid" ref={scroller} role="grid" aria-label="Results" aria-rowcount={result.rows.length + 1} tabIndex={0} onKeyDown={pressed}>
      <div role="row" aria-rowindex={1} className="grid-head" style={{ width: total }}>
        {result.columns.map((column, index) => (
          <div role="columnheader" key={column.name} style={{ width: sizes[index] }} title={column.type}
            className={isNumeric(column.type) ? "number" : undefined}>{column.name}</div>
        ))}
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: rows.getTotalSize(), width: total }}>
        {rows.getVirtualItems().map((item) => (
          <div role="row" key={item.key} aria-rowindex={item.index + 2} aria-selected={item.index === selected}
            className="grid-row" style={{ transform: `translateY(${item.start}px)` }}
            onClick={() => onSelect(item.index)}>
            {result.columns.map((column, index) => (
              <div role="gridcell" key={column.name} style={{ width: sizes[index] }} className={isNumeric(column.type) ? "number" : undefined}>
                <DeviceText text={cellText(result.rows[item.index]?.[index] ?? null, column.type)} />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
