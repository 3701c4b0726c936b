import "@mantine/core/styles/Checkbox.css";

import { Checkbox, VisuallyHidden } from "@mantine/core";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type CSSProperties } from "react";

import type { Entry, Field } from "~/api";
import type { Choices } from "~/app/preferences";
import { m } from "~/paraglide/messages";
import type { CellEditing } from "~/records/list/cells/editing";
import { NUMBERS, Row } from "~/records/list/cells/Row";
import { useCells } from "~/records/list/cells/useCells";
import { bounded, offsets } from "~/records/list/columns";
import { Head } from "~/records/list/Head";

const ROW: Record<Choices["density"], number> = { comfortable: 39, compact: 31 };
const MARK = 40;

interface Props {
  object: string;
  label: string;
  columns: Field[];
  /** How many of the first columns do not scroll. */
  frozen: number;
  widths: Readonly<Record<string, number>>;
  onWidth: (field: string, width: number) => void;
  onMove: (from: number, to: number) => void;
  nameField: string | null;
  records: Entry[];
  sort: readonly string[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onSort: (field: string) => void;
  onOpen: (record: Entry) => void;
  editing: CellEditing;
  onEnd: () => void;
  density: Choices["density"];
  total: number;
}

/** A table of which only the rows in sight are in the page. */
export function ListTable({ object, label, columns, frozen, widths, onWidth, onMove, nameField, records, sort, selected, onSelect, onSort, onOpen, editing, onEnd, density, total }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  const edited = useRef(-1);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW[density],
    overscan: 12,
    // What is being typed is not lost when its row is scrolled out of sight.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), ...(edited.current < 0 ? [] : [edited.current])])].sort((one, other) => one - other),
  });
  useEffect(() => rows.measure(), [density, rows]);
  const items = rows.getVirtualItems();
  const lastShown = rows.range?.endIndex ?? 0;
  useEffect(() => {
    if (records.length > 0 && lastShown >= records.length - 28) onEnd();
  }, [lastShown, records.length, onEnd]);

  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const cells = useCells({ frame, records, columns, nameField, editing, onToggle: toggle, onOpen, onSay: setSaid, scrollTo: (row) => rows.scrollToIndex(row) });
  edited.current = cells.editedRow;

  const sizes = columns.map((one) => widths[one.name] ?? widthOf(one));
  const frozenWidth = MARK + sizes.slice(0, frozen).reduce((sum, one) => sum + one, 0);
  const grid: CSSProperties = { gridTemplateColumns: [`${MARK}px`, ...sizes.map((one) => `${one}px`), "minmax(0, 1fr)"].join(" ") };
  const starts = offsets(sizes.slice(0, frozen), MARK).join(" ");
  const places = useMemo(() => starts.split(" ").map((one): CSSProperties => ({ insetInlineStart: `${one}px` })), [starts]);
  const moveColumn = (from: number, to: number) => {
    const name = columns[from]?.label;
    if (name === undefined || to < 0 || to >= columns.length) return;
    onMove(from, to);
    setSaid(m.list_column_moved({ field: name, position: to + 1, count: columns.length }));
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-column="${to}"] .head-button`)?.focus());
  };
  const all = records.length > 0 && selected.size >= records.length;
  return (
    <div className="table-frame" ref={frame} tabIndex={0} style={{ scrollPaddingInlineStart: frozenWidth }} role="region" aria-label={label}>
      <div className="table" data-density={density} role="grid" aria-rowcount={total} aria-colcount={columns.length + 1} aria-multiselectable>
        <div className="table-head" role="row" style={grid}>
          <div className="table-cell frozen mark" role="columnheader">
            <Checkbox
              size="xs"
              aria-label={m.select_all_shown()}
              checked={all}
              indeterminate={!all && selected.size > 0}
              onChange={() => onSelect(all ? new Set() : new Set(records.map((one) => one.id)))}
            />
          </div>
          {columns.map((column, at) => (
            <Head
              key={column.name}
              column={column}
              at={at}
              width={sizes[at]!}
              className={`${at < frozen ? "frozen pinned" : ""}${NUMBERS.has(column.type) ? " number" : ""}`}
              style={places[at]}
              sort={sort}
              onSort={onSort}
              onWidth={(width) => onWidth(column.name, bounded(width))}
              onMove={moveColumn}
            />
          ))}
        </div>
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="rowgroup" {...cells.handlers}>
          {items.map((item) => {
            const record = records[item.index]!;
            return (
              <Row
                key={record.id}
                object={object}
                record={record}
                columns={columns}
                places={places}
                nameField={nameField}
                grid={grid}
                top={item.start}
                index={item.index}
                isSelected={selected.has(record.id)}
                isCurrent={item.index === cells.row}
                active={item.index === Math.max(0, cells.row) ? cells.column : -1}
                editing={item.index === cells.editedRow ? cells.editedField : null}
                mayChange={editing.mayChange(record)}
                locked={columns.flatMap((one, at) => (editing.mayEdit(record, one) ? [] : [at])).join(" ")}
                actions={cells.actions}
              />
            );
          })}
        </div>
      </div>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </div>
  );
}

function widthOf(field: Field): number {
  if (field.type === "boolean") return 100;
  if (NUMBERS.has(field.type) || field.type === "date" || field.type === "time") return 150;
  if (field.type === "datetime") return 180;
  return field.name === "name" ? 240 : 190;
}
