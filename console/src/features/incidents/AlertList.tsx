// The alerts of an incident in the order of their events, each with the reason why it is part of it.
import type { JoinedAlert } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Severity } from "../../ui/Severity";
import { clock, utc } from "../../ui/time";

interface Props {
  alerts: readonly JoinedAlert[];
  selected: string | undefined;
  onSelect: (alert: JoinedAlert) => void;
}

export function AlertList({ alerts, selected, onSelect }: Props) {
  return (
    <ol className="alert-list">
      {alerts.map((alert) => (
        <li key={alert.id}>
          <button type="button" className="alert-line" aria-pressed={alert.id === selected} onClick={() => onSelect(alert)}>
            <time className="quiet tabular" dateTime={alert.event_at} title={`${utc(alert.event_at)} UTC`}>{clock(alert.event_at)}</time>
            <Severity level={alert.severity} />
            <span className="alert-title"><DeviceText text={alert.title} /></span>
            <span className="alert-reason" title={alert.reason.text}><DeviceText text={alert.reason.text} /></span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function byTime(alerts: readonly JoinedAlert[]): JoinedAlert[] {
  return [...alerts].sort((a, b) => a.event_at.localeCompare(b.event_at) || a.id.localeCompare(b.id));
}
