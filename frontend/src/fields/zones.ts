/** Conversion between moments in UTC and the local time that `<input type="datetime-local">` shows. */

/** `2026-03-02T12:30` in the zone, for a moment in RFC 3339. */
export function toLocal(moment: string, timeZone: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const get = (type: string) => parts.find((part) => part.type === type)?.value ?? "00";
  return `${get("year").padStart(4, "0")}-${get("month")}-${get("day")}T${get("hour")}:${get("minute")}`;
}

/** The moment in UTC of a local time in the zone. A time that a change of clocks skips becomes the one after it. */
export function fromLocal(local: string, timeZone: string): string | null {
  const guess = new Date(`${local}:00Z`);
  if (Number.isNaN(guess.getTime())) return null;
  let at = guess.getTime() - offset(guess.getTime(), timeZone);
  at = guess.getTime() - offset(at, timeZone);
  return new Date(at).toISOString();
}

/** Milliseconds that the zone is ahead of UTC at a moment. */
function offset(at: number, timeZone: string): number {
  const local = toLocal(new Date(at).toISOString(), timeZone);
  return new Date(`${local}:00Z`).getTime() - Math.floor(at / 60_000) * 60_000;
}
