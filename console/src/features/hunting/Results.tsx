// The rows of a result. Only those in sight are in the page, so that ten thousand cost no more than thirty.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";

import type { QueryResult } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { cellText, isNumeric, widths } from "./cells";
import { nextOrder, ordered, type Order } from "./order";
import { Record } from "./Record";

const ROW = 30;
const PAGE = 20;

export function Results({ result }: { result: QueryResult }) {
  const [selected, setSelected] = useState<number | null>(null);
  const known = selected !== null && selected < result.rows.length ? selected : null;
  return (
    <div className={known === null ? "results-whole" : "results-split"}>
      <Grid result={result} selected={known} onSelect={setSelected} />
      {known === null ? null : <Record result={result} row={known} onClose={() => setSelected(null)} />}
    </div>
  );
}

interface GridProps {
  result: QueryResult;
  /** The number of a row as it came, whatever the order. */
  selected: number | null;
  onSelect: (row: number | null) => void;
}

function Grid({ result, selected, onSelect }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [order, setOrder] = useState<Order | null>(null);
  const sizes = useMemo(() => widths(result), [result]);
  const places = useMemo(() => ordered(result, order), [result, order]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = useVirtualizer({ count: places.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  const pressed = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") onSelect(null);
    const next = nextPlace(event.key, selected === null ? -1 : places.indexOf(selected), places.length);
    if (next === undefined) return;
    event.preventDefault();
    onSelect(places[next] ?? null);
    rows.scrollToIndex(next);
  };
  return (
    <div className="grid" ref={scroller} role="grid" aria-label="Results" aria-rowcount={places.length + 1} tabIndex={0} onKeyDown={pressed}>
      <div role="row" aria-rowindex={1} className="grid-head" style={{ width: total }}>
        {result.columns.map((column, index) => {
          const here = order?.column === index;
          return (
            <div role="columnheader" key={index} style={{ width: sizes[index] }} title={column.type} className={isNumeric(column.type) ? "number" : undefined}
              aria-sort={here ? (order.down ? "descending" : "ascending") : "none"}>
              <button type="button" onClick={() => setOrder(nextOrder(order, index))}>{column.name}<span aria-hidden="true">{here ? (order.down ? " ↓" : " ↑") : ""}</span></button>
            </div>
          );
        })}
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: rows.getTotalSize(), width: total }}>
        {rows.getVirtualItems().map((item) => {
          const at = places[item.index] ?? 0;
          return (
            <div role="row" key={item.key} aria-rowindex={item.index + 2} aria-selected={at === selected}
              className="grid-row" style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => onSelect(at)}>
              {result.columns.map((column, index) => (
                <div role="gridcell" key={index} style={{ width: sizes[index] }} className={isNumeric(column.type) ? "number" : undefined}>
                  <DeviceText text={cellText(result.rows[at]?.[index] ?? null, column.type)} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Where a key leads to; nothing for keys that lead nowhere. */
function nextPlace(key: string, from: number, count: number): number | undefined {
  const within = (place: number) => Math.min(count - 1, Math.max(0, place));
  switch (key) {
    case "ArrowDown": case "j": return within(from + 1);
    case "ArrowUp": case "k": return within(from - 1);
    case "PageDown": return within(from + PAGE);
    case "PageUp": return within(from - PAGE);
    case "Home": return 0;
    case "End": return within(count);
    default: return undefined;
  }
}
