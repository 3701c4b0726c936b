/** An app's menu: its groups of pages, and the pages that are in none. */
import type { Schemas } from "@freehold/client";

import { moved, type Place } from "~/setup/apps/sorting/moving";
import { withCleaned, type Translations } from "~/setup/pieces/translations";

export type App = Schemas["AppResponse"];

export interface Group {
  label: string;
  pages: string[];
  translations?: Translations;
}

/** Groups in order; `rest` are the pages that no group has, in the app's order. */
export interface Menu {
  groups: Group[];
  rest: string[];
}

export function menuOf(app: Pick<App, "navigation" | "pages">): Menu {
  const known = new Set(app.pages.map((one) => one.name));
  const groups = app.navigation.map((one) => ({ ...one, pages: one.pages.filter((name) => known.has(name)) }));
  const grouped = new Set(groups.flatMap((one) => one.pages));
  return { groups, rest: app.pages.map((one) => one.name).filter((name) => !grouped.has(name)) };
}

/** The menu after a page was moved; the list after the last group's is the rest. */
export function movePage({ groups, rest }: Menu, from: Place, to: Place): Menu {
  const lists = moved([...groups.map((one) => one.pages), rest], from, to);
  return { groups: groups.map((one, at) => ({ ...one, pages: lists[at]! })), rest: lists.at(-1)! };
}

/** The menu without a group; its pages are then in none. */
export function withoutGroup({ groups, rest }: Menu, at: number): Menu {
  return { groups: groups.filter((_, index) => index !== at), rest: [...(groups[at]?.pages ?? []), ...rest] };
}

/** The groups as the API takes them. */
export function navigationOf({ groups }: Menu): Group[] {
  return groups.map(withCleaned);
}

/** All pages, in the order of the menu: the order in which they are kept. */
export function orderOf({ groups, rest }: Menu): string[] {
  return [...new Set([...groups.flatMap((one) => one.pages), ...rest])];
}
