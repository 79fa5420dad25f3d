// The prompt's line: what completion puts into it, and the way back through what was typed before.
import type { Completion } from "./types";

/** The line with a candidate in it. The server counts bytes, the field counts characters. */
export function completed(line: string, start: number, text: string): string {
  const bytes = new TextEncoder().encode(line);
  return new TextDecoder().decode(bytes.slice(0, Math.max(0, start))) + text;
}

/** What all candidates begin with; it can be written without asking which is meant. */
export function common(candidates: Completion["candidates"]): string {
  const [first, ...others] = candidates.map(({ text }) => text);
  if (first === undefined) return "";
  let length = first.length;
  for (const other of others) {
    let at = 0;
    while (at < length && first[at] === other[at]) at += 1;
    length = at;
  }
  // Never half of a character.
  return first.slice(0, /[\uD800-\uDBFF]$/.test(first.slice(0, length)) ? length - 1 : length);
}

export type Tabbed =
  | { do: "nothing" }
  | { do: "write"; line: string }
  | { do: "choose"; line: string; completion: Completion };

/** What the Tab key comes to: one candidate is written out, several are written as far as they agree and then shown. */
export function tabbed(line: string, completion: Completion): Tabbed {
  const { candidates, start } = completion;
  const [only] = candidates;
  if (!only) return { do: "nothing" };
  if (candidates.length === 1) return { do: "write", line: completed(line, start, only.text) + (opensOn(only.what) ? "" : " ") };
  const further = completed(line, start, common(candidates));
  return { do: "choose", line: further.length > line.length ? further : line, completion };
}

/** A folder is written without a blank after it: its content may follow. */
function opensOn(what: string): boolean {
  return what === "folder";
}

/** Walks what was typed before, latest first; place -1 is the line being typed. */
export function earlier(lines: readonly string[], place: number, step: 1 | -1): number {
  return Math.max(-1, Math.min(lines.length - 1, place + step));
}
