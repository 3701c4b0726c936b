/**
 * A filter as the address has it and the builder edits it: groups of conditions. Either every group must match, by one of its conditions, or one
 * group is enough, with all of its conditions: `(a or b) and c`, `(a and b) or c`.
 */
import type { Field } from "~/api";
import { parseRelative } from "~/filters/relative";

export interface Condition {
  field: string;
  operator: Operator;
  value: string;
}

export interface Conditions {
  /** Whether one group is enough. Within the groups it is the other way round. */
  any: boolean;
  groups: readonly (readonly Condition[])[];
}

export const NO_CONDITIONS: Conditions = { any: false, groups: [] };

export type Operator =
  | "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "contains" | "icontains" | "startswith" | "empty" | "filled" | "me" | "not_me";

export type FilterJson = Record<string, unknown>;

const VALUELESS: ReadonlySet<Operator> = new Set(["empty", "filled", "me", "not_me"]);
const TEXTS = new Set<Field["type"]>(["text", "long_text", "email", "url", "phone", "auto_number"]);
const ORDERED = new Set<Field["type"]>(["integer", "decimal", "currency", "percent", "date", "datetime", "time"]);

/** The operators that the builder offers for a field, the usual one first. A lookup has a `target`. */
export function operatorsOf(type: Field["type"], target?: string): Operator[] {
  if (TEXTS.has(type)) return ["icontains", "eq", "ne", "startswith", "empty", "filled"];
  if (ORDERED.has(type)) return ["eq", "gte", "lte", "gt", "lt", "empty", "filled"];
  if (type === "select") return ["in", "ne", "empty", "filled"];
  if (type === "multi_select") return ["contains", "empty", "filled"];
  if (type === "lookup" && target === "users") return ["me", "not_me", "eq", "ne", "empty", "filled"];
  if (type === "lookup") return ["eq", "ne", "empty", "filled"];
  if (type === "boolean") return ["eq"];
  return ["empty", "filled"];
}

export function needsValue(operator: Operator): boolean {
  return !VALUELESS.has(operator);
}

/** Conditions that must all hold. */
export function allOf(...conditions: Condition[]): Conditions {
  return { any: false, groups: conditions.map((one) => [one]) };
}

export function countOf({ groups }: Conditions): number {
  return groups.flat().length;
}

/** The conditions for which it holds, without empty groups. */
export function only({ any, groups }: Conditions, holds: (one: Condition) => boolean): Conditions {
  return { any, groups: groups.map((group) => group.filter(holds)).filter((group) => group.length > 0) };
}

export function isComplete(one: Condition): boolean {
  return one.value !== "" || !needsValue(one.operator);
}

/** The API's JSON filter; conditions that still lack a value are left out. */
export function toJson(conditions: Conditions): FilterJson {
  const { any, groups } = only(conditions, isComplete);
  const [outer, inner] = any ? ["or", "and"] : ["and", "or"];
  const parts = groups.map((group) => joinedBy(inner!, group.map(jsonOf)));
  return parts.length === 0 ? {} : joinedBy(outer!, parts);
}

function joinedBy(joint: string, parts: FilterJson[]): FilterJson {
  return parts.length === 1 ? parts[0]! : { [joint]: parts };
}

function jsonOf({ field, operator, value }: Condition): FilterJson {
  if (operator === "empty") return { [field]: { null: true } };
  if (operator === "filled") return { [field]: { null: false } };
  if (operator === "me" || operator === "not_me") return { [field]: { [operator === "me" ? "eq" : "ne"]: "$me" } };
  if (operator === "in") return { [field]: { in: value.split(",") } };
  if (value === "true" || value === "false") return { [field]: { [operator]: value === "true" } };
  return { [field]: { [operator]: value } };
}

/** A condition, or several parts that must all hold, or of which one must. */
type Part = Condition | { joint: "and" | "or"; parts: Part[] };

/** The conditions of the API's JSON; null if the builder has no lines for it, such as groups within groups. */
export function fromJson(filter: FilterJson): Conditions | null {
  if (Object.keys(filter).length === 0) return NO_CONDITIONS;
  const part = partOf(filter);
  if (part === null) return null;
  if (!("joint" in part)) return allOf(part);
  const groups = part.parts.map((one) => ("joint" in one ? one.parts : [one]));
  if (!groups.every((group) => group.every((one) => !("joint" in one)))) return null;
  return { any: part.joint === "or", groups: groups as Condition[][] };
}

