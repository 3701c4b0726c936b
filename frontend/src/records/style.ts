/** How values are written for this user: the language of the page, and the browser's time zone. */
import type { Style } from "~/fields/format";
import { getLocale } from "~/paraglide/runtime";

export function currentStyle(): Style {
  return { locale: getLocale(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}
