// How far an incident is.
import type { Status } from "../../api/types";

export function StatusBadge({ status }: { status: Status }) {
  return <span className={`status status-${status.toLowerCase().replace(" ", "-")}`}>{status}</span>;
}
