// Where the console begins: styles, theme, data, routes.
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./tokens.css";
import "./app.css";
import "../ui/ui.css";

import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { nonce } from "../ui/nonce";
import { queryClient } from "./data";
import { router } from "./router";
import { cssVariables, theme } from "./theme";

const colorScheme = localStorageColorSchemeManager({ key: "bartizan-color-scheme" });

// Before the first paint, so that a dark page does not begin as a white one.
const stored = colorScheme.get("auto");
const dark = stored === "dark" || (stored === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colorScheme}
        cssVariablesResolver={cssVariables}
        getStyleNonce={nonce}
      >
        <QueryClientProvider client={queryClient}>
          <Notifications position="bottom-right" limit={3} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
