import { useRef, type CSSProperties } from "react";

import type { Field } from "~/api";
import { m } from "~/paraglide/messages";
import { NARROWEST, WIDEST } from "~/records/list/columns";

const STEP = 16;
const THRESHOLD = 6;
const UNSORTABLE: ReadonlySet<Field["type"]> = new Set(["json", "multi_select", "long_text"]);

interface Props {
  column: Field;
  at: number;
  width: number;
  className: string;
  style: CSSProperties | undefined;
  sort: readonly string[];
  onSort: (field: string) => void;
  onWidth: (width: number) => void;
  onMove: (from: number, to: number) => void;
}

/** The head of a column: sorts on a click, is moved by dragging or with Shift and an arrow key, and has a handle for its width. */
export function Head({ column, at, width, className, style, sort, onSort, onWidth, onMove }: Props) {
  const wasDragged = useRef(false);
  const direction = sort[0] === column.name ? "ascending" : sort[0] === `-${column.name}` ? "descending" : "none";
  const isSortable = !UNSORTABLE.has(column.type);

  const drag = (event: React.PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || event.pointerType === "touch") return; // touch scrolls
    const start = event.clientX;
    let over: HTMLElement | null = null;
    const mark = (next: HTMLElement | null) => {
      over?.removeAttribute("data-over");
      over = next;
      over?.setAttribute("data-over", Number(over.dataset.column) > at ? "after" : "before");
    };
    const follow = (pointer: PointerEvent) => {
      if (Math.abs(pointer.clientX - start) > THRESHOLD) wasDragged.current = true;
      if (!wasDragged.current) return;
      const head = document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest<HTMLElement>("[data-column]") ?? null;
      mark(head && Number(head.dataset.column) !== at ? head : null);
    };
    const end = (pointer: Event) => {
      for (const [name, listener] of LISTENERS) document.removeEventListener(name, listener as never);
      const to = over === null ? at : Number(over.dataset.column);
      mark(null);
      if (pointer.type === "pointerup" && to !== at) onMove(at, to);
      setTimeout(() => (wasDragged.current = false)); // after the click that a pointer's release is
    };
    const escape = (key: KeyboardEvent) => key.key === "Escape" && end(key);
    const LISTENERS = [["pointermove", follow], ["pointerup", end], ["pointercancel", end], ["keydown", escape]] as const;
    for (const [name, listener] of LISTENERS) document.addEventListener(name, listener as never);
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    const by = stepOf(event.key);
    if (by === 0 || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(at, at + by);
  };
  return (
    <div className={`table-cell head ${className}`} role="columnheader" aria-sort={isSortable ? direction : undefined} style={style} data-column={at}>
      <button
        type="button"
        className="head-button"
        aria-label={isSortable ? m.sort_by({ field: column.label }) : column.label}
        aria-keyshortcuts="Shift+ArrowLeft Shift+ArrowRight"
        title={isSortable ? m.list_head({ field: column.label }) : m.list_column_hint({ field: column.label })}
        onPointerDown={drag}
        onKeyDown={onKeyDown}
        onClick={() => isSortable && !wasDragged.current && onSort(column.name)}
      >
        <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{column.label}</span>
        <span aria-hidden>{{ ascending: "↑", descending: "↓", none: "" }[direction]}</span>
      </button>
      <Resizer label={m.resize({ field: column.label })} width={width} onWidth={onWidth} />
    </div>
  );
}

/** The handle for a column's width, also with arrow keys. */
function Resizer({ label, width, onWidth }: { label: string; width: number; onWidth: (width: number) => void }) {
  const drag = (event: React.PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    target.focus();
    const start = event.clientX;
    const sign = getComputedStyle(target).direction === "rtl" ? -1 : 1;
    const follow = (pointer: PointerEvent) => onWidth(width + sign * (pointer.clientX - start));
    const end = () => {
      target.removeEventListener("pointermove", follow);
      target.removeEventListener("pointerup", end);
      target.removeEventListener("pointercancel", end);
    };
    target.addEventListener("pointermove", follow);
    target.addEventListener("pointerup", end);
    target.addEventListener("pointercancel", end);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = stepOf(event.key);
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(width + by * STEP);
  };
  return (
    <span
      className="resizer"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      tabIndex={0}
      title={label}
      onPointerDown={drag}
      onKeyDown={onKeyDown}
    />
  );
}

/** 1 for the arrow that points to the end of a line, -1 for the one to its beginning. */
function stepOf(key: string): -1 | 0 | 1 {
  const isReversed = document.documentElement.dir === "rtl";
  if (key === "ArrowRight") return isReversed ? -1 : 1;
  if (key === "ArrowLeft") return isReversed ? 1 : -1;
  return 0;
}
