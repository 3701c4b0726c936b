/** Apps and pages as those who manage them see them, with the tags that a change must match. */
import type { Schemas } from "@freehold/client";

import { api, queries } from "~/api";

export type App = Schemas["AppResponse"];
export type Page = Schemas["PageResponse"];

export interface Tagged<T> {
  value: T;
  etag: string | null;
}

export const appsQuery = {
  queryKey: ["apps"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/apps", { signal })).data!.data,
};

export function appQuery(app: string) {
  return {
    queryKey: ["apps", app],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Tagged<App>> => {
      const { data, response } = await api.GET("/api/v1/apps/{app}", { params: { path: { app } }, signal });
      return { value: data!, etag: response.headers.get("etag") };
    },
  };
}

export function pageQuery(app: string, page: string) {
  return {
    queryKey: ["apps", app, page],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Tagged<Page>> => {
      const path = { app, page };
      const { data, response } = await api.GET("/api/v1/apps/{app}/pages/{page}", { params: { path }, signal });
      return { value: data!, etag: response.headers.get("etag") };
    },
  };
}

/** The header of a change on top of what was read: refused when somebody else was faster. */
export function matching(etag: string | null): Record<string, string> {
  return etag === null ? {} : { "If-Match": etag };
}

/** Reads again what depends on apps and pages: menus, lists and records' pages. */
export async function refreshApps(): Promise<void> {
  await Promise.all(["apps", "navigation", "page", "layout"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}
