// What settings are asked for, and how a change renews them.
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { one } from "../../api/queries";
import { send } from "../../api/client";
import type { ApiToken, Channel, DeviceGroup, KnownEnrolmentToken, List, Retention } from "../../api/types";

export const groupsQuery = one<List<DeviceGroup>>(["settings", "groups"], "/device-groups");
export const retentionQuery = one<Retention>(["settings", "retention"], "/settings/retention");
export const channelsQuery = one<List<Channel>>(["settings", "channels"], "/notifications/channels");
export const apiTokensQuery = one<List<ApiToken>>(["settings", "api-tokens"], "/api-tokens");
export const enrolmentTokensQuery = one<List<KnownEnrolmentToken>>(["settings", "enrolment-tokens"], "/enrolment-tokens");

interface Change {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
}

/** A change of settings; everything that is shown of them is asked again. */
export function useChange<T = void>(onDone?: (answer: T) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Change) => send<T>(method, path, body),
    onSuccess: async (answer) => {
      await client.invalidateQueries({ queryKey: ["settings"] });
      onDone?.(answer);
    },
  });
}
