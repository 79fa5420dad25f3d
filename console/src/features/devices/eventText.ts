// An event of a timeline in words: what happened, to what, by which process.
import type { Loss, TimelineEvent } from "../../api/types";
import { lossSentence } from "./losses";

export interface EventText {
  action: string;
  object: string;
  by: string;
  user: string;
}

export function eventText(event: TimelineEvent): EventText {
  return {
    action: spokenAction(text(event, "ActionType")),
    object: objectOf(event),
    by: text(event, "InitiatingProcessFileName"),
    user: text(event, "AccountName") || text(event, "InitiatingProcessAccountName"),
  };
}

/** "ProcessCreated" as "Process created". */
export function spokenAction(action: string): string {
  const words = action.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function objectOf(event: TimelineEvent): string {
  switch (event.kind) {
    case "process": return text(event, "ProcessCommandLine") || path(event);
    case "file": {
      const before = text(event, "PreviousFolderPath");
      return before ? `${before} → ${path(event)}` : path(event);
    }
    case "network": return [text(event, "Protocol"), address(event), text(event, "RemoteUrl")].filter(Boolean).join(" ");
    default: return lost(event) || text(event, "ProcessCommandLine") || path(event) || text(event, "AdditionalFields");
  }
}

/** An event that tells of others that were lost. */
function lost(event: TimelineEvent): string {
  if (event.fields["ActionType"] !== "EventsLost") return "";
  const { Stage, Kind, Count } = more(event);
  if (typeof Kind !== "string" || typeof Count !== "number") return "";
  return lossSentence({ stage: Stage as Loss["stage"], kind: Kind, count: Count });
}

/** The fields that have no column of their own; they may come as text. */
function more(event: TimelineEvent): Record<string, unknown> {
  const value = event.fields["AdditionalFields"];
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  try {
    const read: unknown = JSON.parse(typeof value === "string" ? value : "");
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function path(event: TimelineEvent): string {
  const [folder, file] = [text(event, "FolderPath"), text(event, "FileName")];
  if (!folder) return file;
  return !file || folder.endsWith(`/${file}`) || folder === file ? folder : `${folder.replace(/\/$/, "")}/${file}`;
}

function address(event: TimelineEvent): string {
  const [ip, port] = [text(event, "RemoteIP"), text(event, "RemotePort")];
  return port ? `${ip.includes(":") ? `[${ip}]` : ip}:${port}` : ip;
}

export function text(event: TimelineEvent, field: string): string {
  const value = event.fields[field];
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
