import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { Checkbox, VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState, type CSSProperties } from "react";

import type { Entry, Field } from "~/api";
import { FieldValue } from "~/fields/FieldValue";
import { nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { bounded, offsets } from "~/records/list/columns";
import { Head } from "~/records/list/Head";
import { useKeys } from "~/shell/keys";

const ROW = 39;
const MARK = 40;
const NUMBERS = new Set(["integer", "decimal", "currency", "percent"]);

interface Props {
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
  onEnd: () => void;
  total: number;
}

/** A table of which only the rows in sight are in the page. */
export function ListTable({ label, columns, frozen, widths, onWidth, onMove, nameField, records, sort, selected, onSelect, onSort, onOpen, onEnd, total }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(-1);
  const [said, setSaid] = useState("");
  const rows = useVirtualizer({ count: records.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 12 });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (records.length > 0 && lastShown >= records.length - 40) onEnd();
  }, [lastShown, records.length, onEnd]);

  const move = (by: number) => {
    const next = Math.max(0, Math.min(records.length - 1, current + by));
    setCurrent(next);
    rows.scrollToIndex(next);
  };
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    x: () => records[current] && toggle(records[current].id),
    Enter: () => records[current] && onOpen(records[current]),
  });

  const sizes = columns.map((one) => widths[one.name] ?? widthOf(one));
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
    <div className="table-frame" ref={frame} tabIndex={0} role="region" aria-label={label}>
      <div className="table" role="grid" aria-rowcount={total} aria-colcount={columns.length + 1} aria-multiselectable>
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
              className={at < frozen ? "frozen pinned" : ""}
              style={places[at]}
              sort={sort}
              onSort={onSort}
              onWidth={(width) => onWidth(column.name, bounded(width))}
              onMove={moveColumn}
            />
          ))}
        </div>
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="rowgroup">
          {items.map((item) => {
            const record = records[item.index]!;
            return (
              <Row
                key={record.id}
                record={record}
                columns={columns}
                places={places}
                nameField={nameField}
                grid={grid}
                top={item.start}
                index={item.index}
                isSelected={selected.has(record.id)}
                isCurrent={item.index === current}
                onToggle={toggle}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      </div>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </div>
  );
}

interface RowProps {
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
  onToggle: (id: string) => void;
  onOpen: (record: Entry) => void;
}

const Row = memo(function Row({ record, columns, places, nameField, grid, top, index, isSelected, isCurrent, onToggle, onOpen }: RowProps) {
  const name = nameField === null ? nameOf(record) : String(record[nameField] ?? "");
  return (
    <div
      className={`table-row${isCurrent ? " current" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ ...grid, transform: `translateY(${top}px)` }}
      onClick={() => onOpen(record)}
    >
      <div className="table-cell frozen mark" role="gridcell" onClick={(event) => event.stopPropagation()}>
        <Checkbox size="xs" aria-label={m.select_row({ name })} checked={isSelected} onChange={() => onToggle(record.id)} />
      </div>
      {columns.map((column, at) => (
        <div
          key={column.name}
          role="gridcell"
          className={`table-cell${at < places.length ? " frozen pinned" : ""}${at === 0 ? " first" : ""}${NUMBERS.has(column.type) ? " number" : ""}`}
          style={places[at]}
        >
          <FieldValue value={record[column.name]} field={column} />
        </div>
      ))}
    </div>
  );
});

function widthOf(field: Field): number {
  if (field.type === "boolean") return 100;
  if (NUMBERS.has(field.type) || field.type === "date" || field.type === "time") return 130;
  if (field.type === "datetime") return 180;
  return field.name === "name" ? 240 : 190;
}
