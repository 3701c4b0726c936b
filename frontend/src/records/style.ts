/** How values are written for this user: by their own settings, else the tenant's, else those of the browser. */
import { queries, workspaceQuery, type Workspace } from "~/api";
import { styleOf, type Style } from "~/fields/format";
import { getLocale } from "~/paraglide/runtime";

export function currentStyle(): Style {
  const workspace = queries.getQueryData<Workspace>(workspaceQuery.queryKey);
  return styleOf(getLocale(), Intl.DateTimeFormat().resolvedOptions().timeZone, workspace);
}

/** A whole number with the separators of the page's language. */
export function number(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}
