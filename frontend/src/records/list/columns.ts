/** The order of columns, which of them do not scroll, and how wide they are. */

/** What a user has set for the lists of an object. */
export interface Look {
  /** The columns by the place of the list: a view, a page, or `all`. */
  columns: Record<string, string[]>;
  widths: Record<string, number>;
  pinned: string[] | null;
}

export const NARROWEST = 70;
export const WIDEST = 1_000;
const MOST_PLACES = 20;

/** A kept look. What cannot be read counts as not set. */
export function lookOf(kept: unknown): Look {
  const { columns, widths, pinned } = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  return {
    columns: Object.fromEntries(entries(columns).filter((one): one is [string, string[]] => isTexts(one[1]))),
    widths: Object.fromEntries(entries(widths).filter((one): one is [string, number] => typeof one[1] === "number")),
    pinned: isTexts(pinned) ? pinned : null,
  };
}

/** The look with other columns at a place, or with the usual ones; only the latest places are kept. */
export function withColumns(look: Look, place: string, columns: string[] | null): Look {
  const others = Object.entries(look.columns).filter(([one]) => one !== place);
  const all = columns === null ? others : [...others.slice(-(MOST_PLACES - 1)), [place, columns] as const];
  return { ...look, columns: Object.fromEntries(all) };
}

/** Columns with the pinned ones first. */
export function arranged(columns: readonly string[], pinned: readonly string[]): string[] {
  return [...columns.filter((one) => pinned.includes(one)), ...columns.filter((one) => !pinned.includes(one))];
}

/** How many columns do not scroll: at least the first one. */
export function frozen(columns: readonly string[], pinned: readonly string[]): number {
  return Math.max(1, columns.filter((one) => pinned.includes(one)).length);
}

/** The columns, arranged, after one was moved. Among the pinned ones it is pinned, behind them it is not. */
export function moved(columns: readonly string[], pinned: readonly string[], from: number, to: number): { columns: string[]; pinned: string[] } {
  const next = [...columns];
  const [name] = next.splice(from, 1);
  if (name === undefined || to < 0 || to > next.length) return { columns: [...columns], pinned: [...pinned] };
  next.splice(to, 0, name);
  const count = columns.filter((one) => pinned.includes(one)).length;
  const others = pinned.filter((one) => one !== name);
  const isPinned = from < count ? to < count : to < count && count > 0;
  return { columns: next, pinned: next.filter((one) => others.includes(one) || (isPinned && one === name)) };
}

/** Where each of the frozen columns begins. */
export function offsets(widths: readonly number[], start: number): number[] {
  let at = start;
  return widths.map((width) => {
    const here = at;
    at += width;
    return here;
  });
}

export function bounded(width: number): number {
  return Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)));
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