function partOf(filter: unknown): Part | null {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return null;
  return simplified("and", Object.entries(filter).map(([name, given]) => memberOf(name, given)));
}

function memberOf(name: string, given: unknown): Part | null {
  if (name === "and" || name === "or") return Array.isArray(given) ? simplified(name, given.map(partOf)) : null;
  const found = conditionsOf(name, given);
  return found && simplified("and", found);
}

/** Parts that are joined in the same way as the whole become parts of it; a single one is the whole. */
function simplified(joint: "and" | "or", parts: (Part | null)[]): Part | null {
  const flat = parts.flatMap((one): (Part | null)[] => (one && "joint" in one && one.joint === joint ? one.parts : [one]));
  if (flat.length === 0 || flat.includes(null)) return null;
  return flat.length === 1 ? flat[0]! : { joint, parts: flat as Part[] };
}

/** `{"owner": "$me"}` is short for `{"owner": {"eq": "$me"}}`. */
function conditionsOf(field: string, given: unknown): Condition[] | null {
  if (field === "not" || field.includes(".") || Array.isArray(given) || given === null) return null;
  const operators = typeof given === "object" ? Object.entries(given) : [["eq", given] as const];
  const found = operators.map(([operator, value]) => conditionOf(field, operator, value));
  return found.some((one) => one === null) ? null : (found as Condition[]);
}

function conditionOf(field: string, operator: string, value: unknown): Condition | null {
  if (operator === "null") return typeof value === "boolean" ? { field, operator: value ? "empty" : "filled", value: "" } : null;
  if (value === "$me") return operator === "eq" || operator === "ne" ? { field, operator: operator === "eq" ? "me" : "not_me", value: "" } : null;
  if (operator === "in" && Array.isArray(value)) return value.every((one) => isPlain(one) && !String(one).includes(",")) ? { field, operator, value: value.join(",") } : null;
  if (!isOperator(operator) || VALUELESS.has(operator) || operator === "in" || !isPlain(value)) return null;
  return { field, operator, value: String(value) };
}

/** Whether a line of the builder can hold it: not empty, and no placeholder but a relative date. */
function isPlain(value: unknown): boolean {
  if (typeof value === "string") return value !== "" && (!value.startsWith("$") || parseRelative(value) !== null);
  return typeof value === "number" || typeof value === "boolean";
}

/** In the text of a filter, before everything else: one group is enough. */
const ANY = "any";

/**
 * Conditions as one short text for the address: `industry.in.technology,finance~name.icontains.glo`. One that begins with `!` belongs to the group
 * of the condition before it; `any~` in front says that one group is enough.
 */
export function toText({ any, groups }: Conditions): string {
  const parts = groups.flatMap((group) =>
    group.map((one, at) => [`${at > 0 ? "!" : ""}${one.field}`, one.operator, encodeURIComponent(one.value).replaceAll("~", "%7E")].join(".")),
  );
  return [...(any && parts.length > 1 ? [ANY] : []), ...parts].join("~");
}

/** The conditions of an address. What cannot be read is left out. */
export function fromText(text: string): Conditions {
  const parts = text.split("~");
  const groups: Condition[][] = [];
  for (const part of parts) {
    const one = conditionIn(part.replace(/^!/, ""));
    const last = groups.at(-1);
    if (one && part.startsWith("!") && last) last.push(one);
    else if (one) groups.push([one]);
  }
  return { any: parts[0] === ANY, groups };
}

function conditionIn(part: string): Condition | null {
  const [field, operator, ...rest] = part.split(".");
  if (!field || !operator || !isOperator(operator)) return null;
  try {
    return { field, operator, value: decodeURIComponent(rest.join(".")) };
  } catch {
    return null;
  }
}

const OPERATORS: ReadonlySet<string> = new Set<Operator>([
  "eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "icontains", "startswith", "empty", "filled", "me", "not_me",
]);

export function isOperator(text: string): text is Operator {
  return OPERATORS.has(text);
}

/** Both filters at once. */
export function both(one: FilterJson, other: FilterJson): FilterJson {
  if (Object.keys(one).length === 0) return other;
  if (Object.keys(other).length === 0) return one;
  return { and: [one, other] };
}
