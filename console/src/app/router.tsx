// Addresses and their pages. Pages are loaded when they are first opened; the view of every page is in its address.
import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect,
} from "@tanstack/react-router";

import { Failure } from "../api/client";
import { meQuery } from "../api/queries";
import { Failed, Waiting } from "../ui/states";
import { parseSearch, stringifySearch, type Search } from "../ui/search";
import { queryClient } from "./data";
import { Missing } from "./Missing";
import { Shell } from "./Shell";

const anySearch = (raw: Record<string, unknown>): Search => raw as Search;

const root = createRootRoute({ component: Outlet, notFoundComponent: Missing });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../features/session/SignInPage"), "SignInPage"),
});

/** Everything behind the door. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Outlet,
  beforeLoad: async ({ location }) => {
    const search: Search = location.href === "/" ? {} : { from: location.href };
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      if (me.must_choose_password && me.permissions.length === 0) throw redirect({ to: "/sign-in", search });
    } catch (why) {
      if (why instanceof Failure && why.status === 401) throw redirect({ to: "/sign-in", search });
      throw why;
    }
  },
});

const shell = createRoute({ getParentRoute: () => inside, id: "shell", component: Shell });

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => shell, path, validateSearch: anySearch, component });

/** A page without the frame: what is printed. */
const report = createRoute({
  getParentRoute: () => inside,
  path: "/incidents/$number/report",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../features/incidents/ReportPage"), "ReportPage"),
});

const routes = root.addChildren([
  signIn,
  inside.addChildren([report, shell.addChildren([
    page("/", lazyRouteComponent(() => import("../features/home/HomePage"), "HomePage")),
    page("/incidents", lazyRouteComponent(() => import("../features/incidents/QueuePage"), "QueuePage")),
    page("/incidents/$number", lazyRouteComponent(() => import("../features/incidents/IncidentPage"), "IncidentPage")),
    page("/alerts", lazyRouteComponent(() => import("../features/incidents/AlertsPage"), "AlertsPage")),
    page("/alerts/$id", lazyRouteComponent(() => import("../features/incidents/AlertPage"), "AlertPage")),
    page("/entities/$kind/$value", lazyRouteComponent(() => import("../features/entities/EntityPage"), "EntityPage")),
    page("/detections", lazyRouteComponent(() => import("../features/detections/DetectionsPage"), "DetectionsPage")),
    page("/actions", lazyRouteComponent(() => import("../features/actions/ActionsPage"), "ActionsPage")),
    page("/actions/$id", lazyRouteComponent(() => import("../features/actions/ActionPage"), "ActionPage")),
    page("/live", lazyRouteComponent(() => import("../features/live/LivePage"), "LivePage")),
    page("/live/$id", lazyRouteComponent(() => import("../features/live/SessionPage"), "SessionPage")),
    page("/health", lazyRouteComponent(() => import("../features/health/HealthPage"), "HealthPage")),
    page("/settings", lazyRouteComponent(() => import("../features/settings/SettingsPage"), "SettingsPage")),
    page("/devices", lazyRouteComponent(() => import("../features/devices/DevicesPage"), "DevicesPage")),
    page("/devices/$id", lazyRouteComponent(() => import("../features/devices/DevicePage"), "DevicePage")),
    page("/hunting", lazyRouteComponent(() => import("../features/hunting/HuntingPage"), "HuntingPage")),
    page("/users", lazyRouteComponent(() => import("../features/administration/UsersPage"), "UsersPage")),
    page("/account", lazyRouteComponent(() => import("../features/session/AccountPage"), "AccountPage")),
    page("/audit", lazyRouteComponent(() => import("../features/administration/AuditPage"), "AuditPage")),
  ])]),
]);

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: Waiting,
  defaultErrorComponent: ({ error, reset }) => <div className="page-body"><Failed why={error} retry={reset} /></div>,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
