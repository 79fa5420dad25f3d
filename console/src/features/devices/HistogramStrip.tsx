// How many events there were at each time. Dragging over the strip, or a click on a bar, goes into that time.
import { useState, type PointerEvent } from "react";

import { counted } from "../../ui/number";
import { seconds } from "../../ui/time";
import { bars, BARS, type Bar } from "./bars";
import type { Histogram } from "../../api/types";

const HEIGHT = 48;

interface Props {
  histogram: Histogram | undefined;
  from: string;
  to: string;
  onRange: (from: string, to: string) => void;
}

export function HistogramStrip({ histogram, from, to, onRange }: Props) {
  const [drag, setDrag] = useState<{ start: number; end: number } | null>(null);
  const all = bars(histogram, from, to);
  const most = Math.max(1, ...all.map((bar) => bar.count));
  const total = all.reduce((sum, bar) => sum + bar.count, 0);

  const indexAt = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(BARS - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * BARS)));
  };
  const done = () => {
    if (!drag) return;
    const [first, last] = [all[Math.min(drag.start, drag.end)], all[Math.max(drag.start, drag.end)]];
    setDrag(null);
    if (first && last) onRange(new Date(first.from).toISOString(), new Date(last.to).toISOString());
  };
  return (
    <figure className="strip">
      <svg viewBox={`0 0 ${BARS} ${HEIGHT}`} preserveAspectRatio="none" role="img"
        aria-label={`${counted(total, "event")} between ${seconds(from)} and ${seconds(to)}`}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); setDrag({ start: indexAt(event), end: indexAt(event) }); }}
        onPointerMove={(event) => { if (drag) setDrag({ ...drag, end: indexAt(event) }); }}
        onPointerUp={done} onPointerCancel={() => setDrag(null)}>
        {all.map((bar, index) => <BarRect key={index} bar={bar} index={index} most={most} chosen={drag !== null && within(index, drag)} />)}
      </svg>
      <figcaption className="quiet tabular"><span>{seconds(from)}</span><span>Drag to go into a time</span><span>{seconds(to)}</span></figcaption>
    </figure>
  );
}

function BarRect({ bar, index, most, chosen }: { bar: Bar; index: number; most: number; chosen: boolean }) {
  // One event among thousands must still be seen.
  const height = bar.count === 0 ? 0 : Math.max(2, Math.sqrt(bar.count / most) * (HEIGHT - 2));
  return (
    <g className={chosen ? "strip-bar strip-chosen" : "strip-bar"}>
      <rect x={index} y={0} width={1} height={HEIGHT} className="strip-back" />
      <rect x={index + 0.12} y={HEIGHT - height} width={0.76} height={height} />
      <title>{`${counted(bar.count, "event")} from ${seconds(new Date(bar.from).toISOString())}`}</title>
    </g>
  );
}

function within(index: number, drag: { start: number; end: number }): boolean {
  return index >= Math.min(drag.start, drag.end) && index <= Math.max(drag.start, drag.end);
}
