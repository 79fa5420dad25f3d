// Live response: sessions that are open and those that were, with their recordings, and the library of scripts.
import { Button, Tabs } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { may, useMe } from "../../api/me";
import { Chip } from "../../ui/Chip";
import { DeviceText } from "../../ui/DeviceText";
import { Plus } from "../../ui/icons";
import { number } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { OpenDialog } from "./OpenDialog";
import { sessionsQuery } from "./queries";
import { Scripts } from "./Scripts";
import type { LiveSession } from "./types";
import "./live.css";

export function LivePage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const me = useMe();
  const allowed = may(me, "live_look");
  const [opening, setOpening] = useState(search["open"] === "now");
  const tab = search["tab"] === "scripts" ? "scripts" : "sessions";
  const go = (next: Search) => void navigate({ to: "/live", search: { ...search, open: undefined, ...next } });
  return (
    <Page title="Live response" actions={(
      <Button variant="filled" leftSection={<Plus size={14} />} disabled={!allowed} title={allowed ? undefined : "Your role may not open sessions"} onClick={() => setOpening(true)}>Open a session</Button>
    )}>
      <Tabs className="page-tabs" value={tab} keepMounted={false} onChange={(next) => go({ tab: next === "scripts" ? next : undefined })}>
        <Tabs.List><Tabs.Tab value="sessions">Sessions</Tabs.Tab><Tabs.Tab value="scripts">Scripts</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="sessions"><Sessions search={search} onChange={go} /></Tabs.Panel>
        <Tabs.Panel value="scripts"><Scripts /></Tabs.Panel>
      </Tabs>
      {opening && allowed ? <OpenDialog device={search["device"]} incident={search["incident"]} onClose={() => { setOpening(false); go({}); }} /> : null}
    </Page>
  );
}

const STATES = [["open", "Open"], ["closed", "Closed"]] as const;

function Sessions({ search, onChange }: { search: Search; onChange: (change: Search) => void }) {
  const filter = { device: search["device"], incident: search["incident"], state: search["state"] };
  const query = useInfiniteQuery(sessionsQuery(filter));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="chips live-filters">
        <span className="toggles" role="group" aria-label="State">
          {STATES.map(([state, name]) => (
            <button key={state} type="button" className="toggle" aria-pressed={search["state"] === state} onClick={() => onChange({ state: search["state"] === state ? undefined : state })}>{name}</button>
          ))}
        </span>
        {search["device"] ? <Chip name="Device" value={items[0]?.device_name ?? search["device"]} onRemove={() => onChange({ device: undefined })} /> : null}
        {search["incident"] ? <Chip name="Incident" value={search["incident"]} onRemove={() => onChange({ incident: undefined })} /> : null}
      </div>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? (
        <Empty title="No session"><p>Open one to look at a machine from here: its processes, connections and files. All that is typed and answered is recorded.</p></Empty>
      ) : null}
      {items.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Sessions">
          <table className="table">
            <thead><tr>
              <th scope="col">Device</th><th scope="col">State</th><th scope="col">Opened by</th><th scope="col">Level</th><th scope="col">Why</th><th scope="col">Incident</th>
              <th scope="col" className="number">Entries</th><th scope="col">Opened</th><th scope="col">Last</th>
            </tr></thead>
            <tbody>{items.map((session) => <Line key={session.id} of={session} />)}</tbody>
          </table>
          {query.hasNextPage ? <p className="more"><Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button></p> : null}
        </div>
      ) : null}
    </>
  );
}

function Line({ of }: { of: LiveSession }) {
  return (
    <tr>
      <td><Link to="/live/$id" params={{ id: of.id }} search={{}}><DeviceText text={of.device_name} /></Link></td>
      <td><span className={of.state === "closed" ? "dot" : "dot dot-good"} />{of.state === "closed" ? "Closed" : of.state === "open" ? "Open" : "Opening"}</td>
      <td>{of.opened_by}</td>
      <td>{of.level}</td>
      <td className="stretch" title={of.reason}><DeviceText text={of.reason} /></td>
      <td>{of.incident === null ? null : <Link to="/incidents/$number" params={{ number: String(of.incident) }} search={{}}>#{of.incident}</Link>}</td>
      <td className="number">{number(of.entries)}</td>
      <td><Time at={of.opened_at} /></td>
      <td><Time at={of.last_at} relative /></td>
    </tr>
  );
}
