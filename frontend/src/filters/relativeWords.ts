/** Relative dates in words for people. */
import { parseRelative, type Unit } from "~/filters/relative";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";

const NAMES: Record<string, () => string> = {
  today: m.relative_today,
  yesterday: m.relative_yesterday,
  tomorrow: m.relative_tomorrow,
  now: m.relative_now,
  startOfWeek: m.relative_start_week,
  startOfMonth: m.relative_start_month,
  startOfQuarter: m.relative_start_quarter,
  startOfYear: m.relative_start_year,
  endOfWeek: m.relative_end_week,
  endOfMonth: m.relative_end_month,
  endOfQuarter: m.relative_end_quarter,
  endOfYear: m.relative_end_year,
};
const UNITS: Record<Unit, Intl.RelativeTimeFormatUnit> = { d: "day", w: "week", m: "month", q: "quarter", y: "year" };

/** `7 days ago`, `start of last month`; null for a text that is no relative date. */
export function relativeInWords(text: string, locale: string = getLocale()): string | null {
  if (text === "$startOfMonth-1m") return m.relative_start_last_month();
  if (text === "$endOfMonth-1m") return m.relative_end_last_month();
  const found = parseRelative(text);
  if (!found) return null;
  const format = new Intl.RelativeTimeFormat(locale);
  const shifts = found.shifts.map(({ by, unit }) => format.format(by, UNITS[unit]));
  const name = NAMES[found.name]!();
  if (shifts.length === 0) return name;
  return found.name === "today" ? shifts.join(", ") : `${name}, ${shifts.join(", ")}`;
}
