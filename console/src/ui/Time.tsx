// A moment. UTC everywhere; how long ago is in the title, and the exact instant for programs.
import { ago, milliseconds, seconds } from "./time";

export function Time({ at, exact = false, relative = false }: { at: string | null; exact?: boolean; relative?: boolean }) {
  if (!at) return <span className="quiet">never</span>;
  const full = milliseconds(at);
  const since = ago(at, Date.now());
  if (relative) return <time dateTime={at} title={`${full} UTC`} className="tabular">{since}</time>;
  return <time dateTime={at} title={`${full} UTC, ${since}`} className="tabular">{exact ? full : seconds(at)}</time>;
}
