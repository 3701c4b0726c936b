import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

const list = createRoute({
  getParentRoute: () => setup,
  path: "/apps",
  beforeLoad: needs("apps"),
  component: lazyRouteComponent(() => import("~/setup/apps/AppsPage")),
});
const app = createRoute({
  getParentRoute: () => setup,
  path: "/apps/$app",
  beforeLoad: needs("apps"),
  component: lazyRouteComponent(() => import("~/setup/apps/AppPage")),
});
const page = createRoute({
  getParentRoute: () => setup,
  path: "/apps/$app/$page",
  beforeLoad: needs("apps"),
  component: lazyRouteComponent(() => import("~/setup/apps/PageEditor")),
});

export const appsRoutes = [list, app, page] as const;
