// The device page: its timeline, and a pane with the device or the selected event.
import { Button, Tabs } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { may, useMe } from "../../api/me";
import { deviceQuery, histogramQuery, timelineQuery } from "../../api/queries";
import type { Device, TimelineEvent } from "../../api/types";
import { ActMenu } from "../../ui/ActMenu";
import { visible } from "../../ui/visible";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import { joined, type Search } from "../../ui/search";
import { Empty, Failed, SimulateHint, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { DeviceActions } from "./DeviceActions";
import { IncidentsOnDevice, Software, UsersOnDevice } from "./DeviceLists";
import { DevicePane } from "./DevicePane";
import { DeviceState } from "./DeviceState";
import { EventPane } from "./EventPane";
import { eventText } from "./eventText";
import { useFlags, type Flag } from "./flags";
import { HistogramStrip } from "./HistogramStrip";
import { readRange, writeRange } from "./range";
import { chosenKinds, TimelineBar } from "./TimelineBar";
import { TimelineList } from "./TimelineList";
import { TimelineMenus } from "./TimelineMenus";
import { BARS } from "./bars";
import "./devices.css";

export function DevicePage() {
  const id = useParams({ strict: false }).id ?? "";
  const query = useQuery(deviceQuery(id));
  if (query.data) return <Known device={query.data} />;
  return <Page title="Device">{query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : <Waiting />}</Page>;
}

const PANES = [["device", "Device"], ["users", "Users"], ["incidents", "Incidents"], ["software", "Software"]] as const;

function Known({ device }: { device: Device }) {
  const me = useMe();
  const beside = (
    <>
      <DeviceState of={device} /> · last heard <Time at={device.last_seen} relative />
      {device.os ? ` · ${visible(device.os)}` : ""}
      {device.events_lost > 0 ? ` · ${counted(device.events_lost, "event")} missing` : ""}
    </>
  );
  const actions = (
    <>
      <Link className="link-button" to="/incidents" search={{ device: device.id, status: "any" }}>
        {device.open_incidents > 0 ? counted(device.open_incidents, "open incident") : "Incidents"}
      </Link>
      {may(me, "live_look") ? <Link className="link-button" to="/live" search={{ device: device.id, open: "now" }}>Live response</Link> : null}
      <DeviceActions device={device} />
      <ActMenu device={device.id} name={visible(device.name)} />
    </>
  );
  return <Page title={visible(device.name)} beside={beside} actions={actions}><Timeline key={device.id} device={device} /></Page>;
}

function Timeline({ device }: { device: Device }) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [now, setNow] = useState(() => Date.now());
  const range = readRange(search, now);
  const kinds = chosenKinds(search);
  const filter = { from: range.from, to: range.to, types: joined(kinds), q: search["q"] };
  const query = useInfiniteQuery({ ...timelineQuery(device.id, filter), placeholderData: keepPreviousData });
  const histogram = useQuery({
    ...histogramQuery(device.id, { from: range.from, to: range.to, bins: BARS, types: joined(kinds), q: search["q"] }),
    placeholderData: keepPreviousData,
  });
  const { fetchNextPage } = query;
  const fetchMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const pane = PANES.find(([key]) => key === search["pane"])?.[0] ?? "device";
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const selected = events.find((event) => event.event_id === search["event"]);
  const [flags, toggleFlag] = useFlags(device.id);
  const flagged = new Set(flags.map(({ event }) => event));
  const flag = (event: TimelineEvent) => toggleFlag(flagOf(event));
  const change = (next: Search) =>
    void navigate({ to: "/devices/$id", params: { id: device.id }, search: { ...search, ...next }, replace: "event" in next });

  return (
    <div className="page-split device">
      <div className="device-main">
        <TimelineBar search={search} range={range} onChange={(next) => change({ ...next, event: undefined })} onRefresh={() => setNow(Date.now())}>
          <TimelineMenus device={device.id} asked={filter} flags={flags} onFlag={(to) => change({ ...writeRange(around(to)), types: undefined, q: undefined, event: to.event })} />
        </TimelineBar>
        <HistogramStrip histogram={histogram.data} from={range.from} to={range.to} onRange={(from, to) => change(writeRange({ from, to }))} />
        {query.isPending ? <Waiting /> : null}
        {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
        {query.isSuccess && events.length === 0 ? <Nothing filtered={kinds.length > 0 || !!search["q"]} onWiden={() => change({ ...writeRange({ preset: "30d" }), types: undefined, q: undefined })} /> : null}
        {events.length > 0 ? (
          <TimelineList events={events} flagged={flagged} onFlag={flag} selected={search["event"]} more={query.hasNextPage} loading={query.isFetchingNextPage}
            onSelect={(event) => change({ event })} onMore={fetchMore} />
        ) : null}
      </div>
      <aside className="device-pane" aria-label="Details">
        <Tabs value={selected ? "event" : pane} onChange={(tab) => { if (tab !== "event") change({ event: undefined, pane: tab === "device" ? undefined : (tab ?? undefined) }); }}>
          <Tabs.List>
            {PANES.map(([key, name]) => <Tabs.Tab key={key} value={key}>{name}</Tabs.Tab>)}
            {selected ? <Tabs.Tab value="event">Event</Tabs.Tab> : null}
          </Tabs.List>
          <Tabs.Panel value="device"><DevicePane device={device} /></Tabs.Panel>
          <Tabs.Panel value="users"><UsersOnDevice of={device.users} /></Tabs.Panel>
          <Tabs.Panel value="incidents"><IncidentsOnDevice of={device.incidents} device={device.id} /></Tabs.Panel>
          <Tabs.Panel value="software"><Software of={device.software} /></Tabs.Panel>
          {selected ? <Tabs.Panel value="event"><EventPane event={selected} device={device.id} flagged={flagged.has(selected.event_id)} onFlag={() => flag(selected)} /></Tabs.Panel> : null}
        </Tabs>
      </aside>
    </div>
  );
}

const AROUND_MS = 5 * 60_000;

/** The stretch of time in which a flag is found again. */
function around({ at }: Flag): { from: string; to: string } {
  const ms = new Date(at).getTime();
  return { from: new Date(ms - AROUND_MS).toISOString(), to: new Date(ms + AROUND_MS).toISOString() };
}

function flagOf(event: TimelineEvent): Flag {
  const { action, object } = eventText(event);
  return { event: event.event_id, at: event.at, text: `${action} ${object}`.trim().slice(0, 200) };
}

function Nothing({ filtered, onWiden }: { filtered: boolean; onWiden: () => void }) {
  return (
    <Empty title={filtered ? "No event matches this filter" : "No events in this time"}>
      <p><Button onClick={onWiden}>Show 30 days, all events</Button></p>
      {filtered ? null : <SimulateHint>To see some, run a harmless attack on the machine:</SimulateHint>}
    </Empty>
  );
}
