// Questions to go on with, from what is on the page. Text from devices is quoted, so that it stays text.

/** A string as the query language reads it. */
export function quoted(text: string): string {
  const inner = [...text].map((character) => {
    if (character === "\\" || character === '"') return `\\${character}`;
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    return character === "\t" ? "\\t" : character;
  });
  return `"${inner.join("")}"`;
}

/** Everything a process did or started, around its time. */
export function processQuery(device: string, pid: number, from: string, to: string | null): string {
  const begin = shifted(from, -60_000);
  const end = shifted(to ?? from, 15 * 60_000);
  return [
    "DeviceProcessEvents",
    `| where DeviceName == ${quoted(device)}`,
    `| where Timestamp between (datetime(${begin}) .. datetime(${end}))`,
    `| where ProcessId == ${pid} or InitiatingProcessId == ${pid}`,
    "| project Timestamp, ActionType, FileName, ProcessId, ProcessCommandLine, AccountName, InitiatingProcessFileName",
    "| order by Timestamp asc",
  ].join("\n");
}

/** Everything of a device around a moment, over all tables that tell what happens. */
export function aroundQuery(device: string, at: string): string {
  return [
    "union withsource=Source DeviceProcessEvents, DeviceFileEvents, DeviceNetworkEvents, DeviceLogonEvents, DeviceEvents",
    `| where DeviceName == ${quoted(device)}`,
    `| where Timestamp between (datetime(${shifted(at, -5 * 60_000)}) .. datetime(${shifted(at, 5 * 60_000)}))`,
    "| project Timestamp, Source, ActionType, InitiatingProcessFileName, FileName, FolderPath, RemoteIP, RemotePort, ProcessCommandLine",
    "| order by Timestamp asc",
  ].join("\n");
}

/** Where else a file was run. */
export function hashQuery(sha256: string): string {
  return [
    "DeviceProcessEvents",
    `| where SHA256 == ${quoted(sha256)}`,
    "| summarize Runs = count(), First = min(Timestamp), Last = max(Timestamp) by DeviceName, FileName, FolderPath",
  ].join("\n");
}

/** Who else spoke to an address. */
export function addressQuery(ip: string): string {
  return [
    "DeviceNetworkEvents",
    `| where RemoteIP == ${quoted(ip)}`,
    "| summarize Connections = count(), First = min(Timestamp), Last = max(Timestamp) by DeviceName, InitiatingProcessFileName, RemotePort",
  ].join("\n");
}

function shifted(iso: string, ms: number): string {
  const at = new Date(iso).getTime();
  return Number.isFinite(at) ? new Date(at + ms).toISOString() : iso;
}
