// What live response asks of the server.
import { infiniteQueryOptions } from "@tanstack/react-query";

import { get, type Parameters } from "../../api/client";
import { one } from "../../api/queries";
import type { List } from "../../api/types";
import type { LiveCommand, LiveEntry, LiveScript, LiveSession } from "./types";

const PAGE = 100;
/** How much of a recording one answer has. */
const RECORDING_PAGE = 500;

export const sessionsQuery = (filter: Parameters) =>
  infiniteQueryOptions({
    queryKey: ["live", "sessions", filter],
    queryFn: ({ pageParam, signal }) => get<List<LiveSession>>("/live/sessions", { limit: PAGE, ...filter, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last: List<LiveSession>) => last.next_cursor ?? undefined,
  });

export const sessionQuery = (id: string) => one<LiveSession>(["live", "session", id], `/live/sessions/${encodeURIComponent(id)}`);

export const commandsQuery = one<List<LiveCommand>>(["live", "commands"], "/live/commands");

export const scriptsQuery = one<List<LiveScript>>(["live", "scripts"], "/live/scripts");

export const scriptQuery = (name: string) => one<LiveScript>(["live", "script", name], `/live/scripts/${encodeURIComponent(name)}`);

/** A whole recording. A closed session's does not change any more. */
export const recordingQuery = (id: string) => ({
  queryKey: ["live", "recording", id],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const entries: LiveEntry[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page: { items: LiveEntry[]; next_after: number | null } =
        await get(`/live/sessions/${encodeURIComponent(id)}/recording`, { after, limit: RECORDING_PAGE }, signal);
      entries.push(...page.items);
      after = page.next_after;
    }
    return entries;
  },
  staleTime: Infinity,
});
