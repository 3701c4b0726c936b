import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { Checkbox } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, useState, type CSSProperties } from "react";

import type { Entry, Field } from "~/api";
import { FieldValue } from "~/fields/FieldValue";
import { nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { useKeys } from "~/shell/keys";

const ROW = 39;
const MARK = 40;
const NARROWEST = 70;
const NUMBERS = new Set(["integer", "decimal", "currency", "percent"]);

interface Props {
  object: string;
  label: string;
  columns: Field[];
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
export function ListTable({ object, label, columns, nameField, records, sort, selected, onSelect, onSort, onOpen, onEnd, total }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(-1);
  const [widths, setWidths] = useWidths(object);
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

  const grid: CSSProperties = {
    gridTemplateColumns: [`${MARK}px`, ...columns.map((one) => `${widths[one.name] ?? widthOf(one)}px`), "minmax(0, 1fr)"].join(" "),
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
              isFirst={at === 0}
              sort={sort}
              onSort={onSort}
              onWidth={(by) => setWidths(column.name, Math.max(NARROWEST, (widths[column.name] ?? widthOf(column)) + by))}
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
    </div>
  );
}

interface HeadProps {
  column: Field;
  isFirst: boolean;
  sort: readonly string[];
  onSort: (field: string) => void;
  onWidth: (by: number) => void;
}

function Head({ column, isFirst, sort, onSort, onWidth }: HeadProps) {
  const direction = sort[0] === column.name ? "ascending" : sort[0] === `-${column.name}` ? "descending" : "none";
  const sortable = !["json", "multi_select", "long_text"].includes(column.type);
  const drag = (event: React.PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    let last = event.clientX;
    const target = event.currentTarget;
    const move = (next: PointerEvent) => {
      onWidth(next.clientX - last);
      last = next.clientX;
    };
    target.addEventListener("pointermove", move);
    target.addEventListener("pointerup", () => target.removeEventListener("pointermove", move), { once: true });
  };
  return (
    <div className={`table-cell${isFirst ? " frozen first" : ""}`} role="columnheader" aria-sort={direction} style={{ position: isFirst ? undefined : "relative" }}>
      {sortable ? (
        <button type="button" className="head-button" aria-label={m.sort_by({ field: column.label })} onClick={() => onSort(column.name)}>
          <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{column.label}</span>
          <span aria-hidden>{{ ascending: "↑", descending: "↓", none: "" }[direction]}</span>
        </button>
      ) : (
        <span className="head-button">{column.label}</span>
      )}
      <span className="resizer" aria-hidden title={m.resize({ field: column.label })} onPointerDown={drag} />
    </div>
  );
}

interface RowProps {
  record: Entry;
  columns: Field[];
  nameField: string | null;
  grid: CSSProperties;
  top: number;
  index: number;
  isSelected: boolean;
  isCurrent: boolean;
  onToggle: (id: string) => void;
  onOpen: (record: Entry) => void;
}

const Row = memo(function Row({ record, columns, nameField, grid, top, index, isSelected, isCurrent, onToggle, onOpen }: RowProps) {
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
          className={`table-cell${at === 0 ? " frozen first" : ""}${NUMBERS.has(column.type) ? " number" : ""}`}
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

/** Widths of columns, kept in this browser for each object. */
function useWidths(object: string): [Record<string, number>, (field: string, width: number) => void] {
  const key = `freehold.widths.${object}`;
  const [widths, setWidths] = useState<Record<string, number>>(() => read(key));
  const set = (field: string, width: number) =>
    setWidths((before) => {
      const next = { ...before, [field]: width };
      localStorage.setItem(key, JSON.stringify(next));
      return next;
    });
  return [widths, set];
}

function read(key: string): Record<string, number> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, number>) : {};
  } catch {
    return {};
  }
}
