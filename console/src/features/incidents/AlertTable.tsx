// The rows of the alerts queue. j and k walk, x chooses, Enter opens.
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";

import type { Alert } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";
import { SortHead } from "./SortHead";
import { StatusBadge } from "./StatusBadge";
import { useRowKeys } from "./useRowKeys";

interface Props {
  items: readonly Alert[];
  selected: string | undefined;
  chosen: ReadonlySet<string>;
  sort: string;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onSort: (sort: string) => void;
  onAt: (id: string) => void;
}

export function AlertTable({ items, selected, chosen, sort, onChoose, onSort, onAt }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  const navigate = useNavigate();
  const keys = useMemo(() => items.map((item) => item.id), [items]);
  useRowKeys({ keys, selected, onAt, onChoose: toggle, onOpen: (id) => void navigate({ to: "/alerts/$id", params: { id }, search: {} }) });
  useEffect(() => table.current?.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" }), [selected]);
  const all = items.length > 0 && items.every((item) => chosen.has(item.id));
  return (
    <table className="table" ref={table}>
      <thead>
        <tr>
          <th scope="col" className="pick">
            <input type="checkbox" aria-label="Choose all alerts shown" checked={all} onChange={() => onChoose(all ? new Set() : new Set(items.map((item) => item.id)))} />
          </th>
          <th scope="col">Severity</th>
          <th scope="col">Alert</th><th scope="col">Device</th><th scope="col">Techniques</th><th scope="col">Status</th>
          <th scope="col">Incident</th>
          <SortHead name="Event" by="event_at" sort={sort} onSort={onSort} />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id} className={item.id === selected ? "selected" : undefined} aria-current={item.id === selected || undefined}>
            <td className="pick"><input type="checkbox" aria-label={`Choose ${item.title}`} checked={chosen.has(item.id)} onChange={() => toggle(item.id)} /></td>
            <td><Severity level={item.severity} /></td>
            <td className="incident-title">
              <Link to="/alerts/$id" params={{ id: item.id }} search={{}}><DeviceText text={item.title} /></Link>
              {item.hidden ? <span className="quiet"> hidden by tuning</span> : null}
            </td>
            <td><Link to="/devices/$id" params={{ id: item.device_id }} search={{}}><DeviceText text={item.device_name} /></Link></td>
            <td className="quiet">{item.techniques.join(", ")}</td>
            <td><StatusBadge status={item.status as "New" | "In progress" | "Resolved"} /></td>
            <td>{item.incident === null ? <span className="quiet">none</span> : <Link to="/incidents/$number" params={{ number: String(item.incident) }} search={{ alert: item.id }}>#{item.incident}</Link>}</td>
            <td><Time at={item.event_at} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
