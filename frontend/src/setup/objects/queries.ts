import type { Schemas } from "@freehold/client";

import { api } from "~/api";

export type ObjectDefinition = Schemas["ObjectList"]["data"][number];

export const objectsQuery = {
  queryKey: ["setup", "objects"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/objects", { signal })).data!.data,
};
