// Times as the console writes them: ISO order, in the reader's zone; the same moment in UTC for titles and queries.

/** To the second, in the reader's zone. */
export function seconds(iso: string): string {
  return milliseconds(iso).slice(0, 19);
}

/** To the millisecond, in the reader's zone. */
export function milliseconds(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 23).replace("T", " ");
}

/** To the millisecond, in UTC. */
export function utc(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : at.toISOString().slice(0, 23).replace("T", " ");
}

export function clock(iso: string): string {
  return milliseconds(iso).slice(11);
}

/** The day of a moment, in the reader's zone. */
export function day(iso: string): string {
  return milliseconds(iso).slice(0, 10);
}

/** How long ago, in the largest unit that fits. */
export function ago(iso: string, now: number): string {
  const passed = Math.max(0, (now - new Date(iso).getTime()) / 1000);
  if (!Number.isFinite(passed)) return iso;
  if (passed < 60) return "just now";
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86_400) return `${Math.floor(passed / 3600)} h ago`;
  const days = Math.floor(passed / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** How long something took. */
export function duration(from: string, to: string): string {
  const ms = new Date(to).getTime() - new Date(from).getTime();
  if (!Number.isFinite(ms)) return "";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time of day; with the day before it when that is not the day the page is about. */
export function short(iso: string, ofDay: string): string {
  const full = milliseconds(iso);
  return full.startsWith(ofDay) ? full.slice(11) : full.slice(5, 16);
}
