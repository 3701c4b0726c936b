import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

const settings = createRoute({
  getParentRoute: () => setup,
  path: "/tenant",
  beforeLoad: needs("tenant"),
  component: lazyRouteComponent(() => import("~/setup/tenant/TenantPage")),
});

export const tenantRoutes = [settings] as const;
