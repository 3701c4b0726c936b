import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { Checkbox } from "@mantine/core";
import { memo, type CSSProperties } from "react";

import type { Entry, Field } from "~/api";
import { FieldValue } from "~/fields/FieldValue";
import { nameOf, textOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { CellEditor, type Next } from "~/records/list/cells/CellEditor";
import type { CellEditing } from "~/records/list/cells/editing";
import { currentStyle } from "~/records/style";

export const NUMBERS: ReadonlySet<string> = new Set(["integer", "decimal", "currency", "percent"]);

/** What a row can do; the same object for all rows and renderings. */
export interface RowActions {
  toggle: (id: string) => void;
  open: (record: Entry) => void;
  save: CellEditing["save"];
  ended: (next: Next, isSaved: boolean) => void;
}

interface Props {
  object: string;
  record: Entry;
  columns: Field[];
  /** Where the columns that do not scroll begin. */
  places: CSSProperties[];
  nameField: string | null;
  grid: CSSProperties;
  top: number;
  index: number;
  isSelected: boolean;
  isCurrent: boolean;
  /** The column that Tab leads to; -1 if it is in another row. */
  active: number;
  /** The field that is being edited. */
  editing: string | null;
  mayChange: boolean;
  /** The columns that cannot be edited, by their position, as one text. */
  locked: string;
  actions: RowActions;
}

/** One record of a list. The column of its name opens it; where nothing of it can be changed, so does the whole row. */
export const Row = memo(function Row({ object, record, columns, places, nameField, grid, top, index, isSelected, isCurrent, active, editing, mayChange, locked, actions }: Props) {
  const name = nameField === null ? nameOf(record) : String(record[nameField] ?? "");
  const opening = openingColumn(columns, nameField);
  const readOnly = new Set(locked.split(" "));
  const classes = ["table-row", isCurrent && "current", editing !== null && "edited", mayChange && "changeable"];
  return (
    <div
      className={classes.filter(Boolean).join(" ")}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-row={index}
      style={{ ...grid, transform: `translateY(${top}px)` }}
      onClick={(event) => (!mayChange || isTouch(event)) && actions.open(record)}
    >
      <div className="table-cell frozen mark" role="gridcell" onClick={(event) => event.stopPropagation()}>
        <Checkbox size="xs" aria-label={m.select_row({ name })} checked={isSelected} onChange={() => actions.toggle(record.id)} />
      </div>
      {columns.map((column, at) => (
        <div
          key={column.name}
          role="gridcell"
          data-cell={at}
          tabIndex={at === active ? 0 : -1}
          aria-readonly={readOnly.has(String(at)) || undefined}
          className={`table-cell${at < places.length ? " frozen pinned" : ""}${at === 0 ? " first" : ""}${NUMBERS.has(column.type) ? " number" : ""}`}
          style={places[at]}
        >
          {editing === column.name ? (
            <CellEditor field={column} value={record[column.name]} onSave={(value) => actions.save(record, column, value)} onEnd={actions.ended} />
          ) : at === opening ? (
            <OpenLink object={object} record={record} field={column} onOpen={actions.open} />
          ) : (
            <FieldValue value={record[column.name]} field={column} />
          )}
        </div>
      ))}
    </div>
  );
});

/** The position of the column that leads to the record: that of its name, otherwise the first one. */
export function openingColumn(columns: readonly Field[], nameField: string | null): number {
  return Math.max(0, columns.findIndex((one) => one.name === nameField));
}

/** The way to the record. Not a stop of the Tab key: Enter in the cell does the same. */
function OpenLink({ object, record, field, onOpen }: { object: string; record: Entry; field: Field; onOpen: (record: Entry) => void }) {
  const text = textOf(record[field.name], field, currentStyle());
  const onClick = (event: React.MouseEvent) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
    event.preventDefault();
    onOpen(record);
  };
  return (
    <a className="open-record" href={`/o/${object}/${record.id}`} tabIndex={-1} onClick={onClick} aria-label={text === "" ? m.list_open_unnamed() : undefined}>
      {text || "–"}
    </a>
  );
}

function isTouch(event: React.MouseEvent): boolean {
  return (event.nativeEvent as PointerEvent).pointerType === "touch";
}
