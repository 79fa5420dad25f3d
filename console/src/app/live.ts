// Live notices: the server says that something changed, and what is shown of it is asked again.
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { STREAM } from "../api/client";

const TOPICS = ["incidents", "alerts", "devices", "actions"] as const;
/** However much happens, pages are refreshed at most this often. */
const CALM_MS = 1_500;

export function useLiveNotices(): void {
  const client = useQueryClient();
  useEffect(() => listen(client), [client]);
}

function listen(client: QueryClient): () => void {
  const source = new EventSource(STREAM);
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    for (const topic of changed) void client.invalidateQueries({ queryKey: [topic] });
    void client.invalidateQueries({ queryKey: ["overview"] });
    changed.clear();
  };
  const note = (topic: string) => {
    changed.add(topic);
    timer ??= setTimeout(refresh, CALM_MS);
  };
  source.addEventListener("changed", (event: MessageEvent<string>) => {
    const topic = topicOf(event.data);
    if (topic) note(topic);
  });
  // The server forgot what we missed: everything is asked again.
  source.addEventListener("reset", () => TOPICS.forEach(note));
  return () => {
    source.close();
    clearTimeout(timer);
  };
}

function topicOf(data: string): string | undefined {
  try {
    const { topic } = JSON.parse(data) as { topic?: string };
    return TOPICS.find((known) => known === topic);
  } catch {
    return undefined;
  }
}
