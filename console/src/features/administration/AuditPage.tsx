// The audit log: who did what, from where, and how it ended. It is only ever added to.
import { Button } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { auditQuery } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import { SavedViews } from "../../ui/SavedViews";
import type { Search } from "../../ui/search";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { askedAudit } from "./auditFilters";
import { AuditFilters } from "./AuditFilters";
import "./administration.css";

export function AuditPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [now] = useState(() => Date.now());
  const asked = askedAudit(search, now);
  const query = useInfiniteQuery({ ...auditQuery(asked), placeholderData: keepPreviousData });
  const change = (next: Search) => void navigate({ to: "/audit", search: { ...search, ...next } });
  const filtered = Object.values(asked).some((value) => value !== undefined && value !== "");
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total;
  return (
    <Page title="Audit log" beside={total === undefined ? undefined : counted(total, "entry", "entries")}
      actions={<SavedViews page="audit" search={search} onOpen={(view) => void navigate({ to: "/audit", search: view })} />}
      below={<AuditFilters search={search} asked={asked} actors={[...new Set([...entries.map(({ actor }) => actor), ...(search["actor"] ? [search["actor"]] : [])])].sort().slice(0, 20)} onChange={change} />}>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && entries.length === 0 ? (
        filtered ? <Empty title="No entry matches"><p><Button onClick={() => void navigate({ to: "/audit", search: {} })}>Show all entries</Button></p></Empty>
          : <Empty title="Nothing was done yet"><p>Sign-ins, changes to incidents and what administrators do appear here.</p></Empty>
      ) : null}
      {entries.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Audit log">
          <table className="table">
            <thead><tr>
              <th scope="col">Time</th><th scope="col">Who</th><th scope="col">From</th><th scope="col">Action</th>
              <th scope="col">On</th><th scope="col">Outcome</th><th scope="col">Detail</th>
            </tr></thead>
            <tbody>{entries.map((entry) => <Entry key={entry.number} entry={entry} onChange={change} />)}</tbody>
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

function Entry({ entry, onChange }: { entry: AuditEntry; onChange: (change: Search) => void }) {
  return (
    <tr>
      <td><Time at={entry.at} /></td>
      <td className="audit-who"><button type="button" className="thing" title="Only what they did" onClick={() => onChange({ actor: entry.actor })}><DeviceText text={entry.actor} /></button></td>
      <td><DeviceText text={entry.address} mono /></td>
      <td><button type="button" className="thing" title="Only this action" onClick={() => onChange({ action: entry.action })}><DeviceText text={entry.action} mono /></button></td>
      <td className="audit-target" title={entry.target}><DeviceText text={entry.target} /></td>
      <td>{entry.outcome === "done" ? entry.outcome : <b>{entry.outcome}</b>}</td>
      <td className="stretch" title={entry.detail}><DeviceText text={entry.detail} /></td>
    </tr>
  );
}
