/** Moving items within lists, and from one list to another. */

export type Lists<T> = readonly (readonly T[])[];

/** Where an item is: the number of its list, and its position there. */
export interface Place {
  list: number;
  at: number;
}

/** The lists after a move. The target's position is counted without the item that moves. */
export function moved<T>(lists: Lists<T>, from: Place, to: Place): T[][] {
  const next = lists.map((one) => [...one]);
  const [item] = next[from.list]?.splice(from.at, 1) ?? [];
  if (item === undefined || !next[to.list]) return lists.map((one) => [...one]);
  next[to.list]!.splice(Math.max(0, Math.min(to.at, next[to.list]!.length)), 0, item);
  return next;
}

/** The place one step up (-1) or down (1), in the neighbouring list beyond an end; null where there is none. */
export function stepped<T>(lists: Lists<T>, from: Place, by: -1 | 1): Place | null {
  const at = from.at + by;
  if (at >= 0 && at < (lists[from.list]?.length ?? 0)) return { list: from.list, at };
  const beside = lists[from.list + by];
  if (!beside) return null;
  return { list: from.list + by, at: by === 1 ? 0 : beside.length };
}

/** One list after a move. */
export function movedIn<T>(list: readonly T[], from: number, to: number): T[] {
  return moved([list], { list: 0, at: from }, { list: 0, at: to })[0]!;
}

/** The position at which an item is dropped: before the first one whose middle is below the pointer. */
export function dropPosition(middles: readonly number[], pointer: number): number {
  const found = middles.findIndex((middle) => pointer < middle);
  return found === -1 ? middles.length : found;
}
