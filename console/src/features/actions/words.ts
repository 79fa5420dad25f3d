// Words for actions and how they stand.
import type { ActionStatus } from "../../api/types";

export const STATUS_WORDS: Record<ActionStatus, string> = {
  pending_approval: "Waits for approval", queued: "Queued", running: "Running", succeeded: "Done", failed: "Failed", timed_out: "Too late",
  cancelled: "Cancelled", undone: "Taken back",
};

/** Nothing will come of it any more without somebody. */
export const ENDED: readonly ActionStatus[] = ["succeeded", "failed", "timed_out", "cancelled", "undone"];

export const kindWords = (kind: string): string => {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
