// The alerts queue: every claim of a rule, with its filter in the address, chosen rows, and what can be done with them.
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { download, type Parameters } from "../../api/client";
import { alertFacetsQuery, alertsQuery } from "../../api/queries";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { SavedViews } from "../../ui/SavedViews";
import { Empty, Failed, SimulateHint, Waiting } from "../../ui/states";
import { AlertFilters } from "./AlertFilters";
import { AlertTable } from "./AlertTable";
import { BulkActions } from "./BulkActions";
import "./incidents.css";

const KEYS = ["severity", "status", "device", "rule", "technique", "tactic", "assigned_to", "q", "from", "to", "sort"] as const;

export function AlertsPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const filter = asked(search);
  const query = useInfiniteQuery(alertsQuery(filter));
  const facets = useQuery(alertFacetsQuery(filter));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total;
  const change = (next: Search) => {
    setChosen(new Set());
    void navigate({ to: "/alerts", search: { ...search, ...next, at: undefined } });
  };
  return (
    <Page
      title="Alerts"
      beside={total === undefined ? undefined : counted(total, "alert")}
      actions={
        <>
          <SavedViews page="alerts" search={search} onOpen={(next) => void navigate({ to: "/alerts", search: next })} />
          <a className="link-button" href={download("/alerts/export", { ...filter, format: "csv" })} download>CSV</a>
          <a className="link-button" href={download("/alerts/export", { ...filter, format: "json" })} download>JSON</a>
        </>
      }
      below={<AlertFilters search={search} facets={facets.data} onChange={change} />}
    >
      {chosen.size > 0 ? <BulkActions chosen={{ topic: "alerts", ids: [...chosen] }} onDone={() => setChosen(new Set())} /> : null}
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <Nothing filtered={KEYS.some((key) => search[key])} onAll={() => void navigate({ to: "/alerts", search: {} })} /> : null}
      {items.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Alerts">
          <AlertTable items={items} selected={search["at"]} chosen={chosen} onChoose={setChosen} sort={search["sort"] ?? "-event_at"}
            onSort={(sort) => change({ sort: sort === "-event_at" ? undefined : sort })}
            onAt={(at) => void navigate({ to: "/alerts", search: { ...search, at }, replace: true })} />
          {query.hasNextPage ? (
            <p className="more">
              <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Load more</Button>
              <span className="quiet">{items.length} of {total} shown</span>
            </p>
          ) : null}
        </div>
      ) : null}
    </Page>
  );
}

function asked(search: Search): Parameters {
  const filter: Parameters = {};
  for (const key of KEYS) if (search[key]) filter[key] = search[key];
  if (search["hidden"] === "yes") filter["hidden"] = "true";
  return filter;
}

function Nothing({ filtered, onAll }: { filtered: boolean; onAll: () => void }) {
  if (filtered) return <Empty title="No alert matches this filter"><p><Button onClick={onAll}>Show all alerts</Button></p></Empty>;
  return (
    <Empty title="No alerts yet">
      <SimulateHint>No rule has found anything. To see that they do, run a harmless attack on a machine with a sensor:</SimulateHint>
    </Empty>
  );
}
