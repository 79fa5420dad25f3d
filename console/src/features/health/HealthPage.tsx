// System health: how much comes in, how far behind the server is, what was lost where, and what each device costs.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { serverHealthQuery } from "../../api/queries";
import type { ServerHealth } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { bytes, counted, number } from "../../ui/number";
import { Page } from "../../ui/Page";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import "./health.css";

export function HealthPage() {
  const query = useQuery(serverHealthQuery);
  return (
    <Page title="System health" beside={query.data ? <>Bartizan {query.data.version}, running since <Time at={query.data.started_at} /></> : undefined}>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? <Told of={query.data} /> : null}
    </Page>
  );
}

function Told({ of }: { of: ServerHealth }) {
  const { flow, storage } = of;
  return (
    <div className="page-body health" tabIndex={0} role="region" aria-label="System health">
      {of.problems.length > 0 ? (
        <section className="card health-problems" role="status"><h2>Needs attention</h2><ul className="plain">{of.problems.map((problem) => <li key={problem}><DeviceText text={problem} /></li>)}</ul></section>
      ) : <section className="card health-wide"><p>Everything works as it should.</p></section>}
      <section className="card"><h2>Coming in</h2><Facts of={[
        ["Now", `${flow.events_per_second.toFixed(1)} events a second`],
        ["Since the start", `${counted(flow.events, "event")} in ${counted(flow.batches, "batch", "batches")}`],
        ["Sent twice, kept once", number(flow.repeated)],
        ["Could not be read", number(flow.malformed)],
        ["Waiting to be judged", counted(flow.judge_behind, "batch", "batches")],
        ["Waiting to be kept", counted(flow.gather_behind, "batch", "batches")],
        ["Never came", flow.missing > 0 ? `${counted(flow.missing, "event")} that sensors numbered and had to drop` : "0"],
      ]} /></section>
      <section className="card"><h2>Kept</h2><Facts of={[
        ["Events", `${number(storage.event_rows)} rows in ${counted(storage.event_files, "file")}, ${bytes(storage.event_bytes)}`],
        ["Since", <Time key="s" at={storage.events_since} />],
        ["In memory", counted(storage.hot_rows, "row")],
        ["Log not yet kept", bytes(storage.log_bytes)],
        ["Records", `${bytes(storage.record_bytes)}, ${counted(storage.alerts, "alert")}`],
        ["Disk", `${bytes(storage.disk_free_bytes)} free of ${bytes(storage.disk_bytes)}`],
        ["Memory of the server", bytes(storage.resident_bytes)],
      ]} /></section>
      <section className="card"><h2>Lost on the way</h2>
        {of.losses.length === 0 ? <p>Nothing was lost.</p> : (
          <table className="table"><thead><tr><th scope="col">Where</th><th scope="col" className="number">Events</th><th scope="col" className="number">Devices</th><th scope="col">Last</th></tr></thead>
            <tbody>{of.losses.map((loss) => <tr key={loss.stage}><td>{loss.stage}</td><td className="number">{number(loss.count)}</td><td className="number">{number(loss.devices)}</td><td><Time at={loss.last_at} /></td></tr>)}</tbody></table>
        )}
      </section>
      <section className="card health-wide"><h2>What each device costs</h2>
        {of.devices.length === 0 ? <p>No device reports yet. <Link to="/devices" search={{}}>Add one</Link></p> : (
          <table className="table"><thead><tr><th scope="col">Device</th><th scope="col" className="number">Sensor processor time</th><th scope="col" className="number">Sensor memory</th><th scope="col" className="number">Spool</th><th scope="col" className="number">Events</th><th scope="col" className="number">Lost</th><th scope="col" className="number">Processes kept</th></tr></thead>
            <tbody>{of.devices.map((device) => (
              <tr key={device.id}>
                <td><Link to="/devices/$id" params={{ id: device.id }} search={{}}><DeviceText text={device.name} /></Link></td>
                <td className="number">{(device.sensor_cpu_millis / 1000).toFixed(0)} s</td><td className="number">{bytes(device.sensor_resident_bytes)}</td><td className="number">{bytes(device.spool_bytes)}</td>
                <td className="number">{number(device.events)}</td><td className="number">{device.events_lost > 0 ? number(device.events_lost) : <span className="quiet">none</span>}</td><td className="number">{number(device.processes)}</td>
              </tr>
            ))}</tbody></table>
        )}
      </section>
    </div>
  );
}
