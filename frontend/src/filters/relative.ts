/** Dates relative to the present, as values of filters: `$today`, `-7d`, `$startOfMonth-1m`. */

export type Unit = "d" | "w" | "m" | "q" | "y";

export interface Relative {
  /** A name such as `startOfMonth`; an offset alone counts from `today`. */
  name: string;
  shifts: { by: number; unit: Unit }[];
}

const PERIODS = ["Week", "Month", "Quarter", "Year"];
const NAMES = ["today", "yesterday", "tomorrow", "now", ...PERIODS.map((one) => `startOf${one}`), ...PERIODS.map((one) => `endOf${one}`)];
const VALUE = new RegExp(`^(?:\\$(${NAMES.join("|")}))?((?:[+-]\\d{1,4}[dwmqy]){0,3})$`);

/** The parts of a relative date; null for any other text. */
export function parseRelative(text: string): Relative | null {
  const found = VALUE.exec(text);
  if (!found || text === "") return null;
  const shifts = [...(found[2] ?? "").matchAll(/([+-]\d{1,4})([dwmqy])/g)].map(([, by, unit]) => ({ by: Number(by), unit: unit as Unit }));
  return { name: found[1] ?? "today", shifts };
}

/** What the builder offers by name, in this order. */
export const PRESETS = [
  "$today", "$yesterday", "$tomorrow",
  "$startOfWeek", "$endOfWeek", "$startOfMonth", "$endOfMonth", "$startOfMonth-1m", "$endOfMonth-1m",
  "$startOfQuarter", "$endOfQuarter", "$startOfYear", "$endOfYear",
] as const;

/** Some days, weeks, months or years before today, or from today on. */
export interface Distance {
  count: number;
  unit: "d" | "w" | "m" | "y";
  isPast: boolean;
}

/** `-7d` as a distance; null for everything else. */
export function distanceOf(text: string): Distance | null {
  const found = /^([+-])(\d{1,4})([dwmy])$/.exec(text);
  return found ? { count: Number(found[2]), unit: found[3] as Distance["unit"], isPast: found[1] === "-" } : null;
}

export function ofDistance({ count, unit, isPast }: Distance): string {
  return `${isPast ? "-" : "+"}${Math.max(0, Math.min(9999, Math.trunc(count) || 0))}${unit}`;
}
