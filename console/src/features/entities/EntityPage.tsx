// The page of a user, a file, an address or a domain: where it was seen, since when, how rare it is, and its alerts.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { entityQuery } from "../../api/queries";
import type { EntityKind, EntityPage as Entity } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { counted, number } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Severity } from "../../ui/Severity";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { visible } from "../../ui/visible";
import "./entities.css";

const NAMES: Record<EntityKind, string> = { users: "User", files: "File", addresses: "Address", domains: "Domain" };
const DAYS = [7, 30, 180] as const;

export function EntityPage() {
  const { kind = "", value = "" } = useParams({ strict: false });
  if (!(kind in NAMES)) return <Page title="Not here"><Empty title="There is no such kind of thing"><p><Link to="/" search={{}}>Home</Link></p></Empty></Page>;
  return <Known kind={kind as EntityKind} value={value} />;
}

function Known({ kind, value }: { kind: EntityKind; value: string }) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const days = DAYS.find((each) => String(each) === search["days"]) ?? 30;
  const query = useQuery(entityQuery(kind, value, days));
  return (
    <Page title={`${NAMES[kind]} ${visible(short(value))}`} beside={<CopyButton text={value} what={NAMES[kind].toLowerCase()} />}
      actions={
        <>
          <span className="toggles" role="group" aria-label="How far back">
            {DAYS.map((each) => (
              <button key={each} type="button" className="toggle" aria-pressed={each === days}
                onClick={() => void navigate({ to: "/entities/$kind/$value", params: { kind, value }, search: { days: each === 30 ? undefined : String(each) } })}>{each} days</button>
            ))}
          </span>
          {query.data ? <Link className="link-button" to="/hunting" search={{ q: query.data.query }}>Hunt from here</Link> : null}
        </>
      }>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? <Seen of={query.data} kind={kind} /> : null}
    </Page>
  );
}

function Seen({ of, kind }: { of: Entity; kind: EntityKind }) {
  return (
    <div className="page-body entity">
      <section className="card entity-figures">
        <p><b>{number(of.devices_seen)}</b> of {counted(of.devices, "device")} {of.rare ? <span className="status status-new">rare here</span> : null}</p>
        <p><b>{number(of.events)}</b> events in {of.days} days</p>
        <p><b>{number(of.alert_count)}</b> alerts</p>
        <p><span className="quiet">First seen</span> <Time at={of.first_seen} /></p>
        <p><span className="quiet">Last seen</span> <Time at={of.last_seen} /></p>
      </section>
      <section className="card">
        <h2>Alerts</h2>
        {of.alerts.length === 0 ? <p className="quiet">No alert is about it.</p> : (
          <table className="table"><thead><tr><th scope="col">Severity</th><th scope="col">Alert</th><th scope="col">Device</th><th scope="col">Incident</th><th scope="col">Event</th></tr></thead>
            <tbody>{of.alerts.map((alert) => (
              <tr key={alert.id}>
                <td><Severity level={alert.severity} /></td>
                <td><Link to="/alerts/$id" params={{ id: alert.id }} search={{}}><DeviceText text={alert.title} /></Link></td>
                <td><Link to="/devices/$id" params={{ id: alert.device_id }} search={{}}><DeviceText text={alert.device_name} /></Link></td>
                <td>{alert.incident === null ? "" : <Link to="/incidents/$number" params={{ number: String(alert.incident) }} search={{ alert: alert.id }}>#{alert.incident}</Link>}</td>
                <td><Time at={alert.event_at} /></td>
              </tr>
            ))}</tbody></table>
        )}
      </section>
      <section className="card">
        <h2>Seen on</h2>
        {of.seen_on.length === 0 ? <p className="quiet">On no device in these {of.days} days. Look further back above.</p> : (
          <table className="table"><thead><tr><th scope="col">Device</th><th scope="col" className="number">Events</th><th scope="col">First</th><th scope="col">Last</th></tr></thead>
            <tbody>{of.seen_on.map((each) => (
              <tr key={each.device_id}>
                <td><Link to="/devices/$id" params={{ id: each.device_id }} search={{}}><DeviceText text={each.device_name} /></Link></td>
                <td className="number">{number(each.events)}</td><td><Time at={each.first_at} /></td><td><Time at={each.last_at} /></td>
              </tr>
            ))}</tbody></table>
        )}
      </section>
      <Names title={kind === "files" ? "Under these names" : "Names"} names={of.names} />
      <Names title={kind === "files" ? "Started by" : "By these programs"} names={of.programs} />
    </div>
  );
}

function Names({ title, names }: { title: string; names: Entity["names"] }) {
  if (names.length === 0) return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <ul className="names">{names.map((each) => <li key={each.name}><DeviceText text={each.name} mono /> <span className="quiet">{counted(each.events, "time")}</span></li>)}</ul>
    </section>
  );
}

function short(value: string): string {
  return value.length > 40 ? `${value.slice(0, 16)}…` : value;
}
