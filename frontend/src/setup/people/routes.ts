import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const users = createRoute({
  getParentRoute: () => setup,
  path: "/users",
  beforeLoad: needs("users"),
  validateSearch: (search: Record<string, unknown>) => ({ q: text(search.q), status: text(search.status), role: text(search.role) }),
  component: lazyRouteComponent(() => import("~/setup/people/users/UsersPage")),
});
const user = createRoute({
  getParentRoute: () => setup,
  path: "/users/$userId",
  beforeLoad: needs("users"),
  component: lazyRouteComponent(() => import("~/setup/people/users/UserPage")),
});
const roles = createRoute({
  getParentRoute: () => setup,
  path: "/roles",
  beforeLoad: needs("roles"),
  component: lazyRouteComponent(() => import("~/setup/people/roles/RolesPage")),
});
const explain = createRoute({
  getParentRoute: () => setup,
  path: "/roles/explain",
  beforeLoad: needs("roles"),
  validateSearch: (search: Record<string, unknown>) => ({ user: text(search.user), object: text(search.object), record: text(search.record), action: text(search.action) }),
  component: lazyRouteComponent(() => import("~/setup/people/roles/ExplainPage")),
});
const role = createRoute({
  getParentRoute: () => setup,
  path: "/roles/$roleId",
  beforeLoad: needs("roles"),
  validateSearch: (search: Record<string, unknown>) => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import("~/setup/people/roles/RolePage")),
});

export const peopleRoutes = [users, user, roles, explain, role] as const;
