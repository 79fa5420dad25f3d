// The shapes the server answers with, as the console uses them.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
  problems?: QueryProblem[];
  rendered?: string;
}

export interface List<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
}

export type Severity = "Informational" | "Low" | "Medium" | "High" | "Critical";
export const SEVERITIES: readonly Severity[] = ["Critical", "High", "Medium", "Low", "Informational"];

export type Status = "New" | "In progress" | "Resolved";
export const STATUSES: readonly Status[] = ["New", "In progress", "Resolved"];

export type Role = "reader" | "responder" | "administrator";
export const ROLES: readonly Role[] = ["reader", "responder", "administrator"];

export interface Me {
  name: string;
  role: Role;
  tenant: { id: string; name: string; data_location: string };
  permissions: string[];
  must_choose_password: boolean;
}

export interface Overview {
  open_incidents: number;
  unassigned_incidents: number;
  devices: number;
  devices_reporting: number;
  events_lost: number;
}

export interface DeviceRef {
  id: string;
  name: string;
}

export interface IncidentSummary {
  number: number;
  title: string;
  severity: Severity;
  severity_reason: string;
  status: Status;
  assigned_to: string | null;
  tactics: string[];
  devices: DeviceRef[];
  alert_count: number;
  first_at: string;
  last_at: string;
  opened_at: string;
  changed_at: string;
}

export interface Alert {
  id: string;
  title: string;
  description: string;
  severity: Severity;
  rule: string;
  tactics: string[];
  techniques: string[];
  triage: string[];
  device_id: string;
  device_name: string;
  incident: number | null;
  event_id: string;
  event_at: string;
  raised_at: string;
  process: string | null;
  family: string | null;
  evidence: Evidence[];
  matched: MatchedField[];
}

/** An alert of an incident, with why it is part of it. */
export interface JoinedAlert extends Alert {
  reason: { kind: string; text: string; ancestor: string | null };
}

export interface Activity {
  number: number;
  at: string;
  kind: string;
  actor: string | null;
  text: string;
}

export interface Incident extends IncidentSummary {
  family: string | null;
  alerts: JoinedAlert[];
  activity: Activity[];
}

export type Evidence = { role: "actor" | "impacted" | "related" } & (
  | { kind: "process"; key: string; image: string; command_line: string; user: string | null; sha256: string | null }
  | { kind: "file"; path: string; sha256: string | null }
  | { kind: "address"; ip: string; port: number | null }
  | { kind: "user"; name: string; uid: number }
);

export interface MatchedField {
  selection: string;
  field: string;
  value: string;
  pattern: string;
}

export interface TreeNode {
  key: string;
  parent: string | null;
  pid: number;
  image: string;
  file_name: string;
  command_line: string;
  /** The command line was longer than the sensor keeps. */
  arguments_cut: boolean;
  user: string;
  started_at: string;
  ended_at: string | null;
  exit_code: number | null;
  signal: number | null;
  sha256: string | null;
  container: string | null;
  current_directory: string | null;
  alerts: { id: string; title: string; severity: Severity }[];
  connections: number;
  files: number;
  latest_connections: { at: string; outcome: string; protocol: string; remote_address: string; remote_port: number }[];
  latest_files: { at: string; operation: string; path: string; previous_path: string | null; count: number }[];
  children_total: number;
  /** It has a parent that is not known: something is missing above it. */
  gap: boolean;
}

export interface ProcessTree {
  focus: string;
  nodes: TreeNode[];
  roots: string[];
  truncated: boolean;
}

export interface DeviceSummary {
  id: string;
  name: string;
  state: "reporting" | "silent" | "never_heard" | "revoked";
  os: string | null;
  sensor_version: string | null;
  enrolled_at: string;
  last_seen: string | null;
  open_incidents: number;
  alerts: number;
  events_lost: number;
}

export interface Loss {
  stage: "kernel" | "sensor" | "spool" | "server";
  kind: string;
  count: number;
  first_at: string;
  last_at: string;
}

export interface Device extends DeviceSummary {
  certificate_expires_at: string;
  processes: number;
  facts: {
    at: string | null;
    host_name: string;
    machine_id: string | null;
    os_name: string;
    os_version: string;
    kernel: string;
    architecture: string;
    processors: number;
    memory_bytes: number;
    sensor_version: string;
    addresses: string[];
    booted_at: string;
  } | null;
  health: {
    at: string | null;
    kernel_execs: number;
    reported_execs: number;
    events_spooled: number;
    events_lost: number;
    spool_bytes: number;
    resident_bytes: number;
    cpu_millis: number;
    problems: string[];
  } | null;
  losses: Loss[];
}

export const EVENT_KINDS = ["process", "file", "network", "other"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface TimelineEvent {
  at: string;
  kind: EventKind;
  event_id: string;
  /** The columns of the hunting table that say something. */
  fields: Record<string, Cell>;
}

export interface Histogram {
  bins: { at: string; kind: EventKind; count: number }[];
}

export interface SchemaEntry {
  name: string;
  form: string;
  doc: string;
}

export interface SchemaTable {
  name: string;
  doc: string;
  columns: { name: string; type: string; doc: string }[];
}

export interface HuntingSchema {
  tables: SchemaTable[];
  functions: SchemaEntry[];
  operators: SchemaEntry[];
}

export interface QueryProblem {
  code: string;
  message: string;
  line: number;
  column: number;
  start: number;
  end: number;
  help: string | null;
}

export type Cell = string | number | boolean | null | object;

/** Events that could have been in an answer and were lost. */
export interface QueryLoss {
  device_name: string;
  count: number;
  kind: string;
  stage: string;
}

export interface QueryResult {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  stats: Record<string, number>;
  truncated: boolean;
  losses: QueryLoss[];
}

export interface User {
  id: string;
  name: string;
  role: Role;
  must_choose_password: boolean;
  created_at: string;
  last_sign_in: string | null;
}

export interface OneTimePassword {
  user_id: string;
  one_time_password: string;
}

export interface AuditEntry {
  number: number;
  at: string;
  actor: string;
  address: string;
  action: string;
  target: string;
  outcome: string;
  detail: string;
}

export interface EnrolmentToken {
  token: string;
  command: string;
  expires_at: string;
}
