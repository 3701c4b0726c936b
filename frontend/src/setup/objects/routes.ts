import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const beforeLoad = needs("objects");

const list = createRoute({
  getParentRoute: () => setup,
  path: "/objects",
  beforeLoad,
  component: lazyRouteComponent(() => import("~/setup/objects/ObjectsPage")),
});
const object = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object",
  beforeLoad,
  validateSearch: (search: Record<string, unknown>): { tab?: string } => (search.tab ? { tab: text(search.tab) } : {}),
  component: lazyRouteComponent(() => import("~/setup/objects/ObjectPage")),
});
const newField = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object/new-field",
  beforeLoad,
  validateSearch: (search: Record<string, unknown>): { type?: string } => (search.type ? { type: text(search.type) } : {}),
  component: lazyRouteComponent(() => import("~/setup/objects/NewFieldPage")),
});
const field = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object/fields/$field",
  beforeLoad,
  component: lazyRouteComponent(() => import("~/setup/objects/FieldPage")),
});

export const objectsRoutes = [list, object, newField, field] as const;
