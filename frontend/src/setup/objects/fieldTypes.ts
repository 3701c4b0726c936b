/** The built-in types of fields, and what each can do: nothing is offered that the service would refuse. */
import { m } from "~/paraglide/messages";

type TypeName = keyof typeof WORDS;
type Text = () => string;

/** What a type is called, what it is for, and an example of a value. */
const WORDS = {
  text: [m.field_type_text, m.field_type_text_help, () => "Berlin"],
  long_text: [m.field_type_long_text, m.field_type_long_text_help, m.field_type_long_text_example],
  email: [m.field_type_email, m.field_type_email_help, () => "ann@example.com"],
  url: [m.field_type_url, m.field_type_url_help, () => "https://example.com/"],
  phone: [m.field_type_phone, m.field_type_phone_help, () => "+49 30 123456"],
  integer: [m.field_type_integer, m.field_type_integer_help, () => "42"],
  decimal: [m.field_type_decimal, m.field_type_decimal_help, () => "12.50"],
  currency: [m.field_type_currency, m.field_type_currency_help, () => "1,299.00"],
  percent: [m.field_type_percent, m.field_type_percent_help, () => "12.5 %"],
  auto_number: [m.field_type_auto_number, m.field_type_auto_number_help, () => "INV-0042"],
  select: [m.field_type_select, m.field_type_select_help, m.field_type_select_example],
  multi_select: [m.field_type_multi_select, m.field_type_multi_select_help, m.field_type_multi_select_example],
  boolean: [m.field_type_boolean, m.field_type_boolean_help, m.yes],
  date: [m.field_type_date, m.field_type_date_help, () => "2026-02-28"],
  datetime: [m.field_type_datetime, m.field_type_datetime_help, () => "2026-02-28 12:30"],
  time: [m.field_type_time, m.field_type_time_help, () => "09:30"],
  lookup: [m.field_type_lookup, m.field_type_lookup_help, m.field_type_lookup_example],
  json: [m.field_type_json, m.field_type_json_help, () => '{"size": 2}'],
} satisfies Record<string, readonly [Text, Text, Text]>;

export const TYPE_GROUPS: readonly { label: Text; types: readonly TypeName[] }[] = [
  { label: m.field_group_texts, types: ["text", "long_text", "email", "url", "phone"] },
  { label: m.field_group_numbers, types: ["integer", "decimal", "currency", "percent", "auto_number"] },
  { label: m.field_group_choices, types: ["select", "multi_select", "boolean"] },
  { label: m.field_group_dates, types: ["date", "datetime", "time"] },
  { label: m.field_group_others, types: ["lookup", "json"] },
];

export function isBuiltIn(type: string): type is TypeName {
  return Object.hasOwn(WORDS, type);
}

/** The name of a type for people; a type that an extension adds has none here, and is called what it is. */
export function typeLabel(type: string): string {
  return isBuiltIn(type) ? WORDS[type][0]() : type;
}

export function typeHelp(type: TypeName): { help: string; example: string } {
  return { help: WORDS[type][1](), example: WORDS[type][2]() };
}

const CONVERSIONS: Record<string, readonly string[]> = {
  text: ["long_text", "select"], long_text: ["text"], email: ["text", "long_text"], url: ["text", "long_text"], phone: ["text", "long_text"],
  select: ["text", "long_text"], integer: ["decimal", "currency"], decimal: ["currency"], currency: ["decimal"], percent: ["decimal"],
  date: ["datetime"],
};

/** The types that a field of a type can be changed to. */
export function conversionsOf(type: string): readonly string[] {
  return CONVERSIONS[type] ?? [];
}

/** The settings that a type has. */
export const SETTINGS: Record<string, readonly string[]> = {
  text: ["maxLength"], long_text: ["maxLength"], decimal: ["precision", "scale"], select: ["options"], multi_select: ["options"],
  lookup: ["target", "onDelete"], auto_number: ["format", "start"],
};

const LONGEST_INDEXED = 768;
export const MOST_LENGTH: Record<string, number> = { text: 2_000, long_text: 16_000 };
const UNINDEXED = ["long_text", "json", "multi_select", "url"];
const SEARCHED = ["text", "long_text", "email", "url", "phone", "select"];

interface Typed {
  type: string;
  maxLength?: number | string | undefined;
}

/** Whether the values can be in an index: those of texts of a moderate length, and of most other types. */
export function isIndexable({ type, maxLength }: Typed): boolean {
  return isBuiltIn(type) && !UNINDEXED.includes(type) && !(type === "text" && Number(maxLength ?? 255) > LONGEST_INDEXED);
}

/** Whether the field can have an index that it does not have anyway. */
export function canHaveIndex(field: Typed): boolean {
  return isIndexable(field) && field.type !== "lookup" && field.type !== "auto_number";
}

export function canBeUnique(field: Typed): boolean {
  return canHaveIndex(field) && field.type !== "boolean";
}

export function canBeSearched({ type }: Typed): boolean {
  return SEARCHED.includes(type);
}

export function canBeRequired({ type }: Typed): boolean {
  return type !== "auto_number";
}

export function canHaveDefault(field: Typed & { unique: boolean }): boolean {
  return field.type !== "auto_number" && !(field.unique && canBeUnique(field));
}
