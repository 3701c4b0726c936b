/** The root of all pages, and the frame of those behind sign-in. */
import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { navigationQuery, queries } from "~/api";
import { NotFound } from "~/app/NotFound";
import { PageError } from "~/app/PageError";

export const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: PageError });

export const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  loader: () => queries.ensureQueryData(navigationQuery),
  component: lazyRouteComponent(() => import("~/shell/Shell")),
});
