/** What the pages about signing in read. */
import type { Schemas } from "@freehold/client";

import { api } from "~/api";

export type Provider = Schemas["IdentityProviderResponse"];
export type Session = Schemas["SessionResponse"];
export type ApiKey = Schemas["ApiKeyResponse"];
export type SupportRequest = Schemas["SupportResponse"];
export type SignInSettings = Schemas["SignInSettingsResponse"];

interface Context {
  signal: AbortSignal;
}

export const settingsQuery = {
  queryKey: ["sign-in-settings"],
  queryFn: async ({ signal }: Context) => (await api.GET("/api/v1/sign-in-settings", { signal })).data!,
};

export const providersQuery = {
  queryKey: ["identity-providers"],
  queryFn: async ({ signal }: Context) => (await api.GET("/api/v1/identity-providers", { signal })).data!.data,
};

export const supportQuery = {
  queryKey: ["support"],
  queryFn: async ({ signal }: Context) => (await api.GET("/api/v1/support", { params: { query: { limit: 25 } }, signal })).data!.data,
};

export function keysQuery(everyone: boolean) {
  return {
    queryKey: ["api-keys", everyone],
    queryFn: async ({ signal }: Context) => (await api.GET("/api/v1/api-keys", { params: { query: { everyone } }, signal })).data!.data,
  };
}

export const allSessionsQuery = {
  queryKey: ["sessions", "everyone"],
  queryFn: async ({ signal }: Context) => (await api.GET("/api/v1/sessions", { params: { query: { everyone: true } }, signal })).data!.data,
};
