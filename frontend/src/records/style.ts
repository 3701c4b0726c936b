/** How values are written for this user: by their own settings, else the tenant's, else those of the browser. */
import { queries, workspaceQuery, type Workspace } from "~/api";
import { styleOf, type Style } from "~/fields/format";
import { numberFormat } from "~/fields/formatters";
import { getLocale } from "~/paraglide/runtime";

let latest: { workspace: Workspace | undefined; style: Style } | undefined;

/** Asked for each value of a list: found out again only when the workspace was read again. */
export function currentStyle(): Style {
  const workspace = queries.getQueryData<Workspace>(workspaceQuery.queryKey);
  if (latest === undefined || latest.workspace !== workspace) {
    latest = { workspace, style: styleOf(getLocale(), Intl.DateTimeFormat().resolvedOptions().timeZone, workspace) };
  }
  return latest.style;
}

/** A whole number with the separators of the page's language. */
export function number(value: number): string {
  return numberFormat(getLocale(), {}).format(value);
}
