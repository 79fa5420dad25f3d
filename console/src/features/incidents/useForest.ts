// The process tree of an incident: asked of the server for each of its alerts, made one, and grown on demand.
import { useQueries, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import { alertTreeQuery, processTreeQuery } from "../../api/queries";
import type { JoinedAlert, ProcessTree } from "../../api/types";
import { fromStory, merged, pathsToAlerts, type Forest } from "./tree";

/** An incident can have thousands of alerts; the tree is made of the trees of this many processes. */
const LARGEST = 24;

export interface ForestState {
  forest: Forest;
  open: ReadonlySet<string>;
  /** How many ancestors stand above the story, and whether they are shown. */
  above: number;
  aboveShown: boolean;
  showAbove: (shown: boolean) => void;
  pending: boolean;
  error: unknown;
  /** Some of the story is not in it. */
  partial: boolean;
  retry: () => void;
  toggle: (key: string, open: boolean) => void;
  load: (key: string) => void;
}

export function useForest(alerts: readonly JoinedAlert[]): ForestState {
  const client = useQueryClient();
  const chosen = useMemo(() => onePerProcess(alerts), [alerts]);
  const trees = useQueries({ queries: chosen.slice(0, LARGEST).map((alert) => alertTreeQuery(alert.id)), combine });
  const [grown, setGrown] = useState<ProcessTree[]>([]);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());

  const [aboveShown, showAbove] = useState(false);

  const whole = useMemo(() => merged([...trees.data, ...grown]), [trees.data, grown]);
  const story = useMemo(() => fromStory(whole), [whole]);
  const forest = aboveShown ? whole : story.forest;
  const open = useMemo(() => {
    const all = pathsToAlerts(forest);
    for (const [key, wanted] of toggled) {
      if (wanted) all.add(key);
      else all.delete(key);
    }
    return all;
  }, [forest, toggled]);

  const toggle = useCallback((key: string, wanted: boolean) => setToggled((before) => new Map(before).set(key, wanted)), []);
  const device = alerts[0]?.device_id;
  const load = useCallback((key: string) => {
    if (!device) return;
    void client.fetchQuery(processTreeQuery(device, key)).then((tree) => {
      setGrown((before) => [...before, tree]);
      setToggled((before) => new Map(before).set(key, true));
    }, () => undefined);
  }, [client, device]);

  return {
    forest, open, above: story.above, aboveShown, showAbove, toggle, load, pending: trees.pending, error: trees.error, retry: trees.retry,
    partial: chosen.length > LARGEST || trees.data.some((tree) => tree.truncated),
  };
}

function combine(results: UseQueryResult<ProcessTree>[]) {
  return {
    data: results.flatMap((result) => (result.data ? [result.data] : [])),
    pending: results.some((result) => result.isPending),
    error: results.length > 0 && results.every((result) => result.isError) ? results[0]?.error : null,
    retry: () => results.forEach((result) => void result.refetch()),
  };
}

function onePerProcess(alerts: readonly JoinedAlert[]): JoinedAlert[] {
  const seen = new Set<string>();
  return alerts.filter(({ process }) => process !== null && !seen.has(process) && seen.add(process));
}
