/** Filters in words for people. */
import type { Field } from "~/api";
import { optionsOf } from "~/fields/format";
import { needsValue, type Condition, type Conditions, type Operator } from "~/filters/filter";
import { relativeInWords } from "~/filters/relativeWords";
import { m } from "~/paraglide/messages";

export const WORDS: Record<Operator, () => string> = {
  eq: m.op_eq, ne: m.op_ne, gt: m.op_gt, gte: m.op_gte, lt: m.op_lt, lte: m.op_lte, in: m.op_in, contains: m.op_contains,
  icontains: m.op_icontains, startswith: m.op_startswith, empty: m.op_empty, filled: m.op_filled, me: m.filter_op_me, not_me: m.filter_op_not_me,
};

/** `Owner is the current user, Industry is Other or Industry is empty`; `(A and B) or C` where one group is enough. Ids of records stay as they are. */
export function inWords({ any, groups }: Conditions, fields: readonly Field[]): string {
  const texts = groups.map((group) => group.map((one) => conditionInWords(one, fields)));
  if (!any) return texts.map((group) => group.join(` ${m.or()} `)).join(", ");
  return texts.map((group) => (group.length > 1 && texts.length > 1 ? `(${group.join(` ${m.filter_and()} `)})` : group.join(` ${m.filter_and()} `))).join(` ${m.or()} `);
}

function conditionInWords(one: Condition, fields: readonly Field[]): string {
  const field = fields.find((other) => other.name === one.field);
  const value = needsValue(one.operator) ? ` ${valueInWords(one, field)}` : "";
  return `${field?.label ?? one.field} ${operatorInWords(one.operator, field?.type)}${value}`;
}

/** Dates are before or after another one, not less or more. */
export function operatorInWords(operator: Operator, type: Field["type"] | undefined): string {
  if (type !== "date" && type !== "datetime") return WORDS[operator]();
  return (DATE_WORDS[operator] ?? WORDS[operator])();
}

const DATE_WORDS: Partial<Record<Operator, () => string>> = { gt: m.filter_op_after, gte: m.filter_op_from, lt: m.filter_op_before, lte: m.filter_op_until };

function valueInWords({ operator, value }: Condition, field: Field | undefined): string {
  if (field?.type === "boolean") return value === "true" ? m.yes() : m.no();
  if (field?.type === "date" || field?.type === "datetime") return relativeInWords(value) ?? value;
  const options = field ? optionsOf(field) : [];
  const values = operator === "in" ? value.split(",") : [value];
  return values.map((one) => options.find((option) => option.value === one)?.label ?? one).join(", ");
}
