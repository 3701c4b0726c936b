/** The addresses of the workspace. Pages are loaded when they are opened. */
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { navigationQuery, queries } from "~/api";
import { isCentral } from "~/app/host";
import { NotFound } from "~/app/NotFound";
import { PageError } from "~/app/PageError";
import { currentChoices } from "~/app/preferences";
import { root, shell } from "~/app/shellRoute";
import { hasUnsaved } from "~/app/unsaved";
import { listSearch } from "~/records/list/search";
import { onSessionEnd, signInAgain } from "~/session/events";
import { ownPath } from "~/session/returnTo";
import { setupRoutes } from "~/setup/routes";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>) => ({ to: ownPath(search.to), error: text(search.error) }),
  component: lazyRouteComponent(() => import("~/session/SignInPage")),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => import("~/session/ForgotPage")),
});
const link = (path: "/invite/$token" | "/reset/$token") =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(() => import("~/session/LinkPage")),
  });

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email/$token",
  component: lazyRouteComponent(() => import("~/session/ConfirmEmailPage")),
});
const factors = createRoute({
  getParentRoute: () => root,
  path: "/factors",
  component: lazyRouteComponent(() => import("~/account/FactorsPage")),
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  loader: async () => {
    const navigation = await queries.ensureQueryData(navigationQuery);
    const app = navigation.apps.find((one) => one.name === currentChoices().app) ?? navigation.apps[0];
    const page = app?.pages.find((one) => one.type === "list");
    if (app && page) throw redirect({ to: "/a/$app/$page", params: { app: app.name, page: page.name }, replace: true });
    const object = navigation.objects.find((one) => one.can.read);
    if (object) throw redirect({ to: "/o/$object", params: { object: object.name }, replace: true });
  },
  component: lazyRouteComponent(() => import("~/shell/EmptyHome")),
});

const welcome = createRoute({
  getParentRoute: () => shell,
  path: "/welcome",
  component: lazyRouteComponent(() => import("~/welcome/WelcomePage")),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("~/account/AccountPage")),
});
const appPage = createRoute({
  getParentRoute: () => shell,
  path: "/a/$app/$page",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("~/records/list/AppPage")),
});
const list = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("~/records/list/ObjectPage")),
});
const trash = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object/trash",
  component: lazyRouteComponent(() => import("~/records/TrashPage")),
});
const imported = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object/import",
  component: lazyRouteComponent(() => import("~/records/import/ImportPage")),
});
const created = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object/new",
  component: lazyRouteComponent(() => import("~/records/record/NewRecordPage")),
});
const record = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object/$id",
  component: lazyRouteComponent(() => import("~/records/record/RecordPage")),
});

const frontDoor = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("~/frontdoor/FrontDoorPage")),
});
const find = createRoute({
  getParentRoute: () => root,
  path: "/find",
  component: lazyRouteComponent(() => import("~/frontdoor/FindPage")),
});

const first = createRoute({
  getParentRoute: () => root,
  path: "/first",
  component: lazyRouteComponent(() => import("~/frontdoor/FirstTenantPage")),
});

const tenantTree = () =>
  root.addChildren([
    login,
    forgot,
    factors,
    confirmEmail,
    link("/invite/$token"),
    link("/reset/$token"),
    shell.addChildren([home, welcome, account, appPage, list, trash, imported, created, record, setupRoutes]),
  ]);
const centralTree = () => root.addChildren([frontDoor, find, first]);

/** Words and ids are kept as they are: no JSON in addresses, so that people can read and share them. */
export const router = createRouter({
  routeTree: (isCentral ? centralTree() : tenantTree()) as ReturnType<typeof tenantTree>,
  defaultPreload: "intent",
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).filter(([, value]) => typeof value === "string" && value !== "" && value !== "/");
    const query = new URLSearchParams(pairs as [string, string][]).toString();
    return query === "" ? "" : `?${query}`;
  },
});

onSessionEnd((problem) => {
  const here = router.state.location;
  if (problem.code === "factor-required" && problem.body.enrol === true) {
    void router.navigate({ to: "/factors", replace: true });
    return;
  }
  if (here.pathname.startsWith("/login")) return;
  if (hasUnsaved() && signInAgain()) return;
  queries.clear();
  void router.navigate({ to: "/login", search: { to: here.href, error: "" }, replace: true });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
