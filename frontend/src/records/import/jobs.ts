/** Imports that run on the service: the page may be left meanwhile. */
import type { Schemas } from "@freehold/client";

import { api, queries } from "~/api";
import type { ImportJob } from "~/records/import/upload";

export type { ImportJob };

const POLLED_EVERY = 1_000;

export function isEnded(job: Pick<ImportJob, "state">): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

/** The share of the file that was read, from 0 to 1; undefined while nobody knows. */
export function shareOf({ done, of }: Pick<Schemas["JobProgress"], "done" | "of">): number | undefined {
  return of === null || of <= 0 ? undefined : Math.min(1, done / of);
}

/** Bytes as people read them, in the language of the page. */
export function bytes(count: number, locale: string): string {
  const steps = [["byte", 1], ["kilobyte", 1024], ["megabyte", 1024 ** 2], ["gigabyte", 1024 ** 3]] as const;
  const [unit, size] = steps.findLast(([, least]) => count >= least) ?? steps[0];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: unit === "byte" ? 0 : 1 }).format(count / size);
}

/** One import, read again until it has ended. */
export function jobQuery(id: string) {
  return {
    queryKey: ["import", id],
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/jobs/{jobId}", { params: { path: { jobId: id } }, signal })).data!,
    refetchInterval: ({ state }: { state: { data?: ImportJob | undefined } }) => (state.data && isEnded(state.data) ? false : POLLED_EVERY),
  } as const;
}

/** The caller's imports, the newest first. */
export const jobsQuery = {
  queryKey: ["imports"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/jobs", { signal })).data!.data,
} as const;

export async function cancelJob(id: string): Promise<void> {
  await api.POST("/api/v1/jobs/{jobId}/cancel", { params: { path: { jobId: id } } });
  await queries.invalidateQueries({ queryKey: ["import", id] });
}
