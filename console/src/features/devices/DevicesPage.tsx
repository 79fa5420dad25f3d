// The devices: who reports, who is silent, and what was lost.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { may, useMe } from "../../api/me";
import { devicesQuery } from "../../api/queries";
import type { DeviceSummary } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Plus } from "../../ui/icons";
import { counted, number } from "../../ui/number";
import { Page } from "../../ui/Page";
import { SavedViews } from "../../ui/SavedViews";
import type { Search } from "../../ui/search";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { DeviceFilters } from "./DeviceFilters";
import { DeviceState } from "./DeviceState";
import { EnrolDialog } from "./EnrolDialog";
import { askedDevices, isFiltered, nameOf, VALUES } from "./filters";
import "./devices.css";

export function DevicesPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const me = useMe();
  const [enrolling, setEnrolling] = useState(false);
  const query = useInfiniteQuery(devicesQuery(askedDevices(search)));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total;
  const tags = [...new Set([...items.flatMap((device) => device.tags), ...(search["tag"] ? [search["tag"]] : [])])].sort();
  const change = (next: Search) => void navigate({ to: "/devices", search: { ...search, ...next } });
  const allowed = may(me, "enrol_devices");
  const add = (
    <Button leftSection={<Plus size={14} />} disabled={!allowed} title={allowed ? undefined : "Only administrators add devices"} onClick={() => setEnrolling(true)}>
      Add a device
    </Button>
  );
  return (
    <Page title="Devices" beside={total === undefined ? undefined : counted(total, "device")} actions={<><SavedViews page="devices" search={search} onOpen={(view) => void navigate({ to: "/devices", search: view })} />{add}</>}
      below={<DeviceFilters search={search} tags={tags} onChange={change} />}>
      <EnrolDialog opened={enrolling} onClose={() => setEnrolling(false)} />
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <Nothing filtered={isFiltered(search)} allowed={allowed} onEnrol={() => setEnrolling(true)} /> : null}
      {items.length > 0 ? (
        <div className="table-scroll">
          <DeviceTable items={items} onTag={(tag) => change({ tag })} />
          {query.hasNextPage ? <p className="more"><Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button></p> : null}
        </div>
      ) : null}
    </Page>
  );
}

function DeviceTable({ items, onTag }: { items: readonly DeviceSummary[]; onTag: (tag: string) => void }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Name</th><th scope="col">State</th><th scope="col">Group</th><th scope="col">Value</th><th scope="col">System</th><th scope="col">Sensor</th>
          <th scope="col">Last heard</th><th scope="col" className="number">Open incidents</th>
          <th scope="col" className="number">Alerts</th><th scope="col" className="number">Events missing</th>
        </tr>
      </thead>
      <tbody>
        {items.map((device) => (
          <tr key={device.id}>
            <td className="device-name">
              <Link to="/devices/$id" params={{ id: device.id }} search={{}}><DeviceText text={device.name} /></Link>
              {device.tags.map((tag) => <button key={tag} type="button" className="tag" title={`Show the devices with the tag ${tag}`} onClick={() => onTag(tag)}>{tag}</button>)}
            </td>
            <td><DeviceState of={device} /></td>
            <td>{device.group ? device.group.name : <span className="quiet">none</span>}</td>
            <td>{device.value === "normal" ? <span className="quiet">Normal</span> : nameOf(VALUES, device.value)}</td>
            <td><DeviceText text={device.os ?? ""} /></td>
            <td><DeviceText text={device.sensor_version ?? ""} /></td>
            <td><Time at={device.last_seen} relative /></td>
            <td className="number">
              {device.open_incidents > 0 ? <Link to="/incidents" search={{ device: device.id }}>{number(device.open_incidents)}</Link> : <span className="quiet">0</span>}
            </td>
            <td className="number">{number(device.alerts)}</td>
            <td className="number">{device.events_lost > 0 ? number(device.events_lost) : <span className="quiet">none</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nothing({ filtered, allowed, onEnrol }: { filtered: boolean; allowed: boolean; onEnrol: () => void }) {
  if (filtered) {
    return <Empty title="No device matches"><p><Link to="/devices" search={{}}>Show all devices</Link></p></Empty>;
  }
  return (
    <Empty title="No devices yet">
      {allowed ? (
        <p>Add one: you get a line to run on the machine. When it reports, run <code>bartizan simulate</code> there to see a first incident. <Button onClick={onEnrol}>Add a device</Button></p>
      ) : (
        <p>Ask an administrator to add one. When it reports, <code>bartizan simulate</code> run there shows a first incident.</p>
      )}
    </Empty>
  );
}
