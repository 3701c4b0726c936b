import { ActionIcon, VisuallyHidden } from "@mantine/core";
import { createContext, use, useEffect, useId, useRef, useState, type CSSProperties, type ReactNode } from "react";

import { m } from "~/paraglide/messages";
import { dropPosition, stepped, type Lists, type Place } from "~/setup/apps/sorting/moving";

interface SortProps {
  lists: Lists<unknown>;
  onMove: (from: Place, to: Place) => void;
  /** The name of the item at a place, and of a list, for what is announced. */
  itemName: (place: Place) => string;
  listName?: (list: number) => string;
  children: ReactNode;
}

interface Sorting {
  id: string;
  lists: Lists<unknown>;
  dragged: Place | null;
  over: Place | null;
  itemName: (place: Place) => string;
  step: (from: Place, by: -1 | 1) => void;
  begin: (from: Place, event: React.PointerEvent) => void;
}

const Context = createContext<Sorting | null>(null);

/**
 * Lists whose items are moved with the pointer (also by touch), with arrow keys on an item's handle, or with its
 * buttons. Each move is announced, and the focus stays with the item.
 */
export function Sort({ lists, onMove, itemName, listName, children }: SortProps) {
  const id = useId();
  const [dragged, setDragged] = useState<Place | null>(null);
  const [over, setOver] = useState<Place | null>(null);
  const [said, setSaid] = useState("");
  const focused = useRef<{ place: Place; part: string; item: string } | null>(null);

  useEffect(() => {
    if (focused.current === null) return;
    const { place, part, item: name } = focused.current;
    if (itemName(place) !== name) return; // not moved yet
    focused.current = null;
    const item = document.querySelector(`[data-sort-item="${id} ${place.list} ${place.at}"]`);
    const wanted = item?.querySelector<HTMLButtonElement>(`[data-sort-part="${part}"]`);
    (wanted?.disabled === false ? wanted : item?.querySelector<HTMLElement>('[data-sort-part="handle"]'))?.focus();
  });

  const move = (from: Place, to: Place) => {
    const list = listName?.(to.list) ?? "";
    const count = (lists[to.list]?.length ?? 0) + (from.list === to.list ? 0 : 1);
    const words = { item: itemName(from), position: to.at + 1, count };
    setSaid(list === "" ? m.sort_moved(words) : m.sort_moved_to({ ...words, list }));
    onMove(from, to);
  };
  const step = (from: Place, by: -1 | 1) => {
    const to = stepped(lists, from, by);
    if (!to) return;
    focused.current = { place: to, part: document.activeElement?.getAttribute("data-sort-part") ?? "handle", item: itemName(from) };
    move(from, to);
  };
  const begin = (from: Place, event: React.PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).focus();
    let target: Place | null = null;
    const follow = (pointer: PointerEvent) => {
      pointer.preventDefault();
      target = placeUnder(pointer, id, from) ?? target;
      setOver(target);
      scrollAtEdges(pointer.clientY, event.target as Element);
    };
    const finish = (last: PointerEvent | KeyboardEvent) => {
      if (last instanceof KeyboardEvent && last.key !== "Escape") return;
      for (const name of ["pointermove", "pointerup", "pointercancel", "keydown"]) document.removeEventListener(name, LISTENERS[name] as never);
      setDragged(null);
      setOver(null);
      if (last.type !== "pointerup" || !target || (target.list === from.list && target.at === from.at)) return;
      focused.current = { place: target, part: "handle", item: itemName(from) };
      move(from, target);
    };
    const LISTENERS: Record<string, unknown> = { pointermove: follow, pointerup: finish, pointercancel: finish, keydown: finish };
    for (const [name, listener] of Object.entries(LISTENERS)) document.addEventListener(name, listener as never, { passive: false });
    setDragged(from);
  };

  return (
    <Context value={{ id, lists, dragged, over, itemName, step, begin }}>
      {children}
      <VisuallyHidden role="status" aria-live="polite">
        {said}
      </VisuallyHidden>
    </Context>
  );
}

/** The list, and the position in it, below the pointer. The item that is dragged does not count. */
function placeUnder(pointer: PointerEvent, id: string, from: Place): Place | null {
  const list = document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest(`[data-sort-list^="${id} "]`);
  if (!list) return null;
  const number = Number(list.getAttribute("data-sort-list")!.slice(id.length + 1));
  const items = [...list.querySelectorAll(`[data-sort-item^="${id} ${number} "]`)];
  const others = items.filter((_, at) => number !== from.list || at !== from.at);
  const middles = others.map((one) => {
    const { top, height } = one.getBoundingClientRect();
    return top + height / 2;
  });
  return { list: number, at: dropPosition(middles, pointer.clientY) };
}

const EDGE = 48;

function scrollAtEdges(y: number, near: Element): void {
  let frame: Element | null = near.parentElement;
  while (frame && (frame.scrollHeight <= frame.clientHeight || getComputedStyle(frame).overflowY === "visible")) frame = frame.parentElement;
  if (!frame) return;
  const { top, bottom } = frame.getBoundingClientRect();
  if (y < top + EDGE) frame.scrollBy(0, -12);
  else if (y > bottom - EDGE) frame.scrollBy(0, 12);
}

interface ListProps {
  list: number;
  label?: string;
  empty?: string;
  className?: string;
  style?: CSSProperties;
  children: ReactNode;
}

export function SortList({ list, label, empty, className, style, children }: ListProps) {
  const { id, lists, over, dragged } = use(Context)!;
  const size = lists[list]?.length ?? 0;
  const rest = size - (dragged?.list === list ? 1 : 0);
  return (
    <ol className={`sort-list ${className ?? ""}`} style={style} aria-label={label} data-sort-list={`${id} ${list}`} data-over={over?.list === list || undefined} data-at-end={(over?.list === list && over.at >= rest) || undefined}>
      {children}
      {size === 0 && empty !== undefined && <li className="sort-empty">{empty}</li>}
    </ol>
  );
}

interface ItemProps {
  place: Place;
  children: ReactNode;
  actions?: ReactNode;
}

export function SortItem({ place, children, actions }: ItemProps) {
  const { id, lists, dragged, over, itemName, step, begin } = use(Context)!;
  const item = itemName(place);
  const isDragged = dragged?.list === place.list && dragged.at === place.at;
  const shift = dragged?.list === place.list && dragged.at < place.at ? 1 : 0;
  const isTarget = dragged !== null && !isDragged && over?.list === place.list && over.at === place.at - shift;
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : null;
    if (by === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(place, by);
  };
  const buttons = [
    { part: "up", by: -1 as const, sign: "↑", label: m.sort_up({ item }) },
    { part: "down", by: 1 as const, sign: "↓", label: m.sort_down({ item }) },
  ];
  return (
    <li className="sort-item" data-sort-item={`${id} ${place.list} ${place.at}`} data-dragged={isDragged || undefined} data-target={isTarget || undefined}>
      <button type="button" className="sort-handle" data-sort-part="handle" aria-label={m.sort_handle({ item })} onKeyDown={onKeyDown} onPointerDown={(event) => begin(place, event)}>
        <span aria-hidden="true">⠿</span>
      </button>
      <div className="sort-content">{children}</div>
      <span className="sort-actions">
        {buttons.map(({ part, by, sign, label }) => (
          <ActionIcon key={part} size="md" variant="subtle" color="gray" data-sort-part={part} aria-label={label} disabled={stepped(lists, place, by) === null} onClick={() => step(place, by)}>
            {sign}
          </ActionIcon>
        ))}
        {actions}
      </span>
    </li>
  );
}
