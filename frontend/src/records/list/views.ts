/** Which view a list shows, and in which order views are. */
import type { View } from "~/api";
import type { ListSearch } from "~/records/list/search";

/** In the address: all records, although another view is the user's default. */
export const NO_VIEW = "all";

/** The view of an address. One without anything gets the default view, if the list may begin with it. */
export function currentView(views: readonly View[], search: ListSearch, mayBegin: boolean): View | undefined {
  if (search.view !== undefined) return views.find((one) => one.id === search.view);
  return mayBegin && Object.keys(search).length === 0 ? views.find((one) => one.default) : undefined;
}

/** The address of a view; of none, if it is undefined. */
export function viewSearch(views: readonly View[], view: View | undefined): ListSearch {
  if (view) return { view: view.id };
  return views.some((one) => one.default) ? { view: NO_VIEW } : {};
}

/** Whether the list is no longer as its view has it. A search by words is no change. */
export function isChanged(search: ListSearch): boolean {
  return search.filter !== undefined || search.sort !== undefined || search.cols !== undefined;
}

/** Whether the user may change a view: their own, and with `apps:manage` shared ones. */
export function mayChange(view: View, permissions: readonly string[]): boolean {
  return view.mine || permissions.includes("apps:manage");
}

/** The ids of the views that the user may change, with one moved; null where it cannot be moved: shared ones come before one's own. */
export function reordered(views: readonly View[], id: string, by: -1 | 1, permissions: readonly string[]): string[] | null {
  const own = views.filter((one) => mayChange(one, permissions));
  const at = own.findIndex((one) => one.id === id);
  const other = own[at + by];
  if (at < 0 || !other || isShared(own[at]!) !== isShared(other)) return null;
  const ids = own.map((one) => one.id);
  [ids[at], ids[at + by]] = [ids[at + by]!, ids[at]!];
  return ids;
}

function isShared(view: View): boolean {
  return view.roles.length > 0;
}
