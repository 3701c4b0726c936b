/** Users, roles and what belongs to them. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Schemas } from "@freehold/client";

import { api, queries } from "~/api";

export type User = Schemas["UserDetail"];
type Signal = { signal: AbortSignal };

export interface UserSelection {
  search?: string;
  status?: User["status"];
  role?: string;
}

export function usersQuery({ search = "", status, role }: UserSelection) {
  return infiniteQueryOptions({
    queryKey: ["setup", "users", { search, status, role }],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(search === "" ? {} : { search }),
        ...(status ? { status } : {}),
        ...(role ? { role } : {}),
        ...(pageParam === undefined ? {} : { cursor: pageParam }),
      };
      return (await api.GET("/api/v1/users", { params: { query }, signal })).data!;
    },
    getNextPageParam: (last) => last.page.next ?? undefined,
  });
}

export function userQuery(userId: string) {
  return {
    queryKey: ["setup", "user", userId],
    queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/users/{userId}", { params: { path: { userId } }, signal })).data!,
  };
}

export function userFactorsQuery(userId: string) {
  return {
    queryKey: ["setup", "user", userId, "factors"],
    queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/users/{userId}/factors", { params: { path: { userId } }, signal })).data!,
  };
}

export function userSessionsQuery(userId: string) {
  return {
    queryKey: ["setup", "user", userId, "sessions"],
    queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/sessions", { params: { query: { user: userId } }, signal })).data!.data,
  };
}

export const rolesQuery = {
  queryKey: ["setup", "roles"],
  queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/roles", { signal })).data!.data,
};

/** A role with its entity tag, if it has one: a change is refused if somebody was faster. */
export function roleQuery(roleId: string) {
  return {
    queryKey: ["setup", "role", roleId],
    queryFn: async ({ signal }: Signal) => {
      const { data, response } = await api.GET("/api/v1/roles/{roleId}", { params: { path: { roleId } }, signal });
      return { role: data!, etag: response.headers.get("etag") };
    },
    // Edited for minutes: what is shown changes when the page is opened, or saved.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  };
}

export const permissionsQuery = {
  queryKey: ["setup", "permissions"],
  queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/permissions", { signal })).data!.data,
  staleTime: 60_000,
};

/** What somebody would see: `user`, or somebody with `roles` (names, joined by commas). */
export function previewQuery(query: { user: string } | { roles: string }) {
  return {
    queryKey: ["setup", "preview", query],
    queryFn: async ({ signal }: Signal) => (await api.GET("/api/v1/navigation/preview", { params: { query }, signal })).data!,
  };
}

/** After a change of users or roles: their pages, and what the caller may do. */
export async function refreshPeople(): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: ["setup"] }), queries.invalidateQueries({ queryKey: ["navigation"] })]);
}
