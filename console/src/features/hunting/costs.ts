// What a query cost, and what an answer may lack, in words.
import type { QueryResult } from "../../api/types";
import { bytes, counted, number } from "../../ui/number";

export function told(stats: QueryResult["stats"]): string[] {
  return [
    `${(stats.elapsed_ms / 1000).toFixed(2)} s`,
    stats.files > 0 ? `${bytes(stats.bytes_read)} in ${number(stats.files_read)} of ${counted(stats.files, "file")}` : "",
    stats.hot_rows > 0 ? `${counted(stats.hot_rows, "row")} in memory` : "",
  ].filter((part) => part !== "");
}

/** Which devices lost events: what is not in the answer may still have happened there. */
export function lossSentence(losses: QueryResult["losses"]): string {
  const total = losses.reduce((sum, loss) => sum + loss.count, 0);
  if (total === 0) return "";
  const [first, ...others] = [...losses].sort((a, b) => b.count - a.count);
  const where = others.length === 0 ? (first?.device_name ?? "") : `${first?.device_name ?? ""} and ${counted(others.length, "other device")}`;
  return `${counted(total, "event")} missing on ${where}: what is not here may still have happened`;
}
