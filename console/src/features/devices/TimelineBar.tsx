// Which part of the timeline: a stretch of time, kinds of events, a text.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import { EVENT_KINDS, type EventKind } from "../../api/types";
import { Cross } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { joined, wordsOf, type Search } from "../../ui/search";
import { seconds } from "../../ui/time";
import { PRESETS, writeRange, type Range } from "./range";

const NAMES: Record<EventKind, string> = { process: "Process", file: "File", network: "Network", other: "Other" };

interface Props {
  search: Search;
  range: Range;
  onChange: (change: Search) => void;
  onRefresh: () => void;
  children?: ReactNode;
}

export function chosenKinds(search: Search): EventKind[] {
  return EVENT_KINDS.filter((kind) => wordsOf(search["types"]).includes(kind));
}

export function TimelineBar({ search, range, onChange, onRefresh, children }: Props) {
  const kinds = chosenKinds(search);
  const toggle = (kind: EventKind) =>
    onChange({ types: joined(EVENT_KINDS.filter((each) => (each === kind) !== kinds.includes(each))) });
  return (
    <div className="timeline-bar">
      <div className="chips">
        <div className="toggles" role="group" aria-label="Time">
          {PRESETS.map((preset) => (
            <button type="button" key={preset.word} className="toggle" aria-pressed={range.preset === preset.word} onClick={() => onChange(writeRange({ preset: preset.word }))}>
              {preset.name}
            </button>
          ))}
        </div>
        <span className="grow" />
        <Button onClick={onRefresh}>Refresh</Button>
        {children}
      </div>
      <div className="chips">
        <div className="toggles" role="group" aria-label="Kinds of events">
          {EVENT_KINDS.map((kind) => (
            <button type="button" key={kind} className="toggle" aria-pressed={kinds.includes(kind)} onClick={() => toggle(kind)}>
              <span className={`kind kind-${kind}`} aria-hidden="true" />{NAMES[kind]}
            </button>
          ))}
        </div>
        <SearchField value={search["q"] ?? ""} label="Search events by text" placeholder="Text in the events" onSearch={(q) => onChange({ q: q || undefined })} />
        {range.preset === undefined ? (
          <span className="chip">
            <span className="quiet">Time</span><b className="tabular">{seconds(range.from)} to {seconds(range.to)}</b>
            <button type="button" className="icon-button" aria-label="Remove the time filter" onClick={() => onChange(writeRange({ preset: "24h" }))}><Cross size={14} /></button>
          </span>
        ) : null}
      </div>
    </div>
  );
}
