import { useEffect, useRef, useState, type RefObject } from "react";

import type { Entry, Field } from "~/api";
import { m } from "~/paraglide/messages";
import type { Next } from "~/records/list/cells/CellEditor";
import type { CellEditing } from "~/records/list/cells/editing";
import { openingColumn, type RowActions } from "~/records/list/cells/Row";
import { useKeys } from "~/shell/keys";

interface Grid {
  frame: RefObject<HTMLDivElement | null>;
  records: Entry[];
  columns: Field[];
  nameField: string | null;
  editing: CellEditing;
  onToggle: (id: string) => void;
  onOpen: (record: Entry) => void;
  /** For screen readers. */
  onSay: (text: string) => void;
  scrollTo: (row: number) => void;
}

interface Cell {
  row: number;
  column: number;
}

/**
 * The cell that has the focus, and the one that is being edited.
 *
 * Arrow keys, Home and End move the focus; Enter and F2 edit, or open the record in the column of its name; so does a double click.
 */
export function useCells(grid: Grid) {
  const [{ row, column }, setCell] = useState<Cell>({ row: -1, column: 0 });
  const [edited, setEdited] = useState<{ id: string; field: string } | null>(null);
  const wanted = useRef<Cell | null>(null);
  const latest = useRef(grid);
  latest.current = grid;
  const { frame, records, columns } = grid;

  const focus = (next: Cell) => {
    const rows = latest.current.records.length;
    if (rows === 0) return;
    const within = (at: number, count: number) => Math.max(0, Math.min(count - 1, at));
    wanted.current = { row: within(next.row, rows), column: within(next.column, latest.current.columns.length) };
    setCell(wanted.current);
    latest.current.scrollTo(wanted.current.row);
  };
  // The row is perhaps not in the page before the table has scrolled: then a later rendering finds it.
  useEffect(() => {
    const cell = wanted.current && cellAt(frame.current, wanted.current);
    if (!cell) return;
    wanted.current = null;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const edit = (at: Cell) => {
    const { editing, onSay } = latest.current;
    const [record, field] = [latest.current.records[at.row], latest.current.columns[at.column]];
    if (!record || !field) return;
    if (editing.mayEdit(record, field)) setEdited({ id: record.id, field: field.name });
    else onSay(m.list_cell_locked({ field: field.label }));
  };
  const actions = useRef<RowActions>({
    toggle: (id) => latest.current.onToggle(id),
    open: (record) => latest.current.onOpen(record),
    save: (record, field, value) => latest.current.editing.save(record, field, value),
    ended: () => undefined,
  });
  actions.current.ended = (next: Next, isSaved: boolean) => {
    const at = records.findIndex((one) => one.id === edited?.id);
    setEdited(null);
    if (isSaved) grid.onSay(m.saved());
    if (next !== "away") focus({ row: at < 0 ? row : at, column: column + { here: 0, next: 1, previous: -1 }[next] });
  };

  useKeys({
    j: () => focus({ row: row + 1, column }),
    k: () => focus({ row: row - 1, column }),
    ArrowDown: () => focus({ row: row + 1, column }),
    ArrowUp: () => focus({ row: row - 1, column }),
    x: () => records[row] && grid.onToggle(records[row].id),
    Enter: () => records[row] && grid.onOpen(records[row]),
  });
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = placeOf(event.target);
    if (!at || event.target !== event.currentTarget.querySelector(selectorOf(at)) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event.key, at);
    if (!act) return;
    event.preventDefault();
    act();
  };
  const actionOf = (key: string, at: Cell): (() => void) | undefined => {
    const sign = frame.current && getComputedStyle(frame.current).direction === "rtl" ? -1 : 1;
    const record = records[at.row];
    if (key === "ArrowLeft") return () => focus({ ...at, column: at.column - sign });
    if (key === "ArrowRight") return () => focus({ ...at, column: at.column + sign });
    if (key === "Home") return () => focus({ ...at, column: 0 });
    if (key === "End") return () => focus({ ...at, column: columns.length - 1 });
    if (key === "F2") return () => edit(at);
    if (key !== "Enter" || !record) return undefined;
    const opens = at.column === openingColumn(columns, grid.nameField) || !grid.editing.mayChange(record);
    return opens ? () => grid.onOpen(record) : () => edit(at);
  };
  return {
    row,
    column: Math.min(column, columns.length - 1),
    editedRow: edited === null ? -1 : records.findIndex((one) => one.id === edited.id),
    editedField: edited?.field ?? null,
    actions: actions.current,
    handlers: {
      onKeyDown,
      onFocus: (event: React.FocusEvent) => {
        const at = placeOf(event.target);
        if (at && (at.row !== row || at.column !== column)) setCell(at);
      },
      onDoubleClick: (event: React.MouseEvent) => {
        const at = placeOf(event.target);
        if (at) edit(at);
      },
    },
  };
}

function selectorOf({ row, column }: Cell): string {
  return `[data-row="${row}"] > [data-cell="${column}"]`;
}

function cellAt(frame: HTMLElement | null, cell: Cell): HTMLElement | null {
  return frame?.querySelector<HTMLElement>(selectorOf(cell)) ?? null;
}

/** The cell that an element of the table is in. */
function placeOf(target: EventTarget): Cell | null {
  const cell = (target as Element).closest<HTMLElement>("[data-cell]");
  const row = cell?.closest<HTMLElement>("[data-row]");
  return cell && row ? { row: Number(row.dataset.row), column: Number(cell.dataset.cell) } : null;
}
