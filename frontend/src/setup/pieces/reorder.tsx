/** Lists that are put in order by dragging, or by buttons with the keyboard and on telephones. */
import { ActionIcon, Group } from "@mantine/core";
import { useState, type DragEvent } from "react";

import { m } from "~/paraglide/messages";

/** Properties of the rows and their handles. `onMove` gets the places of the row before and after. */
export function useDragOrder(onMove: (from: number, to: number) => void) {
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const end = () => {
    setFrom(null);
    setOver(null);
  };
  return {
    handle: (at: number) => ({
      draggable: true,
      "aria-hidden": true,
      className: "drag-handle",
      onDragStart: (event: DragEvent<HTMLElement>) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", String(at));
        const row = event.currentTarget.closest("[data-row]");
        if (row) event.dataTransfer.setDragImage(row, 8, 8);
        setFrom(at);
      },
      onDragEnd: end,
    }),
    row: (at: number) => ({
      "data-row": at,
      "data-over": from !== null && over === at && from !== at ? (from < at ? "after" : "before") : undefined,
      onDragOver: (event: DragEvent) => {
        if (from === null) return;
        event.preventDefault();
        setOver(at);
      },
      onDrop: (event: DragEvent) => {
        if (from === null) return;
        event.preventDefault();
        if (from !== at) onMove(from, at);
        end();
      },
    }),
  };
}

interface MoveProps {
  name: string;
  at: number;
  count: number;
  onMove: (from: number, to: number) => void;
}

/** Up and down. */
export function MoveButtons({ name, at, count, onMove }: MoveProps) {
  return (
    <Group gap={2} wrap="nowrap">
      <MoveButton label={m.setup_frame_move_up({ name })} sign="↑" isEnd={at === 0} onClick={() => onMove(at, at - 1)} />
      <MoveButton label={m.setup_frame_move_down({ name })} sign="↓" isEnd={at === count - 1} onClick={() => onMove(at, at + 1)} />
    </Group>
  );
}

/** At the ends of the list the button stays reachable, so that the focus is not lost. */
function MoveButton({ label, sign, isEnd, onClick }: { label: string; sign: string; isEnd: boolean; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" aria-label={label} aria-disabled={isEnd} {...(isEnd ? { "data-disabled": true } : {})} onClick={() => !isEnd && onClick()}>
      {sign}
    </ActionIcon>
  );
}
