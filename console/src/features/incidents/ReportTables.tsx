// The tables of a report: what is left out of one is nothing but its links.
import type { ReactNode } from "react";

import type { EvidenceRow, Incident, JoinedAlert, Task } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Severity } from "../../ui/Severity";
import { utc } from "../../ui/time";
import { byTime } from "./AlertList";

/** What an attack is done to or through, as against what it is done with. */
const ASSETS: readonly string[] = ["device", "user"];

export function ReportAlerts({ alerts }: { alerts: readonly JoinedAlert[] }) {
  return (
    <Table id="alerts" title="Timeline of alerts" columns={["When", "Severity", "Alert", "Device", "Techniques", "Why it is part of this"]}>
      {byTime(alerts).map((alert) => (
        <tr key={alert.id}>
          <td className="report-at">{short(alert.event_at)}</td>
          <td><Severity level={alert.severity} /></td>
          <td><DeviceText text={alert.title} /></td>
          <td><DeviceText text={alert.device_name} /></td>
          <td>{alert.techniques.join(", ")}</td>
          <td><DeviceText text={alert.reason.text} /></td>
        </tr>
      ))}
    </Table>
  );
}

export function ReportEvidence({ rows }: { rows: readonly EvidenceRow[] }) {
  return (
    <Table id="evidence" title="Evidence" columns={["Kind", "What", "First seen", "Alerts", "Verdict"]}>
      {rows.map((row) => (
        <tr key={row.id}>
          <td>{row.kind}</td>
          <td className="report-wide">
            <b><DeviceText text={row.label} /></b>
            {row.detail && row.detail !== row.label ? <p><DeviceText text={row.detail} mono /></p> : null}
            {row.sha256 ? <p className="quiet">SHA-256 <span className="mono">{row.sha256}</span></p> : null}
          </td>
          <td className="report-at">{short(row.first_at)}</td>
          <td>{row.alerts.length}</td>
          <td>{row.verdict}{row.verdict_by ? `, by ${row.verdict_by}` : ""}</td>
        </tr>
      ))}
    </Table>
  );
}

export function ReportAssets({ rows }: { rows: readonly EvidenceRow[] }) {
  return (
    <Table id="assets" title="Assets" columns={["Kind", "Which", "First seen", "Last seen", "Verdict"]}>
      {rows.filter(({ kind }) => ASSETS.includes(kind)).map((row) => (
        <tr key={row.id}>
          <td>{row.kind}</td>
          <td><DeviceText text={row.label} /></td>
          <td className="report-at">{short(row.first_at)}</td>
          <td className="report-at">{short(row.last_at)}</td>
          <td>{row.verdict}</td>
        </tr>
      ))}
    </Table>
  );
}

export function ReportTasks({ tasks }: { tasks: readonly Task[] }) {
  if (tasks.length === 0) return null;
  return (
    <Table id="tasks" title="Tasks" columns={["State", "Task", "Who"]}>
      {tasks.map((task) => (
        <tr key={task.number}><td>{task.done ? "done" : "open"}</td><td><DeviceText text={task.title} /></td><td>{task.assigned_to ?? "nobody"}</td></tr>
      ))}
    </Table>
  );
}

export function ReportActivity({ entries }: { entries: Incident["activity"] }) {
  return (
    <Table id="activity" title="Activity" columns={["When", "Who", "What"]}>
      {entries.map((entry) => (
        <tr key={entry.number}>
          <td className="report-at">{short(entry.at)}</td>
          <td>{entry.actor ?? "Bartizan"}</td>
          <td className="report-wide report-note"><DeviceText text={entry.text} /></td>
        </tr>
      ))}
    </Table>
  );
}

function Table({ id, title, columns, children }: { id: string; title: string; columns: readonly string[]; children: ReactNode }) {
  return (
    <section aria-labelledby={`report-${id}`}>
      <h2 id={`report-${id}`}>{title}</h2>
      <table>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

function short(iso: string): string {
  return utc(iso).slice(0, 19);
}
