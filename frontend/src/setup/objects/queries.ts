import type { Schemas } from "@freehold/client";
import type { QueryClient } from "@tanstack/react-query";

import { api, type Field } from "~/api";
import type { Translations } from "~/setup/pieces/translations";

/** An object as it is defined. The API's document says of its settings only that they are JSON. */
export interface Definition {
  id: string;
  name: string;
  label: string;
  pluralLabel: string;
  description: string;
  nameField: string;
  standard: boolean;
  translations?: Translations;
  indexes: unknown[];
  fields: Field[];
}

export type ObjectDefinition = Definition;
export type Drift = Schemas["DriftItem"];
export type Advice = Schemas["AdviceItem"];

interface Signalled {
  signal: AbortSignal;
}

export const objectsQuery = {
  queryKey: ["setup", "objects"],
  queryFn: async ({ signal }: Signalled) => (await api.GET("/api/v1/objects", { signal })).data!.data as unknown as Definition[],
};

/** One object with its ETag, with which it is changed. */
export function definitionQuery(object: string) {
  return {
    queryKey: ["setup", "object", object],
    queryFn: async ({ signal }: Signalled) => {
      const { data, response } = await api.GET("/api/v1/objects/{object}", { params: { path: { object } }, signal });
      return { definition: data!.data as unknown as Definition, etag: response.headers.get("etag") };
    },
  };
}

export function fieldQuery(object: string, field: string) {
  return {
    queryKey: ["setup", "object", object, "field", field],
    queryFn: async ({ signal }: Signalled) => {
      const { data, response } = await api.GET("/api/v1/objects/{object}/fields/{field}", { params: { path: { object, field } }, signal });
      return { field: data!.data as unknown as Field, etag: response.headers.get("etag") };
    },
  };
}

export function adviceQuery(object: string) {
  return {
    queryKey: ["setup", "object", object, "advice"],
    queryFn: async ({ signal }: Signalled) => (await api.GET("/api/v1/objects/{object}/advice", { params: { path: { object } }, signal })).data!.data,
  };
}

export const driftQuery = {
  queryKey: ["setup", "drift"],
  queryFn: async ({ signal }: Signalled) => (await api.GET("/api/v1/objects/drift", { signal })).data!.data,
};

/** Everything that shows definitions is read again: lists and forms are made of them. */
export function refreshDefinitions(client: QueryClient): Promise<void> {
  return client.invalidateQueries();
}

/** If-Match for a definition that is changed as it was read. */
export function onTop(etag: string | null): Record<string, string> {
  return etag === null ? {} : { "If-Match": etag };
}
