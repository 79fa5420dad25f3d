// The rows of the queue. j and k walk them, Enter opens; the row stays chosen in the address, also on the way back.
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import type { IncidentSummary } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";
import { isTyping } from "../../ui/typing";
import { StatusBadge } from "./StatusBadge";
import type { Filters, Sort } from "./filters";
import { writeFilters } from "./filters";
import { spoken } from "./words";

interface Props {
  items: readonly IncidentSummary[];
  filters: Filters;
  selected: string | undefined;
  onSort: (sort: Sort) => void;
}

export function QueueTable({ items, filters, selected, onSort }: Props) {
  const table = useRef<HTMLTableElement>(null);
  useListKeys(items, filters, selected);
  useEffect(() => {
    table.current?.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <table className="table" ref={table}>
      <thead>
        <tr>
          <Sortable name="Severity" by="severity" sort={filters.sort} onSort={onSort} />
          <th scope="col" className="number">No.</th>
          <th scope="col">Incident</th>
          <th scope="col">Device</th>
          <th scope="col" className="number">Alerts</th>
          <th scope="col">Tactics</th>
          <th scope="col">Status</th>
          <th scope="col">Assigned to</th>
          <Sortable name="Last activity" by="last_at" sort={filters.sort} onSort={onSort} />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => <QueueRow key={item.number} item={item} selected={String(item.number) === selected} />)}
      </tbody>
    </table>
  );
}

function QueueRow({ item, selected }: { item: IncidentSummary; selected: boolean }) {
  const [device, ...others] = item.devices;
  return (
    <tr className={selected ? "selected" : undefined} aria-current={selected || undefined}>
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

interface SortableProps {
  name: string;
  by: "last_at" | "severity";
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function Sortable({ name, by, sort, onSort }: SortableProps) {
  const here = sort.replace("-", "") === by;
  const down = sort.startsWith("-");
  const next: Sort = here && down ? by : `-${by}`;
  return (
    <th scope="col" aria-sort={here ? (down ? "descending" : "ascending") : undefined}>
      <button type="button" className="sort" onClick={() => onSort(next)}>{name}{here ? (down ? " ↓" : " ↑") : ""}</button>
    </th>
  );
}

function useListKeys(items: readonly IncidentSummary[], filters: Filters, selected: string | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const at = items.findIndex((item) => String(item.number) === selected);
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (step !== 0) {
        const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
        if (next) void navigate({ to: "/incidents", search: { ...writeFilters(filters), at: String(next.number) }, replace: true });
      } else if (event.key === "Enter" && selected && at >= 0 && !(event.target as HTMLElement).closest("a,button")) {
        void navigate({ to: "/incidents/$number", params: { number: selected }, search: {} });
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [items, filters, selected, navigate]);
}
