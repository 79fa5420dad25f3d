// A moment in the reader's zone; UTC and how long ago are in the title, and the exact instant for programs.
import { ago, milliseconds, seconds, utc } from "./time";

export function Time({ at, exact = false, relative = false }: { at: string | null; exact?: boolean; relative?: boolean }) {
  if (!at) return <span className="quiet">never</span>;
  const universal = utc(at);
  const since = ago(at, Date.now());
  if (relative) return <time dateTime={at} title={`${universal} UTC`} className="tabular">{since}</time>;
  return <time dateTime={at} title={`${universal} UTC, ${since}`} className="tabular">{exact ? milliseconds(at) : seconds(at)}</time>;
}
