// The entries of a session as they come. A broken stream is taken up again where it broke.
import { useEffect, useState } from "react";

import { download } from "../../api/client";
import { joined } from "./derive";
import type { LiveEntry } from "./types";

export interface Entries {
  entries: readonly LiveEntry[];
  /** Nothing comes at the moment; the browser tries again by itself. */
  broken: boolean;
}

export function useEntries(session: string): Entries {
  const [entries, setEntries] = useState<readonly LiveEntry[]>([]);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const source = new EventSource(download(`/live/sessions/${encodeURIComponent(session)}/stream`));
    let fresh: LiveEntry[] = [];
    let frame = 0;
    // However much comes at once, the page is drawn once for all of it.
    const flush = () => {
      frame = 0;
      const added = fresh;
      fresh = [];
      setEntries((known) => joined(known, added));
    };
    source.addEventListener("open", () => setBroken(false));
    source.addEventListener("entry", (event: MessageEvent<string>) => {
      const entry = JSON.parse(event.data) as LiveEntry;
      fresh.push(entry);
      if (frame === 0) frame = requestAnimationFrame(flush);
      // The server is done with it; asking again would begin it anew.
      if (entry.kind === "closed") source.close();
    });
    source.addEventListener("error", () => setBroken(source.readyState !== EventSource.OPEN));
    return () => {
      source.close();
      cancelAnimationFrame(frame);
      setEntries([]);
    };
  }, [session]);
  return { entries, broken };
}
