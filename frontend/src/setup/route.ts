/** The parent of the routes of all sections. */
import { createRoute, notFound } from "@tanstack/react-router";

import { navigationQuery, queries } from "~/api";
import { shell } from "~/app/shellRoute";
import { mayOpen, sections, type SectionKey } from "~/setup/sections";

export const setup = createRoute({ getParentRoute: () => shell, path: "/setup" });

/** For `beforeLoad` of a section's routes: others than those who have the permissions find no page. */
export function needs(key: SectionKey): () => Promise<void> {
  return async () => {
    const { permissions } = await queries.ensureQueryData(navigationQuery);
    if (!mayOpen(sections[key], permissions)) throw notFound();
  };
}
