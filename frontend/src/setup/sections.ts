/**
 * The sections of `/setup`, in the order of the menu, and the permissions that each needs.
 *
 * To add a section:
 * 1. Write its pages in a folder of `setup/`, each a default export in a file of its own.
 * 2. Write `setup/<folder>/routes.ts`: routes below `setup` (`~/setup/route`), each with
 *    `beforeLoad: needs("<key>")` and a `lazyRouteComponent`; export them as a tuple (see `objects/routes.ts`).
 * 3. Spread that tuple in `setup/routes.ts`.
 * 4. Add the section here. The menu, the palette and the account's menu show it to those who have the permissions.
 */
import { isSupport } from "~/api";
import { m } from "~/paraglide/messages";

type Permission = "users:manage" | "roles:manage" | "objects:manage" | "apps:manage" | "tenant:manage" | "audit:read";

export const sections = {
  objects: { to: "/setup/objects", needs: ["objects:manage"], label: m.setup_nav_objects },
  apps: { to: "/setup/apps", needs: ["apps:manage"], label: m.setup_nav_apps },
  users: { to: "/setup/users", needs: ["users:manage"], label: m.setup_nav_users },
  roles: { to: "/setup/roles", needs: ["roles:manage"], label: m.setup_nav_roles },
  signIn: { to: "/setup/sign-in", needs: ["users:manage"], label: m.setup_nav_sign_in },
  sessions: { to: "/setup/sessions", needs: ["users:manage"], label: m.setup_nav_sessions },
  keys: { to: "/setup/keys", needs: [], label: m.setup_nav_keys },
  audit: { to: "/setup/audit", needs: ["audit:read"], label: m.setup_nav_audit },
  usage: { to: "/setup/usage", needs: ["tenant:manage"], label: m.setup_nav_usage },
  tenant: { to: "/setup/tenant", needs: ["tenant:manage"], label: m.setup_nav_tenant },
} as const satisfies Record<string, { to: string; needs: readonly Permission[]; label: () => string }>;

export type SectionKey = keyof typeof sections;
export type Section = (typeof sections)[SectionKey];

/** Where everything is refused to operators with support access. */
const OF_USERS: ReadonlySet<string> = new Set<Section["to"]>([sections.users.to, sections.signIn.to, sections.sessions.to, sections.keys.to]);

export function mayOpen(section: Section, permissions: readonly string[]): boolean {
  return section.needs.every((one) => permissions.includes(one)) && !(isSupport() && OF_USERS.has(section.to));
}

/** The sections that somebody with these permissions may open. */
export function openSections(permissions: readonly string[]): Section[] {
  return Object.values(sections).filter((one) => mayOpen(one, permissions));
}
