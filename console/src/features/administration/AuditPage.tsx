// The audit log: who did what, from where, and how it ended. It is only ever added to.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { auditQuery } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";

export function AuditPage() {
  const query = useInfiniteQuery(auditQuery);
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total;
  return (
    <Page title="Audit log" beside={total === undefined ? undefined : counted(total, "entry", "entries")}>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && entries.length === 0 ? (
        <Empty title="Nothing was done yet"><p>Sign-ins, changes to incidents and what administrators do appear here.</p></Empty>
      ) : null}
      {entries.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Audit log">
          <table className="table">
            <thead><tr>
              <th scope="col">Time</th><th scope="col">Who</th><th scope="col">From</th><th scope="col">Action</th>
              <th scope="col">On</th><th scope="col">Outcome</th><th scope="col">Detail</th>
            </tr></thead>
            <tbody>{entries.map((entry) => <Entry key={entry.number} entry={entry} />)}</tbody>
          </table>
          {query.hasNextPage ? (
            <p className="more">
              <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button>
              <span className="quiet">{entries.length} of {total} shown</span>
            </p>
          ) : null}
        </div>
      ) : null}
    </Page>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <tr>
      <td><Time at={entry.at} /></td>
      <td><DeviceText text={entry.actor} /></td>
      <td><DeviceText text={entry.address} mono /></td>
      <td><DeviceText text={entry.action} mono /></td>
      <td><DeviceText text={entry.target} /></td>
      <td>{entry.outcome === "done" ? entry.outcome : <b>{entry.outcome}</b>}</td>
      <td><DeviceText text={entry.detail} /></td>
    </tr>
  );
}
