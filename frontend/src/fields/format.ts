/** Values as people read them, by the type of their field. */
import type { Field } from "~/api";

export interface Style {
  locale: string;
  timeZone: string;
}

/** The part of a field's definition that decides how a value is shown. */
export type Shown = Pick<Field, "name" | "type"> & Partial<Pick<Field, "options" | "scale">>;

export interface Option {
  value: string;
  label: string;
}

export function optionsOf(field: Partial<Pick<Field, "options">>): Option[] {
  return (field.options ?? []).map((one) =>
    typeof one === "string" ? { value: one, label: one } : { value: one.value, label: one.label ?? one.value },
  );
}

/** The text of a value; "" for no value. Texts are never interpreted as markup. */
export function textOf(value: unknown, field: Shown, style: Style): string {
  if (value === null || value === undefined || value === "") return "";
  switch (field.type) {
    case "boolean":
      return value ? "✓" : "–";
    case "integer":
      return new Intl.NumberFormat(style.locale).format(value as number);
    case "decimal":
    case "currency":
      return decimal(String(value), style.locale);
    case "percent":
      return `${decimal(String(value), style.locale)} %`;
    case "date":
      return day(String(value), style.locale);
    case "datetime":
      return moment(String(value), style);
    case "select":
      return labelOf(String(value), field);
    case "multi_select":
      return (value as string[]).map((one) => labelOf(one, field)).join(", ");
    case "json":
      return JSON.stringify(value);
    case "lookup":
      return nameOf(value);
    default:
      return String(value);
  }
}

/** A decimal text with the locale's separators, exact to its last digit: never through a binary number. */
export function decimal(text: string, locale: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "0", fraction] = match;
  const grouped = new Intl.NumberFormat(locale).format(BigInt(whole));
  const point = new Intl.NumberFormat(locale).formatToParts(1.1).find((part) => part.type === "decimal")?.value ?? ".";
  return sign + grouped + (fraction === undefined ? "" : point + fraction);
}

/** A calendar day, which has no time zone: it is never shifted. */
export function day(text: string, locale: string): string {
  const [year, month, date] = text.split("-").map(Number);
  if (!year || !month || !date) return text;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(Date.UTC(year, month - 1, date)));
}

export function moment(text: string, style: Style): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return new Intl.DateTimeFormat(style.locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: style.timeZone,
  }).format(at);
}

function labelOf(value: string, field: Shown): string {
  return optionsOf(field).find((one) => one.value === value)?.label ?? value;
}

/** The name of a record that a lookup refers to, expanded; its id otherwise. */
export function nameOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, 8);
  if (typeof value !== "object" || value === null) return "";
  const record = value as Record<string, unknown>;
  for (const name of ["name", "last_name", "title", "number", "label", "email", "id"]) {
    if (typeof record[name] === "string" && record[name] !== "") return record[name];
  }
  return "";
}

export function idOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "id" in value) return String(value.id);
  return null;
}

/** The address of a link, if it may be followed: http, https, mailto and tel only. */
export function linkOf(value: unknown, type: string): string | null {
  if (typeof value !== "string" || value === "") return null;
  if (type === "email") return `mailto:${value}`;
  if (type === "phone") return `tel:${value.replaceAll(/[^+\d]/g, "")}`;
  try {
    const url = new URL(value);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
