import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { needs, setup } from "~/setup/route";
import { auditSearch } from "~/setup/security/audit";

const signIn = createRoute({
  getParentRoute: () => setup,
  path: "/sign-in",
  beforeLoad: needs("signIn"),
  component: lazyRouteComponent(() => import("~/setup/security/SignInSettingsPage")),
});
const provider = createRoute({
  getParentRoute: () => setup,
  path: "/sign-in/$provider",
  beforeLoad: needs("signIn"),
  component: lazyRouteComponent(() => import("~/setup/security/ProviderPage")),
});
const keys = createRoute({
  getParentRoute: () => setup,
  path: "/keys",
  beforeLoad: needs("keys"),
  component: lazyRouteComponent(() => import("~/setup/security/KeysPage")),
});
const sessions = createRoute({
  getParentRoute: () => setup,
  path: "/sessions",
  beforeLoad: needs("sessions"),
  component: lazyRouteComponent(() => import("~/setup/security/SessionsPage")),
});
const audit = createRoute({
  getParentRoute: () => setup,
  path: "/audit",
  beforeLoad: needs("audit"),
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("~/setup/security/AuditPage")),
});

export const securityRoutes = [signIn, provider, keys, sessions, audit] as const;
