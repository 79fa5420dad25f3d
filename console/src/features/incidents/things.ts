// Things a story, a graph or a piece of evidence names, and where each leads.
import type { Thing } from "../../api/types";
import type { Search } from "../../ui/search";

/** Things with a page of their own. */
export type Place =
  | { to: "/devices/$id"; params: { id: string } }
  | { to: "/entities/$kind/$value"; params: { kind: string; value: string } };

const KINDS: Record<string, string> = { user: "users", address: "addresses", domain: "domains" };

/** The page of a thing; processes and alerts are shown on the page they are named on. */
export function placeOf(thing: Thing, sha256?: string | null): Place | undefined {
  if (thing.kind === "device" && thing.device_id) return { to: "/devices/$id", params: { id: thing.device_id } };
  if (thing.kind === "file" && sha256) return { to: "/entities/$kind/$value", params: { kind: "files", value: sha256 } };
  const kind = KINDS[thing.kind];
  return kind && thing.value ? { to: "/entities/$kind/$value", params: { kind, value: thing.value } } : undefined;
}

/** What to select on the incident's own page. */
export function selectionOf(thing: Thing): Search | undefined {
  return thing.kind === "process" && thing.process ? { node: thing.process } : undefined;
}
