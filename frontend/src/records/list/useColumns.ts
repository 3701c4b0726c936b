import { useMemo } from "react";

import type { Field, View } from "~/api";
import { arranged, frozen, moved, withColumns, type Look } from "~/records/list/columns";
import type { ListSearch } from "~/records/list/search";
import type { ListShape } from "~/records/list/shape";

interface Options {
  shape: ListShape;
  look: Look;
  changeLook: (look: Look) => void;
  /** The place under which the user's columns are kept. */
  here: string;
  view: View | undefined;
  search: ListSearch;
  /** Changes a part of the list's address. */
  change: (part: ListSearch) => void;
  onSearch: (search: ListSearch, replace: boolean) => void;
}

/** The columns as they are shown, and what the user can do with them. */
export function useColumns({ shape, look, changeLook, here, view, search, change, onSearch }: Options) {
  const pinned = look.pinned ?? [];
  const names = arranged(shape.columns.map((one) => one.name), pinned);
  const columns = useMemo(() => names.map((name) => shape.columns.find((one) => one.name === name)!), [shape, names.join()]) satisfies Field[];
  const set = (next: string[], nextPinned: readonly string[]) => {
    changeLook({ ...(view?.mine ? look : withColumns(look, here, next)), pinned: [...nextPinned] });
    if (next.join() !== names.join()) change({ cols: next.join(",") });
  };
  return {
    columns,
    names,
    pinned,
    frozen: frozen(names, pinned),
    set,
    setWidth: (field: string, width: number) => changeLook({ ...look, widths: { ...look.widths, [field]: width } }),
    move: (from: number, to: number) => {
      const next = moved(names, pinned, from, to);
      set(next.columns, next.pinned);
    },
    /** The usual columns and widths. */
    reset: () => {
      changeLook({ ...withColumns(look, here, null), widths: {}, pinned: [] });
      const { cols: _, ...rest } = search;
      onSearch(rest, true);
    },
  };
}
