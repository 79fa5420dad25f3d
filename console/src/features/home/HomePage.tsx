// Home: what needs me now, how well the machines are covered, which sensors are in trouble, and what changed.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useMe } from "../../api/me";
import { overviewQuery } from "../../api/queries";
import { SEVERITIES, type Overview, type Severity as Level } from "../../api/types";
import { Bars, type Column } from "../../ui/Bars";
import { DeviceText } from "../../ui/DeviceText";
import { counted, number } from "../../ui/number";
import { Page } from "../../ui/Page";
import { Severity } from "../../ui/Severity";
import { Failed, SimulateHint, Waiting } from "../../ui/states";
import { seconds } from "../../ui/time";
import { Time } from "../../ui/Time";
import { Setup } from "./Setup";
import "./home.css";

export function HomePage() {
  const query = useQuery(overviewQuery);
  const me = useMe();
  return (
    <Page title="Home" beside={me ? `Tenant ${me.tenant.name}` : undefined}>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? <Cards of={query.data} /> : null}
    </Page>
  );
}

function Cards({ of }: { of: Overview }) {
  return (
    <div className="page-body home">
      <Needed of={of} />
      <div className="home-side">
        <Setup steps={of.setup} />
        <Since of={of} />
        <Covered of={of} />
        <Troubles of={of} />
        <AtRisk of={of} />
      </div>
    </div>
  );
}

function Card({ title, children, more }: { title: string; children: ReactNode; more?: ReactNode }) {
  return (
    <section className="card">
      <header><h2>{title}</h2><span className="grow" />{more}</header>
      {children}
    </section>
  );
}

function Needed({ of }: { of: Overview }) {
  return (
    <div className="home-main">
      <Card title="Needs you now" more={<Link to="/incidents" search={{}}>All incidents</Link>}>
        <p className="home-figures">
          <Figure value={of.open_incidents} name="open" /> <Figure value={of.unassigned_incidents} name="taken by nobody" />
          {SEVERITIES.map((level) => {
            const count = of.open_by_severity.find((each) => each.value === level)?.count ?? 0;
            return count > 0 ? (
              <Link key={level} to="/incidents" search={{ severity: level }} className="figure"><b>{number(count)}</b> <Severity level={level} /></Link>
            ) : null;
          })}
        </p>
        {of.needs_you.length === 0 ? (
          <div className="card-empty">
            <SimulateHint>Nothing needs you now. To see what an attack looks like here, run a harmless one on a machine with a sensor:</SimulateHint>
          </div>
        ) : (
          <ol className="needs">
            {of.needs_you.map((incident) => (
              <li key={incident.number}>
                <Link to="/incidents/$number" params={{ number: String(incident.number) }} search={{}} className="need">
                  <Severity level={incident.severity as Level} />
                  <span className="need-title"><DeviceText text={incident.title} /></span>
                  <span className="quiet">{incident.devices.map((device) => device.name).join(", ")}</span>
                  <span className="quiet">{incident.assigned_to ?? "nobody"}</span>
                  <span className="quiet"><Time at={incident.last_at} relative /></span>
                </Link>
              </li>
            ))}
          </ol>
        )}
      </Card>
      <Card title="Alerts by the hour" more={<Link to="/alerts" search={{}}>All alerts</Link>}>
        <Bars columns={hours(of)} label={`Alerts of the last ${counted(hours(of).length, "hour")}, by severity`} />
        <p className="quiet bars-foot"><span>{hours(of)[0]?.name ?? ""}</span><span>now</span></p>
      </Card>
    </div>
  );
}

function Figure({ value, name }: { value: number; name: string }) {
  return <span className="figure"><b>{number(value)}</b> {name}</span>;
}

function Since({ of }: { of: Overview }) {
  const since = of.since_last_visit;
  if (!since) return null;
  return (
    <Card title="Since you were last here">
      <p className="quiet">That was <Time at={since.since} relative />.</p>
      <ul className="plain">
        <li>{counted(since.incidents_opened, "incident")} opened, {number(since.incidents_resolved)} resolved</li>
        <li>{counted(since.alerts, "alert")} raised</li>
        <li>{counted(since.devices_enrolled, "device")} added</li>
      </ul>
    </Card>
  );
}

function Covered({ of }: { of: Overview }) {
  const { coverage } = of;
  const all = coverage.devices_reporting + coverage.devices_silent + coverage.devices_never_heard;
  return (
    <Card title="Coverage" more={<Link to="/detections" search={{ tab: "coverage" }}>Techniques</Link>}>
      <div className="meter" role="img" aria-label={`${coverage.devices_reporting} of ${all} devices report`}>
        <span style={{ flexGrow: coverage.devices_reporting }} className="meter-good" />
        <span style={{ flexGrow: Math.max(0, all - coverage.devices_reporting) }} />
      </div>
      <ul className="plain">
        <li><Link to="/devices" search={{}}>{number(coverage.devices_reporting)} of {counted(all, "device")} report</Link></li>
        <li>{number(coverage.rules_enabled)} of {counted(coverage.rules, "rule")} on, for {counted(coverage.techniques, "technique")}</li>
        {coverage.rules_broken > 0 ? <li><Link to="/detections" search={{}}>{counted(coverage.rules_broken, "rule")} cannot be used</Link></li> : null}
        <li>{of.events_lost > 0 ? `${counted(of.events_lost, "event")} lost on the way, counted by device` : "No event was lost on the way"}</li>
      </ul>
    </Card>
  );
}

function Troubles({ of }: { of: Overview }) {
  return (
    <Card title="Sensors in trouble" more={<Link to="/health" search={{}}>Health</Link>}>
      {of.trouble.length === 0 ? <p className="quiet">None: every device was heard and says it is well.</p> : (
        <ul className="plain">
          {of.trouble.map((each) => (
            <li key={each.id}>
              <Link to="/devices/$id" params={{ id: each.id }} search={{}}><DeviceText text={each.name} /></Link>{" "}
              <span className="quiet"><DeviceText text={each.problem} /></span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function AtRisk({ of }: { of: Overview }) {
  if (of.at_risk.length === 0) return null;
  return (
    <Card title="Devices at risk">
      <ul className="plain">
        {of.at_risk.map((device) => (
          <li key={device.id} className="risk">
            {device.severity ? <Severity level={device.severity as Level} word={false} /> : null}
            <Link to="/devices/$id" params={{ id: device.id }} search={{}}><DeviceText text={device.name} /></Link>
            <span className="quiet">{counted(device.open_incidents, "open incident")}, worth {device.value.toLowerCase()}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** One column for each hour up to now, also for those without alerts. */
function hours(of: Overview): Column[] {
  const HOUR = 3_600_000;
  const last = Math.floor(Date.now() / HOUR);
  const columns = Array.from({ length: 24 }, (_, at) => {
    const hour = new Date((last - 23 + at) * HOUR).toISOString();
    return { name: seconds(hour).slice(0, 16), parts: {} as Partial<Record<Level, number>> };
  });
  for (const { hour, severity, count } of of.alerts_by_hour) {
    const column = columns[Math.floor(new Date(hour).getTime() / HOUR) - last + 23];
    if (column) column.parts[severity as Level] = (column.parts[severity as Level] ?? 0) + count;
  }
  return columns;
}
