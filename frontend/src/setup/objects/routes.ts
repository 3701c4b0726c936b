import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

const list = createRoute({
  getParentRoute: () => setup,
  path: "/objects",
  beforeLoad: needs("objects"),
  component: lazyRouteComponent(() => import("~/setup/objects/ObjectsPage")),
});

export const objectsRoutes = [list] as const;
