// What a query cost, in words.
import { number } from "../../ui/number";

/** The server's figures in the order it gives them, with its names as words. */
export function told(stats: Record<string, unknown> | undefined): string[] {
  return Object.entries(stats ?? {}).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    if (/_(ms|millis)$/.test(name)) return [`${(value / 1000).toFixed(2)} s`];
    return [`${name.replace(/_/g, " ")} ${number(value)}`];
  });
}
