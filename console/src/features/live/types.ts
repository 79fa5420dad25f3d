// Live response as the server tells it: sessions, their recordings, transfers, scripts.

export interface LiveSession {
  id: string;
  device: string;
  device_name: string;
  opened_by: string;
  opened_at: string;
  level: Level;
  reason: string;
  incident: number | null;
  state: "opening" | "open" | "closed";
  closed_at: string | null;
  closed_why: string | null;
  last_at: string;
  entries: number;
  mine: boolean;
}

/** Basic sessions look; advanced ones change the machine. */
export type Level = "basic" | "advanced";

interface EntryBase {
  number: number;
  at: string;
  /** The entry of the line that this answers. */
  line: number | null;
  job: number | null;
}

export type Direction = "get" | "put";

/** What a session's recording is made of, by kind. */
interface Contents {
  opened: { by: string; level: Level; device_name: string };
  line: { text: string; by: string };
  table: { columns: string[]; rows: string[][] };
  json: unknown;
  text: { text: string };
  error: { text: string };
  progress: { transfer: string; name: string; direction: Direction; done: number; total: number };
  transfer: { transfer: string; name: string; direction: Direction; length: number; sha256: string };
  action: { action: string; kind: string; status: string; summary: string };
  job: { job: number; state: "started" | "done" | "failed" | "cancelled"; text: string };
  end: { ok: boolean; millis: number; cut: boolean };
  closed: { why: string };
}

export type LiveEntry = { [Kind in keyof Contents]: EntryBase & { kind: Kind; content: Contents[Kind] } }[keyof Contents];

export interface Completion {
  /** From which byte of the line a candidate replaces the rest. */
  start: number;
  candidates: { text: string; what: string }[];
}

export interface LiveCommand {
  name: string;
  level: Level;
  usage: string;
  summary: string;
  options: { name: string; summary: string }[];
}

export interface LiveTransfer {
  id: string;
  session: string | null;
  device: string | null;
  direction: Direction;
  name: string;
  path: string | null;
  length: number;
  sha256: string;
  received: number;
  state: "under_way" | "complete";
  made_by: string;
  made_at: string;
  complete_at: string | null;
}

export interface LiveScript {
  name: string;
  description: string;
  sha256: string;
  bytes: number;
  written_by: string;
  written_at: string;
  approved_by: string | null;
  approved_at: string | null;
  content?: string;
}
