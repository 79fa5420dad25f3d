// What a device is, how its sensor is, and what is missing.
import { Link } from "@tanstack/react-router";

import type { Device } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { bytes, counted, number } from "../../ui/number";
import { Time } from "../../ui/Time";
import { nameOf, VALUES } from "./filters";
import { lossSentence } from "./losses";

export function DevicePane({ device }: { device: Device }) {
  return (
    <>
      <section className="section">
        <h3>What is missing</h3>
        {device.losses.length === 0 ? <p>Nothing: every event the sensor counted arrived.</p> : (
          <ul className="losses">
            {device.losses.map((loss) => (
              <li key={`${loss.stage}-${loss.kind}`}>
                <DeviceText text={lossSentence(loss)} /> <span className="quiet">Between <Time at={loss.first_at} /> and <Time at={loss.last_at} />.</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Health device={device} />
      <What device={device} />
    </>
  );
}

function Health({ device }: { device: Device }) {
  const health = device.health;
  if (!health) return <section className="section"><h3>Sensor</h3><p className="quiet">It has not told how it is yet; it does so every minute.</p></section>;
  return (
    <section className="section">
      <h3>Sensor</h3>
      {health.problems.length > 0 ? (
        <ul className="losses">{health.problems.map((problem) => <li key={problem}><DeviceText text={problem} /></li>)}</ul>
      ) : <p>Works as it should.</p>}
      <Facts of={[
        ["Programs started", `${number(health.kernel_execs)} counted by the kernel, ${number(health.reported_execs)} reported`],
        ["Written down", counted(health.events_spooled, "event")],
        ["Memory", bytes(health.resident_bytes)],
        ["Processor time", `${(health.cpu_millis / 1000).toFixed(0)} s`],
        ["Spool", bytes(health.spool_bytes)],
        ["Told", <Time key="t" at={health.at} relative />],
      ]} />
    </section>
  );
}

function What({ device }: { device: Device }) {
  const facts = device.facts;
  return (
    <section className="section">
      <h3>Device</h3>
      <Facts of={[
        ["Id", <span key="i" className="hash hash-long"><code title={device.id}>{device.id}</code><CopyButton text={device.id} what="the device id" /></span>],
        ...(facts ? [
          ["Host name", <DeviceText key="h" text={facts.host_name} />],
          ["System", <DeviceText key="o" text={`${facts.os_name} ${facts.os_version}`} />],
          ["Kernel", <DeviceText key="k" text={`${facts.kernel} ${facts.architecture}`} />],
          ["Processors", number(facts.processors)],
          ["Memory", bytes(facts.memory_bytes)],
          ["Addresses", <DeviceText key="a" text={facts.addresses.join(", ")} mono />],
          ["Started", <Time key="b" at={facts.booted_at} />],
          ["Sensor version", <DeviceText key="v" text={facts.sensor_version} />],
        ] as const : []),
        ["Group", device.group ? <Link key="g" to="/devices" search={{ group: String(device.group.id) }}>{device.group.name}</Link> : "None"],
        ["Value", nameOf(VALUES, device.value)],
        ["Tags", device.tags.join(", ")],
        ["Added", <Time key="e" at={device.enrolled_at} />],
        ["Last heard", <Time key="l" at={device.last_seen} />],
        ["Certificate until", <Time key="c" at={device.certificate_expires_at} />],
        ["Processes kept", number(device.processes)],
      ]} />
    </section>
  );
}
