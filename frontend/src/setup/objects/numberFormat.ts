/** Formats of automatic numbers, as the service writes them. */

const TOKEN = /\{(?:(0{1,12})|(YYYY|YY|MM|DD))\}|[^{}]+/g;

/** The text of a number on a day; null for a format that is none. */
export function numberText(format: string, number: number, day: Date): string | null {
  const tokens = [...format.matchAll(TOKEN)];
  if (tokens.map((one) => one[0]).join("") !== format || tokens.filter((one) => one[1]).length !== 1 || format !== format.trim()) return null;
  const year = String(day.getUTCFullYear()).padStart(4, "0");
  const dates: Record<string, string> = {
    YYYY: year, YY: year.slice(2), MM: String(day.getUTCMonth() + 1).padStart(2, "0"), DD: String(day.getUTCDate()).padStart(2, "0"),
  };
  return tokens.map(([text, zeros, date]) => (zeros ? String(number).padStart(zeros.length, "0") : date ? dates[date] : text)).join("");
}
