// The events of a device, newest first, as a virtual list: j and k walk it, the pane beside follows.
import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";

import type { TimelineEvent } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Flag } from "../../ui/icons";
import { milliseconds, utc } from "../../ui/time";
import { eventText } from "./eventText";

const ROW_HEIGHT = 30;

/** So many events before the last one known, earlier ones are asked for. */
const AHEAD = 40;

interface Props {
  events: readonly TimelineEvent[];
  flagged: ReadonlySet<string>;
  onFlag: (event: TimelineEvent) => void;
  selected: string | undefined;
  more: boolean;
  loading: boolean;
  onSelect: (id: string) => void;
  onMore: () => void;
}

export function TimelineList({ events, flagged, onFlag, selected, more, loading, onSelect, onMore }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const at = events.findIndex((event) => event.event_id === selected);
  const virtual = useVirtualizer({ count: events.length, getScrollElement: () => scroll.current, estimateSize: () => ROW_HEIGHT, overscan: 16 });
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const items = virtual.getVirtualItems();
  const nearEnd = (items.at(-1)?.index ?? 0) >= events.length - AHEAD;
  useEffect(() => {
    if (nearEnd && more && !loading) onMore();
  }, [nearEnd, more, loading, onMore, events.length]);
  const pressed = (event: KeyboardEvent) => {
    const here = events[at];
    if (event.key === "f" && here && !event.ctrlKey && !event.metaKey && !event.altKey) onFlag(here);
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = events[Math.min(events.length - 1, Math.max(0, at + step))];
    if (next) onSelect(next.event_id);
  };
  return (
    <div className="timeline" role="grid" aria-label="Events" aria-rowcount={more ? -1 : events.length + 1} tabIndex={0} onKeyDown={pressed} ref={scroll}>
      <div className="timeline-head" role="row" aria-rowindex={1}>
        {["Time", "Action", "What", "By", "User"].map((name) => <span key={name} role="columnheader">{name}</span>)}
      </div>
      <div role="rowgroup" className="timeline-rows" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const event = events[item.index];
          return event ? (
            <EventRow key={item.key} event={event} index={item.index} top={item.start} selected={item.index === at} flagged={flagged.has(event.event_id)} onSelect={onSelect} />
          ) : null;
        })}
      </div>
      <div role="row" className="timeline-foot">
        <span role="gridcell">
          {more ? <Button onClick={onMore} loading={loading}>Load more</Button> : <span className="quiet">No earlier events in this time</span>}
        </span>
      </div>
    </div>
  );
}

interface RowProps {
  event: TimelineEvent;
  index: number;
  top: number;
  selected: boolean;
  flagged: boolean;
  onSelect: (id: string) => void;
}

function EventRow({ event, index, top, selected, flagged, onSelect }: RowProps) {
  const said = eventText(event);
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={selected} className={selected ? "timeline-row timeline-row-selected" : "timeline-row"}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT }} onClick={() => onSelect(event.event_id)}>
      <span role="gridcell"><time className="tabular" dateTime={event.at} title={`${utc(event.at)} UTC`}>{milliseconds(event.at)}</time>{flagged ? <span className="flag"><Flag size={14} /><span className="visually-hidden">flagged</span></span> : null}</span>
      <span role="gridcell"><span className={`kind kind-${event.kind}`} aria-hidden="true" />{said.action}</span>
      <span role="gridcell" className="timeline-what"><DeviceText text={said.object} mono /></span>
      <span role="gridcell"><DeviceText text={said.by} /></span>
      <span role="gridcell"><DeviceText text={said.user} /></span>
    </div>
  );
}
