// One action: what was asked for and why, who approved it, and exactly what came of it on each device.
import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { download, send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { actionDevicesQuery, actionQuery } from "../../api/queries";
import type { Action, ActionDevice } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { StatusMark } from "./StatusMark";
import { ENDED, kindWords } from "./words";
import "./actions.css";

export function ActionPage() {
  const id = useParams({ strict: false }).id ?? "";
  const query = useQuery({ ...actionQuery(id), refetchInterval: (state) => (state.state.data && ENDED.includes(state.state.data.status) ? false : 3_000) });
  if (!query.data) return <Page title="Action">{query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : <Waiting />}</Page>;
  return <Known action={query.data} />;
}

function Known({ action }: { action: Action }) {
  return (
    <Page title={action.summary || kindWords(action.kind)} beside={<StatusMark of={action.status} />} actions={<Buttons action={action} />}>
      <div className="page-body action" tabIndex={0} role="region" aria-label="Action">
        <section className="card">
          <Facts of={[
            ["Why", <DeviceText key="w" text={action.reason} />],
            ["Asked for by", action.requested_by],
            ["At", <Time key="a" at={action.requested_at} />],
            ["Until", <Time key="u" at={action.expires_at} />],
            ["Approvals", action.approvals_needed > 0 ? `${action.approvals} of ${action.approvals_needed}` : "none needed"],
            ["Incident", action.incident === null ? "" : <Link key="i" to="/incidents/$number" params={{ number: String(action.incident) }} search={{}}>#{action.incident}</Link>],
            ["Takes back", action.undoes ? <Link key="t" to="/actions/$id" params={{ id: action.undoes }} search={{}}>an earlier action</Link> : ""],
            ["Taken back by", action.undone_by.map((id) => <Link key={id} to="/actions/$id" params={{ id }} search={{}}>a later action </Link>)],
          ]} />
          {action.decisions.length > 0 ? <ul className="plain">{action.decisions.map((each) => <li key={each.at}>{each.approved ? "Approved" : "Refused"} by {each.person}, <Time at={each.at} /> <DeviceText text={each.comment} /></li>)}</ul> : null}
        </section>
        <Devices action={action} />
      </div>
    </Page>
  );
}

function Buttons({ action }: { action: Action }) {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (verb: string) => send("POST", `/actions/${action.id}/${verb}`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ["actions"] }),
  });
  const waits = action.status === "pending_approval";
  const open = !ENDED.includes(action.status);
  return (
    <>
      {change.isError ? <span role="alert">{change.error.message}</span> : null}
      {waits ? <Button variant="filled" disabled={!may(me, "approve")} loading={change.isPending} onClick={() => change.mutate("approve")}>Approve</Button> : null}
      {waits ? <Button disabled={!may(me, "approve") || change.isPending} onClick={() => change.mutate("reject")}>Refuse</Button> : null}
      {open ? <Button disabled={!may(me, "act") || change.isPending} onClick={() => change.mutate("cancel")}>Cancel where it is not done</Button> : null}
      {action.status === "succeeded" && !action.undoes ? <Button disabled={!may(me, "act") || change.isPending} onClick={() => change.mutate("undo")}>Take back</Button> : null}
    </>
  );
}

function Devices({ action }: { action: Action }) {
  const query = useInfiniteQuery(actionDevicesQuery(action.id));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card">
      <h2>On each device</h2>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {items.length > 0 ? (
        <table className="table">
          <thead><tr><th scope="col">Device</th><th scope="col">Status</th><th scope="col">What happened</th><th scope="col">Handed over</th><th scope="col">Finished</th></tr></thead>
          <tbody>{items.map((each) => <DeviceLine key={each.device} of={each} action={action} />)}</tbody>
        </table>
      ) : null}
      {query.hasNextPage ? <p><Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button></p> : null}
    </section>
  );
}

function DeviceLine({ of, action }: { of: ActionDevice; action: Action }) {
  return (
    <tr>
      <td><Link to="/devices/$id" params={{ id: of.device }} search={{}}><DeviceText text={of.device_name} /></Link></td>
      <td><StatusMark of={of.status} /></td>
      <td className="action-outcome">
        <DeviceText text={of.summary ?? ""} />
        {of.items.length > 0 ? <ul>{of.items.map((item) => <li key={item.name} className={item.done ? undefined : "refused"}><DeviceText text={item.name} mono />: <DeviceText text={item.result} /></li>)}</ul> : null}
        {action.kind === "collect_package" && of.status === "succeeded" ? <a href={download(`/actions/${action.id}/devices/${of.device}/file`)} download>Download the package</a> : null}
      </td>
      <td><Time at={of.delivered_at} />{of.deliveries > 1 ? <span className="quiet"> ({of.deliveries} times, done once)</span> : null}</td>
      <td>{of.finished_at ? <Time at={of.finished_at} /> : <span className="quiet">not yet</span>}</td>
    </tr>
  );
}
