// How answers are kept: shown at once when known, asked again when the server says that something changed.
import { MutationCache, QueryClient } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";

import { Failure } from "../api/client";

export const queryClient = new QueryClient({
  defaultOptions: {
    // Browsers guess whether they are online and guess wrong on networks of their own, where a console lives: every call
    // is made, and one that does not arrive says so.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (count, why) => count < 2 && why instanceof Failure && why.status >= 500,
    },
  },
  mutationCache: new MutationCache({
    onError: (why, _variables, _context, mutation) => {
      if (mutation.meta?.["quiet"]) return;
      const request = why instanceof Failure && why.problem.request_id ? ` (request ${why.problem.request_id})` : "";
      notifications.show({ color: "red", title: "That did not work", message: why.message + request });
    },
  }),
});
