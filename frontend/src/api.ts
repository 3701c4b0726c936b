/** The client of this page's tenant, and the cache of its responses. */
import { createFreehold, Problem, type Schemas } from "@freehold/client";
import { QueryClient } from "@tanstack/react-query";

import { sessionEnded } from "~/session/events";

export const api = createFreehold({ onUnauthenticated: sessionEnded });

/** Requests that may succeed when they are sent again: nothing was refused. */
function isWorthRepeating(error: unknown): boolean {
  return error instanceof Problem && (error.status === 0 || error.status === 429 || error.status === 503);
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 3 && isWorthRepeating(error),
      retryDelay: (failures, error) =>
        error instanceof Problem && error.retryAfter !== undefined
          ? Math.min(error.retryAfter, 30) * 1_000
          : Math.min(500 * 2 ** failures, 8_000),
    },
    mutations: { retry: false },
  },
});

export type Navigation = Schemas["NavigationResponse"];
export type ObjectSummary = Schemas["ObjectSummary"];
export type Field = Schemas["FieldResponse"]["data"];
export type View = Schemas["ViewResponse"];
export type ObjectDetail = { name: string; label: string; pluralLabel: string; nameField: string | null; fields: Field[] };

/** A record: its values by field name. */
export type Entry = Record<string, unknown> & { id: string; version: number };

export const navigationQuery = {
  queryKey: ["navigation"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/navigation", { signal })).data!,
  staleTime: 60_000,
};

export function objectQuery(object: string) {
  return {
    queryKey: ["object", object],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { data } = await api.GET("/api/v1/objects/{object}", { params: { path: { object } }, signal });
      return (data as unknown as { data: ObjectDetail }).data;
    },
    staleTime: 60_000,
  };
}

export function viewsQuery(object: string) {
  return {
    queryKey: ["views", object],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await api.GET("/api/v1/views", { params: { query: { object } }, signal })).data!.data,
  };
}

export interface RecordPage {
  data: Entry[];
  page: { next: string | null };
  count?: { value: number; capped: boolean };
}

/** The body of `POST …/query`. */
interface RecordQuery {
  filter?: Record<string, unknown>;
  search?: string;
  sort?: string[];
  fields?: string[];
  limit?: number;
  cursor?: string;
  count?: "none" | "capped" | "exact";
}

/** The records that match. The API's types know no object's fields: they are the tenant's own. */
export async function queryRecords(object: string, query: RecordQuery, signal?: AbortSignal): Promise<RecordPage> {
  const { data } = await api.POST("/api/v1/data/{object}/query", {
    params: { path: { object } },
    body: query as never,
    ...(signal ? { signal } : {}),
  });
  return data as unknown as RecordPage;
}
