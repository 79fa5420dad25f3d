// The rows of the queue. j and k walk them, Enter opens; the row stays chosen in the address, also on the way back.
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";

import type { IncidentSummary } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";
import { SortHead } from "./SortHead";
import { StatusBadge } from "./StatusBadge";
import type { Filters, Sort } from "./filters";
import { writeFilters } from "./filters";
import { useRowKeys } from "./useRowKeys";
import { spoken } from "./words";

interface Props {
  items: readonly IncidentSummary[];
  filters: Filters;
  selected: string | undefined;
  chosen: ReadonlySet<number>;
  onChoose: (chosen: ReadonlySet<number>) => void;
  onSort: (sort: Sort) => void;
}

export function QueueTable({ items, filters, selected, chosen, onChoose, onSort }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const toggle = (number: number) => {
    const next = new Set(chosen);
    if (!next.delete(number)) next.add(number);
    onChoose(next);
  };
  const all = items.every((item) => chosen.has(item.number));
  const navigate = useNavigate();
  const keys = useMemo(() => items.map((item) => String(item.number)), [items]);
  useRowKeys({
    keys, selected, onChoose: (key) => toggle(Number(key)),
    onAt: (at) => void navigate({ to: "/incidents", search: { ...writeFilters(filters), at }, replace: true }),
    onOpen: (number) => void navigate({ to: "/incidents/$number", params: { number }, search: {} }),
  });
  useEffect(() => {
    table.current?.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <table className="table" ref={table}>
      <thead>
        <tr>
          <th scope="col" className="pick">
            <input type="checkbox" aria-label="Choose all incidents shown" checked={all} onChange={() => onChoose(all ? new Set() : new Set(items.map((item) => item.number)))} />
          </th>
          <SortHead name="Priority" by="priority" sort={filters.sort} onSort={onSort} />
          <SortHead name="Severity" by="severity" sort={filters.sort} onSort={onSort} />
          <th scope="col" className="number">No.</th>
          <th scope="col">Incident</th>
          <th scope="col">Device</th>
          <th scope="col" className="number">Alerts</th>
          <th scope="col" className="tactics">Tactics</th>
          <th scope="col">Status</th>
          <th scope="col">Assigned to</th>
          <SortHead name="Last activity" by="last_at" sort={filters.sort} onSort={onSort} />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <QueueRow key={item.number} item={item} selected={String(item.number) === selected} chosen={chosen.has(item.number)} onToggle={() => toggle(item.number)} />
        ))}
      </tbody>
    </table>
  );
}

function QueueRow({ item, selected, chosen, onToggle }: { item: IncidentSummary; selected: boolean; chosen: boolean; onToggle: () => void }) {
  const [device, ...others] = item.devices;
  return (
    <tr className={selected ? "selected" : undefined} aria-current={selected || undefined}>
      <td className="pick"><input type="checkbox" aria-label={`Choose incident ${item.number}`} checked={chosen} onChange={onToggle} /></td>
      <td className="number" title={item.priority_reasons.join("\n")}>{item.priority}</td>
      <td><Severity level={item.severity} /></td>
      <td className="number quiet">{item.number}</td>
      <td className="incident-title">
        <Link to="/incidents/$number" params={{ number: String(item.number) }} search={{}}><DeviceText text={item.title} /></Link>
      </td>
      <td>
        {device ? <Link to="/devices/$id" params={{ id: device.id }} search={{}}><DeviceText text={device.name} /></Link> : null}
        {others.length > 0 ? <span className="quiet"> +{others.length}</span> : null}
      </td>
      <td className="number">{item.alert_count}</td>
      <td className="tactics" title={item.tactics.map(spoken).join(", ")}>{item.tactics.map(spoken).join(", ")}</td>
      <td><StatusBadge status={item.status} /></td>
      <td>{item.assigned_to ?? <span className="quiet">Nobody</span>}</td>
      <td><Time at={item.last_at} /></td>
    </tr>
  );
}
