/**
 * A filter as the address has it and the builder edits it: conditions that must all hold. Conditions that are joined by
 * "or" are one group, of which one must hold.
 */
import type { Field } from "~/api";
import { parseRelative } from "~/filters/relative";

export interface Condition {
  field: string;
  operator: Operator;
  value: string;
  /** Whether it is an alternative to the condition before it. */
  or?: true;
}

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

/** The API's JSON filter; conditions that still lack a value are left out. */
export function toJson(conditions: readonly Condition[]): FilterJson {
  const groups = groupsOf(conditions).map((group) => group.filter((one) => one.value !== "" || !needsValue(one.operator)).map(jsonOf));
  const parts = groups.filter((one) => one.length > 0).map((one) => (one.length === 1 ? one[0]! : { or: one }));
  if (parts.length === 0) return {};
  return parts.length === 1 ? parts[0]! : { and: parts };
}

/** The groups of which one condition each must hold. */
export function groupsOf(conditions: readonly Condition[]): Condition[][] {
  const groups: Condition[][] = [];
  for (const one of conditions) {
    const last = groups.at(-1);
    if (one.or && last) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** The conditions without one of them. What was an alternative to it begins a group of its own. */
export function without(conditions: readonly Condition[], at: number): Condition[] {
  const next = conditions.filter((_, index) => index !== at);
  const following = next[at];
  if (!conditions[at]?.or && following?.or) next[at] = joined(following, false);
  return next;
}

/** The condition as an alternative to the one before it, or as one that must hold, too. */
export function joined({ or: _, ...rest }: Condition, isAlternative: boolean): Condition {
  return isAlternative ? { ...rest, or: true } : rest;
}

function jsonOf({ field, operator, value }: Condition): FilterJson {
  if (operator === "empty") return { [field]: { null: true } };
  if (operator === "filled") return { [field]: { null: false } };
  if (operator === "me" || operator === "not_me") return { [field]: { [operator === "me" ? "eq" : "ne"]: "$me" } };
  if (operator === "in") return { [field]: { in: value.split(",") } };
  if (value === "true" || value === "false") return { [field]: { [operator]: value === "true" } };
  return { [field]: { [operator]: value } };
}

/** The conditions of the API's JSON; null if the builder has no lines for it, such as alternatives. */
export function fromJson(filter: FilterJson): Condition[] | null {
  const { and, ...rest } = filter;
  if (and !== undefined && !Array.isArray(and)) return null;
  const parts = ((and as FilterJson[] | undefined) ?? []).map(fromJson);
  const found = [...Object.entries(rest).map(([field, given]) => conditionsOf(field, given)), ...parts];
  return found.some((one) => one === null) ? null : (found as Condition[][]).flat();
}

/** `{"owner": "$me"}` is short for `{"owner": {"eq": "$me"}}`. */
function conditionsOf(field: string, given: unknown): Condition[] | null {
  if (field === "or" || field === "not" || field.includes(".") || Array.isArray(given) || given === null) return null;
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

/** Conditions as one short text for the address: `industry.in.technology,finance~name.icontains.glo`; an alternative begins with `!`. */
export function toText(conditions: readonly Condition[]): string {
  return conditions
    .map((one) => [`${one.or ? "!" : ""}${one.field}`, one.operator, encodeURIComponent(one.value).replaceAll("~", "%7E")].join("."))
    .join("~");
}

/** The conditions of an address. What cannot be read is left out. */
export function fromText(text: string): Condition[] {
  if (text === "") return [];
  return text.split("~").flatMap((part): Condition[] => {
    const [first = "", operator, ...rest] = part.split(".");
    const field = first.replace(/^!/, "");
    if (!field || !operator || !isOperator(operator)) return [];
    try {
      return [joined({ field, operator, value: decodeURIComponent(rest.join(".")) }, first.startsWith("!"))];
    } catch {
      return [];
    }
  });
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
