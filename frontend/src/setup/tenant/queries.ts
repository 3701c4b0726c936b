/** What the tenant is called and looks like, and what counts for users without settings of their own. */
import type { Schemas } from "@freehold/client";

import { api, queries, tenantQuery, workspaceQuery } from "~/api";

export type TenantSettings = Schemas["TenantSettingsResponse"];
export type SettingsDraft = Omit<TenantSettings, "logo">;

export const tenantSettingsQuery = {
  queryKey: ["setup", "tenant"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/tenant-settings", { signal })).data!,
};

export async function saveSettings(changes: Partial<SettingsDraft>): Promise<void> {
  await applied((await api.PATCH("/api/v1/tenant-settings", { body: changes })).data!);
}

/** Sends the file as it is: the service knows its type by its first bytes. */
export async function replaceLogo(file: File): Promise<void> {
  const body = file as unknown as string; // the document calls binary content a string
  const { data } = await api.PUT("/api/v1/tenant-settings/logo", { body, bodySerializer: () => file, headers: { "content-type": file.type || "image/png" } });
  await applied(data!);
}

export async function removeLogo(): Promise<void> {
  await api.DELETE("/api/v1/tenant-settings/logo");
  await queries.invalidateQueries({ queryKey: tenantSettingsQuery.queryKey });
  await refreshTenant();
}

async function applied(settings: TenantSettings): Promise<void> {
  queries.setQueryData(tenantSettingsQuery.queryKey, settings);
  await refreshTenant();
}

/** The shell and the theme show the tenant as it is in the workspace. */
async function refreshTenant(): Promise<void> {
  await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  await queries.invalidateQueries({ queryKey: tenantQuery.queryKey });
}

/** The settings that differ from those that are saved. */
export function changesOf(saved: SettingsDraft, draft: SettingsDraft): Partial<SettingsDraft> {
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => saved[name as keyof SettingsDraft] !== value));
}
