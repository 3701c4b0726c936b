/** Sums of a list: by what records are grouped, what is measured, and how groups are read. */
import type { Field } from "~/api";
import { day, textOf, type Style } from "~/fields/format";
import { dateFormat, numberFormat } from "~/fields/formatters";
import type { Condition, FilterJson } from "~/filters/filter";

export const PARTS = ["year", "quarter", "month", "day"] as const;
export const FUNCTIONS = ["sum", "avg", "min", "max"] as const;
export type Part = (typeof PARTS)[number];
export type Measured = (typeof FUNCTIONS)[number];

/** What records are grouped by: a field, or a part of its dates. */
export interface Group {
  field: Field;
  part?: Part;
}

/** What is measured of a group; without a field its records are counted. */
export interface Measure {
  field?: Field;
  measured?: Measured;
}

export type Row = Record<string, unknown>;

const UNGROUPED = new Set<Field["type"]>(["json", "long_text", "multi_select"]);
const NUMBERS = new Set<Field["type"]>(["integer", "decimal", "currency", "percent"]);
const TIMES = new Set<Field["type"]>(["date", "datetime"]);
const MOST_ROWS = 100;

/** All groups that fields allow: those of times by their parts. */
export function groupsOf(fields: readonly Field[]): Group[] {
  const groupable = fields.filter((one) => !UNGROUPED.has(one.type) && one.name !== "id" && one.name !== "version");
  return groupable.flatMap((field): Group[] => (TIMES.has(field.type) ? PARTS.map((part) => ({ field, part })) : [{ field }]));
}

/** All measures that fields allow, the number of records first. */
export function measuresOf(fields: readonly Field[]): Measure[] {
  const numbers = fields.filter((one) => NUMBERS.has(one.type) && one.name !== "version");
  return [{}, ...numbers.flatMap((field) => FUNCTIONS.map((measured) => ({ field, measured })))];
}

/** The name of a group or measure in the API, and in the rows of a response. */
export function keyOf(one: Group | Measure): string {
  if ("measured" in one && one.measured) return `${one.measured}(${one.field!.name})`;
  if (!one.field) return "count";
  return "part" in one && one.part ? `${one.part}(${one.field.name})` : one.field.name;
}

/** The field whose text names the record that a lookup refers to; undefined for other fields, and without one. */
function namePath({ field }: Group, nameFields: ReadonlyMap<string, string | null>): string | undefined {
  const name = field.type === "lookup" ? nameFields.get(field.target ?? "users") : undefined;
  return name ? `${field.name}.${name}` : undefined;
}

export interface Summary {
  groupBy?: string[];
  select: string[];
  sort?: string[];
  limit?: number;
  filter: FilterJson;
  search?: string;
}

/** The query of a summary: parts of time in their order, other groups by what is measured, the most first. */
export function queryOf(group: Group | null, measure: Measure, asked: Pick<Summary, "filter" | "search">, nameFields: ReadonlyMap<string, string | null>): Summary {
  const select = [...new Set(["count", keyOf(measure)])];
  if (group === null) return { ...asked, select };
  const name = namePath(group, nameFields);
  const sort = group.part ? [keyOf(group)] : [`-${keyOf(measure)}`];
  return { ...asked, groupBy: [keyOf(group), ...(name ? [name] : [])], select, sort, limit: MOST_ROWS };
}

/** What a group is called; null if its records have no value. */
export function labelOfGroup(group: Group, row: Row, nameFields: ReadonlyMap<string, string | null>, style: Style): string | null {
  const value = row[keyOf(group)];
  if (value === null || value === undefined || value === "") return null;
  if (group.part === "day") return day(String(value), style);
  if (group.part === "month") return monthOf(String(value), style);
  if (group.part) return String(value);
  const name = namePath(group, nameFields);
  return (name && textOf(row[name], { ...group.field, type: "text" }, style)) || textOf(value, group.field, style);
}

function monthOf(text: string, { locale }: Style): string {
  const [year, month] = text.split("-").map(Number);
  if (!year || !month) return text;
  return dateFormat(locale, { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, 15)));
}

const CENTS = 2;

/** What was measured, as its field is written. An average is rounded. */
export function measuredText(measure: Measure, row: Row, style: Style): string {
  const value = row[keyOf(measure)];
  if (!measure.field) return numberFormat(style.locale, {}).format(Number(value ?? 0));
  if (value === null || value === undefined) return "–";
  const text = measure.measured === "avg" ? Number(value).toFixed(CENTS) : String(value);
  return textOf(text, measure.field, style);
}

/** The condition that the records of a group meet; null for parts of time. */
export function conditionOf(group: Group, row: Row): Condition | null {
  if (group.part) return null;
  const value = row[keyOf(group)];
  const { name, type } = group.field;
  if (value === null || value === undefined || value === "") return type === "boolean" ? null : { field: name, operator: "empty", value: "" };
  return { field: name, operator: type === "select" ? "in" : "eq", value: String(value) };
}
