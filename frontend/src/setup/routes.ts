/** All routes of `/setup`. See `sections.ts` for how a section is added. */
import { createRoute, notFound, redirect } from "@tanstack/react-router";

import { navigationQuery, queries } from "~/api";
import { appsRoutes } from "~/setup/apps/routes";
import { objectsRoutes } from "~/setup/objects/routes";
import { peopleRoutes } from "~/setup/people/routes";
import { tenantRoutes } from "~/setup/tenant/routes";
import { setup } from "~/setup/route";
import { securityRoutes } from "~/setup/security/routes";
import { openSections } from "~/setup/sections";
import { usageRoutes } from "~/setup/usage/routes";

const first = createRoute({
  getParentRoute: () => setup,
  path: "/",
  beforeLoad: async () => {
    const { permissions } = await queries.ensureQueryData(navigationQuery);
    const [section] = openSections(permissions);
    throw section ? redirect({ to: section.to, replace: true }) : notFound();
  },
});

export const setupRoutes = setup.addChildren([first, ...objectsRoutes, ...appsRoutes, ...peopleRoutes, ...securityRoutes, ...usageRoutes, ...tenantRoutes]);
