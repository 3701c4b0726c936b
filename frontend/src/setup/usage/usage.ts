/** What the tenant uses, beside what its plan allows. */
import type { Schemas } from "@freehold/client";

import { api } from "~/api";

export type Usage = Schemas["UsageResponse"];
export type Content = "rows" | "storageBytes" | "users" | "objects";

/** One line of the page. `used` is null before the first measurement, `most` without a limit; `share`, from 0 to 100, without either. */
export interface Line {
  content: Content;
  used: number | null;
  most: number | null;
  share: number | null;
}

export const usageQuery = {
  queryKey: ["setup", "usage"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/usage", { signal })).data!,
};

const CONTENTS: readonly Content[] = ["rows", "storageBytes", "users", "objects"];

/** What there is beside what is allowed, in the order of the page. */
export function linesOf({ limits, current }: Usage): Line[] {
  return CONTENTS.map((content) => {
    const used = current?.[content] ?? null;
    const most = limits?.[content] ?? null;
    return { content, used, most, share: used === null || most === null ? null : shareOf(used, most) };
  }).filter(({ used, most }) => used !== null || most !== null);
}

/** A plan may be below what there is, and may allow nothing. */
function shareOf(used: number, most: number): number {
  return most === 0 ? 100 : Math.min(100, Math.round((100 * used) / most));
}

/** Whether nothing can be added, little, or enough. */
export function stateOf({ used, most, share }: Line): "full" | "nearly" | "fine" {
  if (used === null || most === null || share === null) return "fine";
  if (used >= most) return "full";
  return share >= 80 ? "nearly" : "fine";
}
