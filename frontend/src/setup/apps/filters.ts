/** Stored filters and the conditions that the builder edits. */
import { isOperator, type Condition, type FilterJson, type Operator } from "~/filters/filter";

/** The conditions of a stored filter; null when it says more than the builder can show. */
export function conditionsOf(filter: FilterJson): Condition[] | null {
  const found: Condition[] = [];
  for (const [name, value] of Object.entries(filter)) {
    const more = name === "and" ? joined(value) : name === "or" || name === "not" ? null : ofField(name, value);
    if (more === null) return null;
    found.push(...more);
  }
  return found;
}

function joined(members: unknown): Condition[] | null {
  if (!Array.isArray(members)) return null;
  const found = members.map((one) => (isObject(one) ? conditionsOf(one) : null));
  return found.includes(null) ? null : found.flatMap((one) => one!);
}

function ofField(field: string, value: unknown): Condition[] | null {
  if (!isObject(value)) {
    const text = textOf(value);
    return text === null ? null : [{ field, operator: "eq", value: text }];
  }
  const found = Object.entries(value).map(([operator, given]): Condition | null => {
    if (operator === "null") return { field, operator: given === true ? "empty" : "filled", value: "" };
    if (!isOperator(operator)) return null;
    if (operator === "in") return listOf(field, given);
    const text = textOf(given);
    return text === null ? null : { field, operator: operator as Operator, value: text };
  });
  return found.includes(null) ? null : (found as Condition[]);
}

/** A list of values, if none of them has a comma: the builder separates them by commas. */
function listOf(field: string, given: unknown): Condition | null {
  if (!Array.isArray(given) || !given.every((one) => typeof one === "string" && !one.includes(","))) return null;
  return { field, operator: "in", value: given.join(",") };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
