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

export interface IncidentSummary {
  number: number;
  title: string;
  severity: Severity;
  status: Status;
  assigned_to: string | null;
  device: { id: string; name: string };
  alert_count: number;
  tactics: string[];
  first_at: string;
  last_at: string;
}

export interface IncidentAlert {
  id: string;
  title: string;
  severity: Severity;
  event_at: string;
  reason: string;
  process: string | null;
  tactics: string[];
  techniques: string[];
}

export interface Activity {
  at: string;
  actor: string;
  action: string;
  text: string;
}

export interface Incident extends IncidentSummary {
  severity_reason: string;
  alerts: IncidentAlert[];
  activity: Activity[];
}

export interface Evidence {
  role: string;
  type: "process" | "file" | "address" | "user";
  key?: string | null;
  image?: string | null;
  command_line?: string | null;
  path?: string | null;
  sha256?: string | null;
  ip?: string | null;
  port?: number | null;
  user?: string | null;
  uid?: number | null;
}

export interface MatchedField {
  selection: string;
  field: string;
  value: string;
  pattern: string;
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
  event_at: string;
  raised_at: string;
  device: { id: string; name: string };
  process: string | null;
  incident: number | null;
  evidence: Evidence[];
  matched: MatchedField[];
}

export interface TreeNode {
  key: string;
  parent: string | null;
  pid: number;
  image: string;
  file_name: string;
  command_line: string;
  user: string | null;
  started_at: string | null;
  ended_at: string | null;
  exit_code: number | null;
  sha256: string | null;
  container: string | null;
  current_directory: string | null;
  alerts: { id: string; title: string; severity: Severity }[];
  connections: number;
  files: number;
  children_total: number;
  gap: boolean;
}

export interface ProcessTree {
  focus: string | null;
  nodes: TreeNode[];
  roots: string[];
  truncated: boolean;
}

export interface DeviceSummary {
  id: string;
  name: string;
  enrolled_at: string;
  last_seen: string | null;
  reporting: boolean;
  revoked_at: string | null;
  os: string;
  sensor_version: string;
  alerts: number;
  open_incidents: number;
  events_lost: number;
}

export interface Loss {
  stage: string;
  kind: string;
  count: number;
  first_at: string;
  last_at: string;
}

export interface Device extends DeviceSummary {
  facts: Record<string, unknown> | null;
  facts_at: string | null;
  health: Record<string, unknown> | null;
  health_at: string | null;
  losses: Loss[];
  processes: number;
  certificate_expires_at: string;
}

export interface TimelineEvent {
  id: string;
  at: string;
  type: string;
  action: string;
  summary: string;
  process: string | null;
  file_name: string | null;
  command_line: string | null;
  user: string | null;
  alert: { id: string; title: string; severity: Severity } | null;
}

export interface Histogram {
  from: string;
  to: string;
  bins: { from: string; count: number; alerts: number }[];
}

export interface SchemaColumn {
  name: string;
  type: string;
  doc: string;
}

export interface HuntingSchema {
  tables: { name: string; doc: string; columns: SchemaColumn[] }[];
  functions: { name: string; signature: string; doc: string }[];
  operators: { name: string; doc: string }[];
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

export interface QueryResult {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  stats: Record<string, number>;
  truncated: boolean;
  losses: number | Loss[];
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
