/** The language of the texts: the user's own, else what this browser chose, else the tenant's. */
import type { Workspace } from "~/api";
import { getLocale, isLocale, setLocale } from "~/paraglide/runtime";

const KEPT = "PARAGLIDE_LOCALE";

/** The catalogue for a language tag, such as `de` for de-CH; undefined if there is none. */
export function catalogueOf(tag: string): string | undefined {
  const base = tag.split("-")[0] ?? "";
  return isLocale(base) ? base : undefined;
}

/** The catalogue that the settings ask for, if it is another one than that of the page. */
export function wantedLocale(settings: { user: { language: string }; tenant: { language: string } }, page: string, kept: string | null): string | undefined {
  const wanted = catalogueOf(settings.user.language || (kept === null ? settings.tenant.language : ""));
  return wanted === page ? undefined : wanted;
}

/** Loads the page again in the language of the settings, unless the browser would not keep it. */
export function followLanguage(workspace: Workspace): void {
  const wanted = wantedLocale(workspace, getLocale(), localStorage.getItem(KEPT));
  if (!isLocale(wanted)) return;
  void setLocale(wanted, { reload: false });
  if (localStorage.getItem(KEPT) === wanted) location.reload();
}
