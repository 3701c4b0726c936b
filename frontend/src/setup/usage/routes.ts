import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

const usage = createRoute({
  getParentRoute: () => setup,
  path: "/usage",
  beforeLoad: needs("usage"),
  component: lazyRouteComponent(() => import("~/setup/usage/UsagePage")),
});

export const usageRoutes = [usage] as const;
