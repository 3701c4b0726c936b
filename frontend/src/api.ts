/** The client of this page's tenant, and the cache of its responses. */
import { createFreehold, Problem, type Schemas } from "@freehold/client";
import { QueryClient } from "@tanstack/react-query";

import { inLanguage, labelled, navigationInLanguage } from "~/fields/labels";
import { definitionsChanged, sessionEnded } from "~/session/events";

export const api = createFreehold({ onUnauthenticated: sessionEnded, onMetadataChange: readDefinitionsAgain, fetch: send });

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

/** Requests that write, but no definitions. */
const NO_DEFINITIONS = /^\/api\/v1\/(data|counts|search|me|jobs|auth|sample-data)(\/|$)/;
/** How long a change of definitions is taken for this page's own after it has written some. */
const OWN_CHANGE = 10_000;
/** The first parts of the query keys of what follows from definitions and rights. */
const OF_DEFINITIONS = new Set<unknown>(["workspace", "navigation", "object", "views", "page", "layout"]);

let changedAt = Number.NEGATIVE_INFINITY;

function send(request: Request): Promise<Response> {
  if (request.method !== "GET" && !NO_DEFINITIONS.test(new URL(request.url).pathname)) changedAt = performance.now();
  return fetch(request);
}

/** Definitions or rights have changed: pages that show them are drawn anew, and people are told if it was not they. */
function readDefinitionsAgain(): void {
  if (queries.getQueryData(workspaceQuery.queryKey) === undefined) return; // nothing was read so far
  void queries
    .invalidateQueries({ predicate: ({ queryKey }) => OF_DEFINITIONS.has(queryKey[0]) })
    // What was refused, or is about to be, because it asked for a field that is gone.
    .then(() =>
      queries.invalidateQueries({
        predicate: ({ queryKey, state }) => /^records?$/.test(String(queryKey[0])) && (state.status === "error" || state.fetchStatus === "fetching"),
      }),
    );
  if (performance.now() - changedAt > OWN_CHANGE) definitionsChanged();
}

export type Workspace = Schemas["WorkspaceResponse"];
export type Navigation = Schemas["NavigationResponse"];
export type ObjectSummary = Schemas["ObjectSummary"];
export type Field = Schemas["FieldResponse"]["data"];
export type View = Schemas["ViewResponse"];
export type ObjectDetail = {
  name: string;
  label: string;
  pluralLabel: string;
  nameField: string | null;
  fields: Field[];
  translations?: Schemas["NavigationResponse"]["objects"][number]["translations"];
};

/** A record: its values by field name. */
export type Entry = Record<string, unknown> & { id: string; version: number };

/** What everybody may know of the tenant: its name, logo and accent. */
export const tenantQuery = {
  queryKey: ["tenant"],
  queryFn: async () => (await api.GET("/api/v1/tenant")).data!,
  staleTime: 300_000,
};

/** What the workspace begins with, in one request. Browsers revalidate it by its ETag. */
export const workspaceQuery = {
  queryKey: ["workspace"],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Workspace> => {
    const workspace = (await api.GET("/api/v1/workspace", { signal })).data!;
    queries.setQueryData(tenantQuery.queryKey, workspace.tenant);
    return workspace;
  },
  staleTime: 60_000,
};

/** Whether an operator of the platform is signed in, with support access: the service refuses them what would outlive it. */
export function isSupport(): boolean {
  return queries.getQueryData<Workspace>(workspaceQuery.queryKey)?.support != null;
}

/** A part of the workspace: reading it again reads the whole. */
export const navigationQuery = {
  queryKey: ["navigation"],
  queryFn: async () => (await queries.fetchQuery({ ...workspaceQuery, staleTime: 0 })).navigation,
  select: navigationInLanguage<Navigation>,
  staleTime: 60_000,
};

export function objectQuery(object: string) {
  return {
    queryKey: ["object", object],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { data } = await api.GET("/api/v1/objects/{object}", { params: { path: { object } }, signal });
      return (data as unknown as { data: ObjectDetail }).data;
    },
    select: inLanguage<ObjectDetail>,
    staleTime: 60_000,
  };
}

export function viewsQuery(object: string) {
  return {
    queryKey: ["views", object],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await api.GET("/api/v1/views", { params: { query: { object } }, signal })).data!.data,
    initialData: () => queries.getQueryData<Workspace>(workspaceQuery.queryKey)?.views.filter((one) => one.object === object),
    initialDataUpdatedAt: () => queries.getQueryState(workspaceQuery.queryKey)?.dataUpdatedAt,
    select: labelled<View>,
  };
}

export interface RecordPage {
  data: Entry[];
  page: { next: string | null };
  count?: { value: number; capped: boolean };
  can?: Can[];
}

/** What the caller may do with one record; with one in the trash, `restore` and `destroy`. */
export type Can = Schemas["RecordCan"];

/** The body of `POST …/query`. */
interface RecordQuery {
  filter?: Record<string, unknown>;
  search?: string;
  sort?: string[];
  fields?: string[];
  limit?: number;
  cursor?: string;
  count?: "none" | "capped" | "exact";
  include?: "can";
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
