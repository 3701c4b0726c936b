/** What a bulk action is about, and what became of it: nothing here sends or shows anything. */
import type { Can, Field, ObjectSummary } from "~/api";
import type { FilterJson } from "~/filters/filter";

/** What a list asks for, without its order and columns. */
export interface Asked {
  filter: FilterJson;
  search?: string;
}

/** The selected records: by their ids, or all that match. */
export type Selection = { kind: "some"; ids: readonly string[] } | { kind: "all"; asked: Asked };

export type Op = "update" | "delete" | "restore" | "destroy";

export interface Outcome {
  /** The ids of the records to which it was done; those of a filter are not told. */
  done: string[];
  ok: number;
  /** How many were refused, by the reason. */
  refused: Map<string, number>;
  skipped: number;
  unfinished: number;
  /** When all that match were moved to the trash, by which they are found there. */
  deletedAt?: string;
}

export const AT_ONCE = 500;

export function nothingDone(): Outcome {
  return { done: [], ok: 0, refused: new Map(), skipped: 0, unfinished: 0 };
}

/** Ids in portions of one request each. */
export function portions(ids: readonly string[], size = AT_ONCE): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));
}

/** The ids with which the caller may do it; what is not known is left to the service. */
export function allowed(ids: readonly string[], op: Op, can: ReadonlyMap<string, Can>): string[] {
  return ids.filter((id) => can.get(id)?.[op] !== false);
}

/** The part of a response of the service that is read here. */
export interface BulkResponse {
  ok: number;
  failed: number;
  results: { id?: string | null; status: number; errors?: { message: string }[] }[];
  skipped?: number;
  unfinished?: number;
  deletedAt?: string;
  resultsLeftOut?: number;
}

/** The outcome with one more response, of the records that were named, or of all that match. */
export function added(before: Outcome, response: BulkResponse, ids: readonly string[] = []): Outcome {
  const refused = new Map(before.refused);
  const count = (reason: string, by = 1) => refused.set(reason, (refused.get(reason) ?? 0) + by);
  const done = [...before.done];
  response.results.forEach((one, at) => {
    if (one.status < 300) done.push(ids[at] ?? one.id ?? "");
    else count(one.errors?.[0]?.message ?? "");
  });
  if (response.resultsLeftOut) count("", response.resultsLeftOut);
  return {
    done: done.filter((id) => id !== ""),
    ok: before.ok + response.ok,
    refused,
    skipped: before.skipped + (response.skipped ?? 0),
    unfinished: before.unfinished + (response.unfinished ?? 0),
    ...(response.deletedAt ? { deletedAt: response.deletedAt } : {}),
  };
}

/**
 * What a deletion is undone by: the records that it was done to, or those in the trash that have its moment. Null if there are none.
 *
 * @param readable The fields that the user may filter by.
 */
export function deleted({ done, deletedAt }: Outcome, readable: ReadonlySet<string>): Selection | null {
  if (deletedAt === undefined) return done.length > 0 ? { kind: "some", ids: done } : null;
  const mine = readable.has("updated_by") ? [{ updated_by: { eq: "$me" } }] : [];
  return { kind: "all", asked: { filter: { and: [{ deleted_at: { eq: deletedAt } }, ...mine] } } };
}

export function refusals({ refused }: Outcome): number {
  return [...refused.values()].reduce((sum, one) => sum + one, 0);
}

/** The fields that the caller may set for several records at once. */
export function settable(fields: readonly Field[], summary: ObjectSummary | undefined): Field[] {
  if (!summary?.can.update) return [];
  const locked = new Set(summary.fields.filter((one) => one.readOnly).map((one) => one.name));
  return fields.filter((one) => !one.readOnly && !one.unique && one.type !== "auto_number" && one.type !== "id" && !locked.has(one.name) && (!one.system || one.name === "owner"));
}
