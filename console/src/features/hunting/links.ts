// Where the values of a row lead: devices, users, files, addresses, domains, alerts; and the row's moment on its device.
import type { Cell } from "../../api/types";

export type Target =
  | { to: "/devices/$id"; params: { id: string }; search: Record<string, string> }
  | { to: "/alerts/$id"; params: { id: string }; search: Record<string, string> }
  | { to: "/entities/$kind/$value"; params: { kind: string; value: string }; search: Record<string, string> };

type Row = Readonly<Record<string, Cell>>;

/** The page of a value, by the name of its column. */
export function targetOf(column: string, row: Row): Target | undefined {
  const value = row[column];
  if (typeof value !== "string" || value === "") return undefined;
  if (column === "DeviceId") return device(value);
  if (column === "DeviceName") return typeof row["DeviceId"] === "string" && row["DeviceId"] !== "" ? device(row["DeviceId"]) : undefined;
  if (column === "AlertId") return { to: "/alerts/$id", params: { id: value }, search: {} };
  if (/SHA256$/.test(column)) return /^[0-9a-f]{64}$/i.test(value) ? entity("files", value.toLowerCase()) : undefined;
  if (/(Remote|Source|Destination|Local|Public|Origin)IP$|^IPAddress$/.test(column)) return entity("addresses", value);
  if (/^(Initiating)?(Process)?AccountName$/.test(column)) return entity("users", value);
  if (column === "RemoteUrl") return domain(value);
  return undefined;
}

const AROUND_MS = 5 * 60_000;

/** The stretch of a device's timeline around the row, with its event chosen where the row says which. */
export function momentOf(row: Row): Target | undefined {
  const [id, at] = [row["DeviceId"], row["Timestamp"]];
  if (typeof id !== "string" || id === "" || typeof at !== "string") return undefined;
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return undefined;
  const search: Record<string, string> = { from: new Date(ms - AROUND_MS).toISOString(), to: new Date(ms + AROUND_MS).toISOString() };
  const event = row["EventId"];
  if (typeof event === "string" && event !== "") search["event"] = event;
  return { to: "/devices/$id", params: { id }, search };
}

const KEYS = ["ProcessUniqueId", "InitiatingProcessUniqueId"] as const;

/** A query for everything the row's process did on its device. */
export function huntOf(row: Row): string | undefined {
  const id = row["DeviceId"];
  const key = KEYS.map((name) => row[name]).find((value) => value !== null && value !== undefined && value !== "");
  if (typeof id !== "string" || id === "" || key === undefined) return undefined;
  const literal = typeof key === "number" ? String(key) : JSON.stringify(String(key));
  return [
    "union DeviceProcessEvents, DeviceFileEvents, DeviceNetworkEvents, DeviceEvents",
    `| where DeviceId == ${JSON.stringify(id)}`,
    `| where InitiatingProcessUniqueId == ${literal}`,
    "| order by Timestamp asc",
  ].join("\n");
}

function device(id: string): Target {
  return { to: "/devices/$id", params: { id }, search: {} };
}

function entity(kind: string, value: string): Target {
  return { to: "/entities/$kind/$value", params: { kind, value }, search: {} };
}

/** The name in an address of the web; an address of the network is not a domain. */
function domain(url: string): Target | undefined {
  const host = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").split(/[/?#]/)[0]?.replace(/^[^@]*@/, "").replace(/:\d+$/, "").toLowerCase() ?? "";
  if (/^[\d.]+$/.test(host)) return entity("addresses", host);
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(host) ? entity("domains", host) : undefined;
}
