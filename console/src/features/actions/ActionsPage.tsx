// The Action Center: what waits for approval, what is under way, and everything that was done, with how it ended.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import { actionsQuery } from "../../api/queries";
import type { ActionSummary } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { counted, number } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { StatusMark } from "./StatusMark";
import { kindWords } from "./words";
import "./actions.css";

const VIEWS = [
  ["pending", "Waiting for approval", "pending_approval"], ["open", "Under way", "queued,running"], ["all", "History", undefined],
] as const;

export function ActionsPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = VIEWS.find(([key]) => key === search["view"]) ?? VIEWS[2];
  const query = useInfiniteQuery(actionsQuery({ status: view[2], device: search["device"], incident: search["incident"] }));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Action Center" below={
      <div className="toggles" role="group" aria-label="Which actions">
        {VIEWS.map(([key, name]) => (
          <button key={key} type="button" className="toggle" aria-pressed={key === view[0]} onClick={() => void navigate({ to: "/actions", search: { ...search, view: key === "all" ? undefined : key } })}>{name}</button>
        ))}
      </div>
    }>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? (
        <Empty title={view[0] === "pending" ? "Nothing waits for approval" : "Nothing was done yet"}>
          <p>Isolate a machine, stop a process or take a file away from the page of a <Link to="/devices" search={{}}>device</Link> or an <Link to="/incidents" search={{}}>incident</Link>. What is done appears here, and can be taken back.</p>
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Actions">
          <table className="table">
            <thead><tr><th scope="col">Asked for</th><th scope="col">Action</th><th scope="col">Why</th><th scope="col">Who</th><th scope="col">Status</th><th scope="col">Devices</th><th scope="col">Incident</th></tr></thead>
            <tbody>{items.map((action) => <Line key={action.id} action={action} />)}</tbody>
          </table>
          {query.hasNextPage ? <p className="more"><Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button></p> : null}
        </div>
      ) : null}
    </Page>
  );
}

function Line({ action }: { action: ActionSummary }) {
  const done = action.counts.succeeded ?? 0;
  return (
    <tr>
      <td><Time at={action.requested_at} /></td>
      <td><Link to="/actions/$id" params={{ id: action.id }} search={{}}><DeviceText text={action.summary || kindWords(action.kind)} /></Link></td>
      <td><DeviceText text={action.reason} /></td>
      <td><DeviceText text={action.requested_by} /></td>
      <td><StatusMark of={action.status} /></td>
      <td>{number(done)} of {counted(action.devices, "device")}{action.counts.failed ? `, ${number(action.counts.failed)} failed` : ""}</td>
      <td>{action.incident === null ? "" : <Link to="/incidents/$number" params={{ number: String(action.incident) }} search={{}}>#{action.incident}</Link>}</td>
    </tr>
  );
}
