/** What to do when somebody else has saved the same record meanwhile. */
import type { Entry } from "~/api";

export type Changes = Record<string, unknown>;

export interface Difference {
  field: string;
  before: unknown;
  mine: unknown;
  theirs: unknown;
}

/**
 * Compares my changes with the record as it is now.
 *
 * `clashes` are fields that both changed, to different values; everything else of mine can be saved on top of theirs.
 */
export function compare(before: Entry, mine: Changes, theirs: Entry): { clashes: Difference[]; safe: Changes } {
  const clashes: Difference[] = [];
  const safe: Changes = {};
  for (const [field, value] of Object.entries(mine)) {
    const was = plain(before[field]);
    const now = plain(theirs[field]);
    if (same(now, plain(value))) continue;
    if (same(now, was)) safe[field] = value;
    else clashes.push({ field, before: was, mine: value, theirs: now });
  }
  return { clashes, safe };
}

/** The values that differ from those of the record. */
export function changed(record: Entry, values: Changes): Changes {
  return Object.fromEntries(
    Object.entries(values).filter(([field, value]) => !same(plain(record[field]), plain(value))),
  );
}

/** Whether two values of a field are the same one; an expanded lookup is its id, and an empty text is no value. */
export function isSame(one: unknown, other: unknown): boolean {
  return same(plain(one), plain(other));
}

/** An expanded lookup as its id; no value as null. */
function plain(value: unknown): unknown {
  if (value === undefined || value === "") return null;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && "id" in value) return value.id;
  return value;
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
