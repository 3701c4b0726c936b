/** What the user has chosen for the workspace. The service keeps it, so that it is the same on every device. */
import { api, queries, workspaceQuery, type Workspace } from "~/api";

export type Preferences = Record<string, unknown>;

export const preferencesQuery = {
  queryKey: ["preferences"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/me/preferences", { signal })).data!.preferences as Preferences,
  initialData: () => queries.getQueryData<Workspace>(workspaceQuery.queryKey)?.preferences as Preferences | undefined,
  // Changes are made here only: what is kept here is newer than what the workspace began with.
  staleTime: Infinity,
  gcTime: Infinity,
};

export const THEMES = ["light", "dark", "auto"] as const;
export const DENSITIES = ["comfortable", "compact"] as const;

export interface Choices {
  /** The name of the app that was used last; "" for none. */
  app: string;
  theme: (typeof THEMES)[number];
  /** How high the rows of lists are. */
  density: (typeof DENSITIES)[number];
}

/** The choices among the preferences. What is not there, or not understood, is the usual. */
export function choicesOf(preferences: Preferences | undefined): Choices {
  const given = (what: keyof Choices) => preferences?.[`workspace.${what}`];
  const among = <T extends string>(values: readonly T[], value: unknown, usual: T): T => values.find((one) => one === value) ?? usual;
  const app = given("app");
  return {
    app: typeof app === "string" ? app : "",
    theme: among(THEMES, given("theme"), "auto"),
    density: among(DENSITIES, given("density"), "comfortable"),
  };
}

/** The choices as far as they are known. */
export function currentChoices(): Choices {
  return choicesOf(queries.getQueryData<Preferences>(preferencesQuery.queryKey) ?? preferencesQuery.initialData());
}

/** Keeps a choice, here at once. Raises what the service refuses; then it is for this page only. */
export async function choose<K extends keyof Choices>(what: K, value: Choices[K]): Promise<void> {
  if (currentChoices()[what] === value) return;
  const key = `workspace.${what}`;
  queries.setQueryData(preferencesQuery.queryKey, (all: Preferences | undefined) => ({ ...(all ?? preferencesQuery.initialData()), [key]: value }));
  await api.PUT("/api/v1/me/preferences/{key}", { params: { path: { key } }, body: { value } as never });
}
