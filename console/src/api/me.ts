// Who is signed in, for the parts of a page that depend on it. The server decides; this only spares vain tries.
import { useQuery } from "@tanstack/react-query";

import { meQuery } from "./queries";
import type { Me } from "./types";

export type Permission = "read" | "act" | "approve" | "manage_actions" | "respond" | "tune" | "manage_rules" | "manage_settings" | "manage_devices" | "manage_users"
  | "live_look" | "live_act" | "enrol_devices" | "manage_tokens" | "read_audit";

export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

export function may(me: Me | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}
