// The bars of the histogram strip: events by time, whatever bins the server made of them.
import type { Histogram } from "../../api/types";

export interface Bar {
  from: number;
  to: number;
  count: number;
}

/** How many bars the strip has. */
export const BARS = 96;

export function bars(histogram: Histogram | undefined, from: string, to: string): Bar[] {
  const begin = new Date(from).getTime();
  const width = (new Date(to).getTime() - begin) / BARS;
  const found: Bar[] = Array.from({ length: BARS }, (_none, index) => ({
    from: begin + index * width, to: begin + (index + 1) * width, count: 0,
  }));
  for (const bin of histogram?.bins ?? []) {
    // A bin may begin a little before the range: servers round.
    const index = Math.max(0, Math.floor((new Date(bin.at).getTime() - begin) / width));
    const bar = found[index];
    if (bar) bar.count += bin.count;
  }
  return found;
}
