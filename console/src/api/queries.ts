// What can be asked, each with the key it is kept under. Live notices make the keys of their topic stale.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { get, type Parameters } from "./client";
import type {
  Action, ActionDevice, ActionSummary, Alert, AlertFacets, AuditEntry, Classification, Device, DeviceSummary, EntityKind, EntityPage, EvidenceRow, Graph,
  Histogram, HuntingSchema, Incident, IncidentFacets, IncidentSummary, List, Me, Overview, Person, ProcessTree, SavedView,
  ServerHealth, StorySentence, TimelineEvent, User,
} from "./types";

const PAGE = 100;
/** A timeline is scrolled through faster than a list. */
const EVENTS = 200;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get<Me>("/me", {}, signal),
  staleTime: 60_000,
  retry: false,
});

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: ({ signal }) => get<Overview>("/overview", {}, signal),
});

export const incidentsQuery = (filter: Parameters) => pages<IncidentSummary>(["incidents", "list", filter], "/incidents", filter);

export const incidentQuery = (number: number) =>
  queryOptions({
    queryKey: ["incidents", "one", number],
    queryFn: ({ signal }) => get<Incident>(`/incidents/${number}`, {}, signal),
  });

export const incidentFacetsQuery = (filter: Parameters) => one<IncidentFacets>(["incidents", "facets", filter], "/incidents/facets", filter);

export const storyQuery = (number: number) =>
  one<{ sentences: StorySentence[] }>(["incidents", "story", number], `/incidents/${number}/story`);

export const graphQuery = (number: number) => one<Graph>(["incidents", "graph", number], `/incidents/${number}/graph`);

export const evidenceQuery = (number: number) =>
  one<List<EvidenceRow>>(["incidents", "evidence", number], `/incidents/${number}/evidence`);

export const classificationsQuery = queryOptions({
  queryKey: ["classifications"],
  queryFn: ({ signal }) => get<Classification[]>("/classifications", {}, signal),
  staleTime: Infinity,
});

export const peopleQuery = one<List<Person>>(["people"], "/people");

export const viewsQuery = one<List<SavedView>>(["views"], "/views");

export const alertsQuery = (filter: Parameters) => pages<Alert>(["alerts", "list", filter], "/alerts", filter);

export const alertFacetsQuery = (filter: Parameters) => one<AlertFacets>(["alerts", "facets", filter], "/alerts/facets", filter);

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "one", id],
    queryFn: ({ signal }) => get<Alert>(`/alerts/${encodeURIComponent(id)}`, {}, signal),
  });

export const alertTreeQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "tree", id],
    queryFn: ({ signal }) => get<ProcessTree>(`/alerts/${encodeURIComponent(id)}/tree`, {}, signal),
  });

/** The tree around a process of a device: what is above it and what it started. */
export const processTreeQuery = (device: string, key: string) =>
  queryOptions({
    queryKey: ["devices", "process-tree", device, key],
    queryFn: ({ signal }) =>
      get<ProcessTree>(`/devices/${encodeURIComponent(device)}/processes/${encodeURIComponent(key)}/tree`, {}, signal),
  });

export const devicesQuery = (filter: Parameters) => pages<DeviceSummary>(["devices", "list", filter], "/devices", filter);

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "one", id],
    queryFn: ({ signal }) => get<Device>(`/devices/${encodeURIComponent(id)}`, {}, signal),
  });

export const timelineQuery = (id: string, filter: Parameters) =>
  pages<TimelineEvent>(["devices", "timeline", id, filter], `/devices/${encodeURIComponent(id)}/timeline`, { limit: EVENTS, ...filter });

export const histogramQuery = (id: string, range: Parameters) =>
  queryOptions({
    queryKey: ["devices", "histogram", id, range],
    queryFn: ({ signal }) => get<Histogram>(`/devices/${encodeURIComponent(id)}/timeline/histogram`, range, signal),
  });

export const schemaQuery = queryOptions({
  queryKey: ["hunting", "schema"],
  queryFn: ({ signal }) => get<HuntingSchema>("/hunting/schema", {}, signal),
  staleTime: Infinity,
});

export const entityQuery = (kind: EntityKind, value: string, days: number) =>
  one<EntityPage>(["entities", kind, value, days], `/entities/${kind}/${encodeURIComponent(value)}`, { days });

export const serverHealthQuery = queryOptions({
  queryKey: ["server", "health"],
  queryFn: ({ signal }) => get<ServerHealth>("/server/health", {}, signal),
  refetchInterval: 10_000,
});

export const actionsQuery = (filter: Parameters) => pages<ActionSummary>(["actions", "list", filter], "/actions", filter);

export const actionQuery = (id: string) => one<Action>(["actions", "one", id], `/actions/${id}`);

export const actionDevicesQuery = (id: string) => pages<ActionDevice>(["actions", "devices", id], `/actions/${id}/devices`, {});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => get<List<User>>("/users", {}, signal),
});

export const auditQuery = (filter: Parameters) => pages<AuditEntry>(["audit", filter], "/audit", filter);

/** One answer; what it is about is its key. */
export function one<T>(key: readonly unknown[], path: string, parameters: Parameters = {}) {
  return queryOptions({ queryKey: key, queryFn: ({ signal }: { signal: AbortSignal }) => get<T>(path, parameters, signal) });
}

function pages<T>(key: readonly unknown[], path: string, filter: Parameters) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => get<List<T>>(path, { limit: PAGE, ...filter, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last: List<T>) => last.next_cursor ?? undefined,
  });
}
