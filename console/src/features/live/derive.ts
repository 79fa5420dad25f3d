// What a session's recording comes to: its jobs, its transfers, and which line is not answered yet.
import type { Direction, LiveEntry } from "./types";

export interface Job {
  number: number;
  text: string;
  state: "started" | "done" | "failed" | "cancelled";
}

export interface Transfer {
  id: string;
  name: string;
  direction: Direction;
  done: number;
  total: number;
  complete: boolean;
  sha256: string | null;
}

/** Latest first. */
export function jobsOf(entries: readonly LiveEntry[]): Job[] {
  const jobs = new Map<number, Job>();
  for (const entry of entries) {
    if (entry.kind !== "job") continue;
    const { job, state, text } = entry.content;
    // What it does was said when it started; later texts say how it went.
    jobs.set(job, { number: job, state, text: jobs.get(job)?.text ?? text });
  }
  return [...jobs.values()].sort((a, b) => b.number - a.number);
}

/** Latest first. */
export function transfersOf(entries: readonly LiveEntry[]): Transfer[] {
  const transfers = new Map<string, Transfer>();
  for (const entry of entries) {
    if (entry.kind === "progress") {
      const { transfer: id, name, direction, done, total } = entry.content;
      const known = transfers.get(id);
      if (!known?.complete) transfers.set(id, { id, name, direction, done, total, complete: false, sha256: null });
    } else if (entry.kind === "transfer") {
      const { transfer: id, name, direction, length, sha256 } = entry.content;
      transfers.set(id, { id, name, direction, done: length, total: length, complete: true, sha256 });
    }
  }
  return [...transfers.values()].reverse();
}

/** The last line that nothing ended yet; the prompt waits for it. */
export function waitingFor(entries: readonly LiveEntry[]): number | undefined {
  const ended = new Set<number>();
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry?.kind === "end" && entry.line !== null) ended.add(entry.line);
    if (entry?.kind === "line") return ended.has(entry.number) ? undefined : entry.number;
    if (entry?.kind === "closed") return undefined;
  }
  return undefined;
}

export function isClosed(entries: readonly LiveEntry[]): boolean {
  return entries.at(-1)?.kind === "closed";
}

/** Lines typed in this session, latest first, each once. */
export function linesOf(entries: readonly LiveEntry[]): string[] {
  const lines = entries.flatMap((entry) => (entry.kind === "line" ? [entry.content.text] : []));
  return [...new Set(lines.reverse())];
}

/** Adds entries that are not known yet; a stream that is taken up again may tell some twice. */
export function joined(known: readonly LiveEntry[], fresh: readonly LiveEntry[]): readonly LiveEntry[] {
  let last = known.at(-1)?.number ?? -1;
  const added = fresh.filter((entry) => {
    if (entry.number <= last) return false;
    last = entry.number;
    return true;
  });
  return added.length > 0 ? [...known, ...added] : known;
}
