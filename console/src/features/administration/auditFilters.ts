// Which entries of the audit log are shown, as it stands in the address.
import type { Parameters } from "../../api/client";
import type { Search } from "../../ui/search";

export const TIMES = [["24h", "24 hours", 86_400_000], ["7d", "7 days", 7 * 86_400_000], ["30d", "30 days", 30 * 86_400_000]] as const;
/** Families of actions, by how their names begin. */
export const FAMILIES = [
  ["session.", "Sign-ins"], ["user.", "Users"], ["incident.", "Incidents"], ["alert.", "Alerts"], ["device.", "Devices"], ["device_group.", "Device groups"],
  ["action.", "Actions"], ["action_policy.", "Action policies"], ["indicator.", "Indicators"], ["tuning.", "Tuning"], ["rule.", "Detections"], ["token.", "Tokens"], ["enrolment_token.", "Adding devices"], ["notification.", "Notifications"], ["settings.", "Settings"],
] as const;
export const OUTCOMES = [["done", "Done"], ["refused", "Refused"]] as const;

export function askedAudit(search: Search, now: number): Parameters {
  const time = TIMES.find(([word]) => word === search["range"]);
  return {
    q: search["q"],
    actor: search["actor"],
    action: search["action"],
    outcome: OUTCOMES.some(([word]) => word === search["outcome"]) ? search["outcome"] : undefined,
    from: time ? new Date(now - time[2]).toISOString() : undefined,
  };
}

export function familyName(action: string): string {
  return FAMILIES.find(([start]) => start === action)?.[1] ?? action;
}
