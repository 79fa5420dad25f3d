// What can be asked, each with the key it is kept under. Live notices make the keys of their topic stale.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { get, type Parameters } from "./client";
import type {
  Alert, AuditEntry, Device, DeviceSummary, Histogram, HuntingSchema, Incident, IncidentSummary, List, Me, Overview,
  ProcessTree, TimelineEvent, User,
} from "./types";

const PAGE = 100;

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
  pages<TimelineEvent>(["devices", "timeline", id, filter], `/devices/${encodeURIComponent(id)}/timeline`, filter);

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

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => get<List<User>>("/users", {}, signal),
});

export const auditQuery = pages<AuditEntry>(["audit"], "/audit", {});

function pages<T>(key: readonly unknown[], path: string, filter: Parameters) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => get<List<T>>(path, { limit: PAGE, ...filter, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last: List<T>) => last.next_cursor ?? undefined,
  });
}
