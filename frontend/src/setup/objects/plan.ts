/** What a planned change does, in terms that people know: from statements of a dry run to acts and their pace. */
import type { Schemas } from "@freehold/client";

export type Plan = Schemas["PlanResponse"];
export type PlannedDdl = Plan["plan"][number];

export const ACTS = [
  "create-table", "drop-table", "add-column", "drop-column", "convert-column", "add-unique", "add-index", "drop-index", "reference",
  "drop-reference", "search", "drop-search", "fill", "other",
] as const;
export type Act = (typeof ACTS)[number];

/**
 * How much a statement disturbs, from the least to the most:
 * at once; rows are read or written while everybody goes on; records can be read, but changes of them wait.
 */
export const PACES = ["instant", "online", "waits"] as const;
export type Pace = (typeof PACES)[number];

export interface Step {
  act: Act;
  pace: Pace;
  /** How many records are read or written. */
  rows: number;
}

export interface Summary {
  /** Each act once, in the order of the plan. */
  steps: Step[];
  /** The slowest pace, and the most records. */
  pace: Pace;
  rows: number;
}

/** The first that matches counts: tables of words are tables, and a column that is replaced is added and dropped. */
const PATTERNS: readonly (readonly [RegExp, Act])[] = [
  [/^CREATE (TABLE|VIRTUAL TABLE)( IF NOT EXISTS)? \S*_search/i, "search"],
  [/^CREATE TRIGGER|^INSERT INTO \S*_search/i, "search"],
  [/^DROP TABLE( IF EXISTS)? \S*_search|^DROP TRIGGER|DROP INDEX \S+, FORCE$/i, "drop-search"],
  [/^CREATE TABLE/i, "create-table"],
  [/^DROP TABLE/i, "drop-table"],
  [/^ALTER TABLE \S+ ADD COLUMN .new/i, "convert-column"],
  [/^ALTER TABLE \S+ RENAME COLUMN/i, "convert-column"],
  [/^ALTER TABLE \S+ MODIFY COLUMN/i, "convert-column"],
  [/^ALTER TABLE \S+ ADD COLUMN/i, "add-column"],
  [/^ALTER TABLE \S+ DROP COLUMN/i, "drop-column"],
  [/^CREATE UNIQUE INDEX|^ALTER TABLE \S+ (DROP INDEX \S+, )?ADD UNIQUE INDEX/i, "add-unique"],
  [/^CREATE INDEX|^ALTER TABLE \S+ (DROP INDEX \S+, )?ADD INDEX/i, "add-index"],
  [/^DROP INDEX|^ALTER TABLE \S+ DROP INDEX/i, "drop-index"],
  [/^ALTER TABLE \S+ ADD CONSTRAINT/i, "reference"],
  [/^ALTER TABLE \S+ DROP FOREIGN KEY/i, "drop-reference"],
  [/^(UPDATE|INSERT|ALTER TABLE \S+ COMMENT)/i, "fill"],
];

export function actOf(ddl: string): Act {
  return PATTERNS.find(([pattern]) => pattern.test(ddl.trim()))?.[1] ?? "other";
}

export function paceOf(statement: PlannedDdl): Pace {
  if (statement.rows === 0) return "instant";
  const algorithm = statement.algorithm.toUpperCase();
  if (algorithm === "METADATA" || algorithm === "INSTANT") return "instant";
  if (algorithm === "COPY" || algorithm === "REBUILD" || /LOCK=SHARED/i.test(statement.ddl)) return "waits";
  return "online";
}

/** Whether nothing but texts of the definition changes, so that there is nothing to consider. */
export function isTrivial(plan: Plan): boolean {
  return plan.plan.length === 0 && Object.values(plan.affects).every((one) => one.length === 0);
}

export function summaryOf(plan: Plan): Summary {
  const converts = plan.plan.some((one) => actOf(one.ddl) === "convert-column");
  const steps = new Map<Act, Step>();
  for (const statement of plan.plan) {
    const found = actOf(statement.ddl);
    // SQLite converts a column by adding a new one and dropping the old one.
    const act = converts && (found === "drop-column" || found === "fill") ? "convert-column" : found;
    const step: Step = { act, pace: paceOf(statement), rows: statement.rows };
    const before = steps.get(act);
    steps.set(act, before ? { act, pace: slower(before.pace, step.pace), rows: Math.max(before.rows, step.rows) } : step);
  }
  const all = [...steps.values()];
  return { steps: all, pace: all.map((one) => one.pace).reduce(slower, "instant"), rows: Math.max(0, ...all.map((one) => one.rows)) };
}

function slower(one: Pace, other: Pace): Pace {
  return PACES.indexOf(one) > PACES.indexOf(other) ? one : other;
}

/** What refers to the names that change, by what it is. */
export interface Affected {
  pages: { app: string; name: string; label: string }[];
  views: { id: string; name: string; owner: string }[];
  roles: { name: string; in: string[] }[];
  lookups: { object: string; field: string }[];
}

export function affectedOf(plan: Plan): Affected {
  const of = <T>(kind: string) => (plan.affects[kind] ?? []) as unknown as T[];
  return { pages: of("pages"), views: of("views"), roles: of("roles"), lookups: of("lookups") };
}
