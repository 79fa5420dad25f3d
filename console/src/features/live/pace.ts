// How long a recording rests between two entries when it is played.

/** A person thinking for minutes is not watched for minutes. */
const LONGEST_MS = 2_000;

export function pause(before: string | undefined, next: string | undefined, speed: number): number {
  if (before === undefined || next === undefined) return 0;
  const passed = new Date(next).getTime() - new Date(before).getTime();
  return Number.isFinite(passed) ? Math.min(LONGEST_MS, Math.max(0, passed)) / speed : 0;
}
