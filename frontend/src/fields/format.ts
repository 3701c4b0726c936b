/** Values as people read them, by the type of their field. */
import type { Field } from "~/api";
import { dateFormat, numberFormat } from "~/fields/formatters";
import { labelOf } from "~/fields/labels";

export interface Style {
  locale: string;
  timeZone: string;
  /** As an example, such as `1.234,5`; "" for that of the language. */
  numberFormat?: string;
  /** Such as `dd.mm.yyyy`; "" for that of the language. */
  dateFormat?: string;
  /** The code of the tenant's currency; "" where amounts have none. */
  currency?: string;
}

interface Settings {
  user: { language: string; timeZone: string; numberFormat: string; dateFormat: string };
  tenant: { language: string; timeZone: string; currency: string };
}

/** The style for a page in a language: a user's region of that language counts (de-CH on a page in German). */
export function styleOf(page: string, browserZone: string, settings: Settings | undefined): Style {
  if (!settings) return { locale: page, timeZone: browserZone };
  const { user, tenant } = settings;
  const language = user.language || tenant.language;
  return {
    locale: language.split("-")[0] === page ? language : page,
    timeZone: user.timeZone || tenant.timeZone || browserZone,
    numberFormat: user.numberFormat,
    dateFormat: user.dateFormat,
    currency: tenant.currency,
  };
}

/** The part of a field's definition that decides how a value is shown. */
export type Shown = Pick<Field, "name" | "type"> & Partial<Pick<Field, "options" | "scale">>;

export interface Option {
  value: string;
  label: string;
  /** One of Mantine's colour names. */
  color?: string;
  /** Records may still have it; it cannot be chosen newly. */
  archived?: boolean;
}

/** All options, with the labels of the page's language. */
export function optionsOf(field: Partial<Pick<Field, "options">>): Option[] {
  return (field.options ?? []).map((one) => ({
    value: one.value, label: labelOf(one) || one.value, ...(one.color ? { color: one.color } : {}), ...(one.archived ? { archived: true } : {}),
  }));
}

/** The options that are offered: archived ones only where the record has them. */
export function choicesOf(field: Partial<Pick<Field, "options">>, current: unknown): Option[] {
  const chosen = Array.isArray(current) ? current : [current];
  return optionsOf(field).filter((one) => !one.archived || chosen.includes(one.value));
}

/** The text of a value; "" for no value. Texts are never interpreted as markup. */
export function textOf(value: unknown, field: Shown, style: Style): string {
  if (value === null || value === undefined || value === "") return "";
  switch (field.type) {
    case "boolean":
      return value ? "✓" : "–";
    case "integer":
    case "decimal":
      return decimal(String(value), style);
    case "currency":
      return amount(String(value), style);
    case "percent":
      return `${decimal(String(value), style)} %`;
    case "date":
      return day(String(value), style);
    case "datetime":
      return moment(String(value), style);
    case "select":
      return optionLabel(String(value), field);
    case "multi_select":
      return (value as string[]).map((one) => optionLabel(one, field)).join(", ");
    case "json":
      return JSON.stringify(value);
    case "lookup":
      return nameOf(value);
    default:
      return String(value);
  }
}

/** A decimal text with the user's separators, exact to its last digit: never through a binary number. */
export function decimal(text: string, style: Style): string {
  return written(text, style, {});
}

/** An amount in the tenant's currency. Decimals that the currency does not have are shown unless they are zeros. */
function amount(text: string, style: Style): string {
  if (!style.currency) return decimal(text, style);
  const usual = numberFormat("en", { style: "currency", currency: style.currency }).resolvedOptions().maximumFractionDigits ?? 0;
  const trimmed = text.replace(/\.0+$/, "");
  const shown = digitsOf(trimmed) === 0 ? trimmed : text;
  return written(shown, style, { style: "currency", currency: style.currency }, usual);
}

function digitsOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

function written(text: string, style: Style, options: Intl.NumberFormatOptions, least = 0): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const digits = Math.max(digitsOf(text), least);
  const format = numberFormat(style.locale, { ...options, minimumFractionDigits: digits, maximumFractionDigits: digits });
  // A text is formatted exactly, as a number would not be.
  const parts = format.formatToParts(text as unknown as number);
  const [, group, point] = /^1(.)234(.)5$/.exec(style.numberFormat ?? "") ?? [];
  return parts.map((part) => (part.type === "group" ? (group ?? part.value) : part.type === "decimal" ? (point ?? part.value) : part.value)).join("");
}

/** A calendar day, which has no time zone: it is never shifted. */
export function day(text: string, style: Style): string {
  const [year, month, date] = text.split("-").map(Number);
  if (!year || !month || !date) return text;
  const at = new Date(Date.UTC(year, month - 1, date));
  at.setUTCFullYear(year);
  return dayOf(at, style, "UTC");
}

/** A moment in the user's time zone. */
export function moment(text: string, style: Style): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const { locale, timeZone } = style;
  if (!style.dateFormat) return dateFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone }).format(at);
  return `${dayOf(at, style, timeZone)}, ${dateFormat(locale, { timeStyle: "short", timeZone }).format(at)}`;
}

function dayOf(at: Date, { locale, dateFormat: order }: Style, timeZone: string): string {
  if (!order) return dateFormat(locale, { dateStyle: "medium", timeZone }).format(at);
  const parts = dateFormat("en", { year: "numeric", month: "2-digit", day: "2-digit", timeZone }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return order.replace("yyyy", part("year").padStart(4, "0")).replace("mm", part("month")).replace("dd", part("day"));
}

function optionLabel(value: string, field: Shown): string {
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
