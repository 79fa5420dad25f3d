// What belongs to a device beside its events: who was on it, its incidents, what is installed.
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Device } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { counted } from "../../ui/number";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";

export function UsersOnDevice({ of }: { of: Device["users"] }) {
  if (of.length === 0) return <p className="section quiet">Nobody was seen on it yet. Users appear when a process of theirs is reported.</p>;
  return (
    <ul className="device-list" aria-label="Users seen on it">
      {of.map((user) => (
        <li key={`${user.uid}-${user.name}`}>
          <span className="device-list-head">
            {user.name ? <Link to="/entities/$kind/$value" params={{ kind: "users", value: user.name }} search={{}}><DeviceText text={user.name} /></Link> : <b>uid {user.uid}</b>}
            {user.signed_in ? <span className="status">signed in</span> : <span className="quiet">service</span>}
          </span>
          <span className="quiet">uid {user.uid} · {counted(user.processes, "process", "processes")} · <Time at={user.first_at} /> to <Time at={user.last_at} /></span>
        </li>
      ))}
    </ul>
  );
}

export function IncidentsOnDevice({ of, device }: { of: Device["incidents"]; device: string }) {
  return (
    <>
      {of.length === 0 ? <p className="section quiet">No incident is about it.</p> : (
        <ul className="device-list" aria-label="Its incidents">
          {of.map((incident) => (
            <li key={incident.number}>
              <span className="device-list-head">
                <Severity level={incident.severity} />
                <span className="quiet">#{incident.number} · {incident.status}</span>
              </span>
              <Link to="/incidents/$number" params={{ number: String(incident.number) }} search={{}}><DeviceText text={incident.title} /></Link>
            </li>
          ))}
        </ul>
      )}
      <p className="section"><Link to="/incidents" search={{ device, status: "any" }}>All of its incidents</Link></p>
    </>
  );
}

const SHOWN = 500;

export function Software({ of }: { of: Device["software"] }) {
  const [wanted, setWanted] = useState("");
  if (of.length === 0) return <p className="section quiet">Its sensor has not told what is installed.</p>;
  const word = wanted.trim().toLowerCase();
  const found = of.filter(({ name, vendor }) => name.toLowerCase().includes(word) || (vendor ?? "").toLowerCase().includes(word));
  return (
    <section className="section">
      <input type="search" className="search-field" value={wanted} onChange={(event) => setWanted(event.target.value)} aria-label="Search the software" placeholder={`Among ${counted(of.length, "package")}`} />
      <table className="table software">
        <thead><tr><th scope="col">Name</th><th scope="col">Version</th></tr></thead>
        <tbody>{found.slice(0, SHOWN).map((each) => (
          <tr key={`${each.name} ${each.version}`} title={each.vendor ?? undefined}><td><DeviceText text={each.name} /></td><td><DeviceText text={each.version} mono /></td></tr>
        ))}</tbody>
      </table>
      {found.length > SHOWN ? <p className="quiet">{counted(found.length - SHOWN, "more package")}: search for it</p> : null}
      {found.length === 0 ? <p className="quiet">Nothing installed has such a name.</p> : null}
    </section>
  );
}
