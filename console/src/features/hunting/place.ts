// Where in the editor something is wrong. The server counts bytes of UTF-8, the editor units of UTF-16.
import type { QueryProblem } from "../../api/types";

export interface Place {
  from: number;
  to: number;
}

/** The place of a problem in the text; at least one character wide where there is one. */
export function placeOf(text: string, problem: Pick<QueryProblem, "start" | "end">): Place {
  const from = unitAt(text, problem.start);
  const to = Math.max(from, unitAt(text, problem.end));
  if (to > from) return { from, to };
  if (from < text.length) return { from, to: from + 1 };
  return { from: Math.max(0, from - 1), to: from };
}

function unitAt(text: string, byte: number): number {
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    if (bytes >= byte) break;
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return units;
}
