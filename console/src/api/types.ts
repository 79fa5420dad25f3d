// The shapes the server answers with. They come from its contract (schema.gen.ts, `npm run api`); here they get the
// names of the trade, and fields that hold one of few words are typed as those words.
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/** The server leaves no field out: what has no value is null. */
type Whole<T> = T extends readonly (infer Each)[]
  ? Whole<Each>[]
  : T extends object
    ? { [Key in keyof T]-?: Whole<Exclude<T[Key], undefined>> }
    : T;

/** A shape with some of its fields typed closer. */
type With<Shape, Words> = Omit<Whole<Shape>, keyof Words> & Words;

export type Severity = "Informational" | "Low" | "Medium" | "High" | "Critical";
export const SEVERITIES: readonly Severity[] = ["Critical", "High", "Medium", "Low", "Informational"];

export type Status = "New" | "In progress" | "Resolved";
export const STATUSES: readonly Status[] = ["New", "In progress", "Resolved"];

export type Role = "reader" | "responder" | "administrator";
export const ROLES: readonly Role[] = ["reader", "responder", "administrator"];

export const EVENT_KINDS = ["process", "file", "network", "other"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A value of a hunting table. */
export type Cell = string | number | boolean | null | object;

export interface List<T> {
  items: T[];
  next_cursor: string | null;
  /** Timelines do not count what they have not read. */
  total?: number;
}

export type QueryProblem = Whole<Schemas["QueryProblem"]>;
/** Only refused queries have `problems` and `rendered`. */
export type Problem = Omit<Schemas["Problem"], "problems" | "rendered"> & { problems?: QueryProblem[]; rendered?: string };

export type Me = With<Schemas["Me"], { role: Role }>;
export type Overview = Whole<Schemas["OverviewView"]>;

export type IncidentSummary = With<Schemas["IncidentSummary"], { severity: Severity; status: Status }>;
export type Evidence = { role: string } & Whole<Schemas["EntityView"]>;
export type Alert = With<Schemas["AlertView"], { severity: Severity; evidence: Evidence[] }>;
/** An alert of an incident, with why it is part of it. */
export type JoinedAlert = Alert & { reason: Whole<Schemas["Reason"]> };
export type Incident = With<Schemas["IncidentView"], { severity: Severity; status: Status; alerts: JoinedAlert[] }>;

export type Alike = Whole<Schemas["AlikeView"]>;
export type TreeNode = With<Schemas["Node"], { alerts: With<Schemas["NodeAlert"], { severity: Severity }>[] }>;
export type ProcessTree = With<Schemas["Tree"], { nodes: TreeNode[] }>;

type DeviceState = "reporting" | "silent" | "never_heard" | "revoked";
export type DeviceSummary = With<Schemas["DeviceSummary"], { state: DeviceState }>;
export type Loss = With<Schemas["LossView"], { stage: "kernel" | "sensor" | "spool" | "server" }>;
export type Device = With<Schemas["DeviceView"], { state: DeviceState; losses: Loss[]; incidents: IncidentSummary[] }>;

export type TimelineEvent = With<Schemas["TimelineEventView"], { kind: EventKind; fields: Record<string, Cell> }>;
export interface Histogram {
  bins: With<Schemas["BinView"], { kind: EventKind }>[];
}

export type HuntingSchema = Whole<Schemas["HuntingSchema"]>;
export type SchemaTable = HuntingSchema["tables"][number];
export type SchemaEntry = HuntingSchema["functions"][number];
export type QueryResult = With<Schemas["HuntingAnswer"], { rows: Cell[][] }>;

export type User = With<Schemas["UserView"], { role: Role }>;
export type OneTimePassword = Whole<Schemas["OneTimePassword"]>;
export type AuditEntry = Whole<Schemas["AuditView"]>;
export type EnrolmentToken = Whole<Schemas["EnrolmentTokenView"]>;

export type Facet = Whole<Schemas["Facet"]>;
export type IncidentFacets = Whole<Schemas["IncidentFacetsView"]>;
export type AlertFacets = Whole<Schemas["AlertFacetsView"]>;
export type Classification = Whole<Schemas["ClassificationView"]>;
export type Person = Whole<Schemas["PersonView"]>;
export type SavedView = Whole<Schemas["SavedViewView"]>;

export type StorySentence = With<Schemas["SentenceView"], { severity: Severity | null }>;
export type Thing = Whole<Schemas["ThingView"]>;
export type EvidenceRow = With<Schemas["EvidenceRow"], { severity: Severity | null }>;
export type GraphNode = With<Schemas["NodeView"], { severity: Severity | null }>;
export type GraphEdge = Whole<Schemas["EdgeView"]>;
export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  hidden: number;
}
export type Task = Whole<Schemas["TaskView"]>;

export type EntityKind = "users" | "files" | "addresses" | "domains";
export type EntityPage = With<Schemas["EntityPage"], { alerts: Alert[] }>;

export type Rule = With<Schemas["RuleView"], { severity: Severity }>;
export type Technique = Whole<Schemas["TechniqueView"]>;
export type TuningRule = Whole<Schemas["TuningRuleView"]>;
export type Suggestion = Whole<Schemas["SuggestionView"]>;
export type TuningCondition = Whole<Schemas["ConditionView"]>;
export type Preview = Whole<Schemas["PreviewView"]>;

export type DeviceGroup = Whole<Schemas["DeviceGroupView"]>;
export type Retention = Whole<Schemas["RetentionView"]>;
export type Channel = Whole<Schemas["ChannelView"]>;
export type ApiToken = Whole<Schemas["ApiTokenView"]>;
export type ApiTokenOnce = Whole<Schemas["ApiTokenOnce"]>;
export type KnownEnrolmentToken = Whole<Schemas["KnownEnrolmentTokenView"]>;
export type SecondFactorSecret = Whole<Schemas["SecondFactorSecret"]>;
export type RecoveryCodes = Whole<Schemas["RecoveryCodes"]>;
export type ServerHealth = Whole<Schemas["ServerHealth"]>;

export const ACTION_STATUSES = ["pending_approval", "queued", "running", "succeeded", "failed", "timed_out", "cancelled", "undone"] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];
export type ActionSummary = With<Schemas["ActionSummary"], { status: ActionStatus; counts: Partial<Record<ActionStatus, number>> }>;
export type Action = ActionSummary & { decisions: Whole<Schemas["DecisionView"]>[] };
export type ActionDevice = With<Schemas["ActionDevice"], { status: ActionStatus }>;
export type ActionPlan = Whole<Schemas["PlanView"]>;
export type Order = Schemas["OrderBody"];
