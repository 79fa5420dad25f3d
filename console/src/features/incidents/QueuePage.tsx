// The incidents queue: what needs somebody, gravest or latest first, with its filter in the address.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { download } from "../../api/client";
import { useMe } from "../../api/me";
import { incidentsQuery } from "../../api/queries";
import type { IncidentSummary } from "../../api/types";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { SavedViews } from "../../ui/SavedViews";
import { Empty, Failed, SimulateHint, Waiting } from "../../ui/states";
import { BulkActions } from "./BulkActions";
import { FilterBar } from "./FilterBar";
import { asked, readFilters, writeFilters, type Filters } from "./filters";
import { QueueTable } from "./QueueTable";
import "./incidents.css";

export function QueuePage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const me = useMe();
  const filters = readFilters(search);
  const query = useInfiniteQuery(incidentsQuery(asked(filters)));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total;
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const change = (next: Filters) => void navigate({ to: "/incidents", search: writeFilters(next) });

  return (
    <Page
      title="Incidents"
      beside={total === undefined ? undefined : counted(total, "incident")}
      actions={
        <>
          <SavedViews page="incidents" search={search} onOpen={(next) => void navigate({ to: "/incidents", search: next })} />
          <a className="link-button" href={download("/incidents/export", { ...asked(filters), format: "csv" })} download>CSV</a>
          <a className="link-button" href={download("/incidents/export", { ...asked(filters), format: "json" })} download>JSON</a>
        </>
      }
      below={<FilterBar filters={filters} me={me?.name} deviceName={nameOf(filters.device, items)} onChange={change} />}
    >
      {chosen.size > 0 ? <BulkActions chosen={{ topic: "incidents", numbers: [...chosen] }} onDone={() => setChosen(new Set())} /> : null}
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <Nothing filters={filters} onAll={() => change(EVERYTHING)} /> : null}
      {items.length > 0 ? (
        <div className="table-scroll">
          <QueueTable items={items} filters={filters} selected={search["at"]} chosen={chosen} onChoose={setChosen} onSort={(sort) => change({ ...filters, sort })} />
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

const EVERYTHING = readFilters({ status: "any" });

function nameOf(device: string | undefined, items: readonly IncidentSummary[]): string | undefined {
  return items.flatMap((item) => item.devices).find((each) => each.id === device)?.name;
}

function Nothing({ filters, onAll }: { filters: Filters; onAll: () => void }) {
  const filtered = filters.q || filters.device || filters.assigned || filters.severity.length > 0 || filters.status.length === 1;
  if (filtered) {
    return (
      <Empty title="No incident matches this filter">
        <p><Button onClick={onAll}>Show all incidents</Button></p>
      </Empty>
    );
  }
  return (
    <Empty title="No open incidents">
      <SimulateHint>
        Nothing needs you now. To see what an incident looks like, run a harmless attack on a machine with a sensor:
      </SimulateHint>
      {filters.status.length < 3 ? <p><Button onClick={onAll}>Show resolved incidents too</Button></p> : null}
    </Empty>
  );
}
