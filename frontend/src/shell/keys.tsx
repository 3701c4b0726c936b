import "@mantine/core/styles/Kbd.css";
import "@mantine/core/styles/Table.css";

import { Kbd, Table } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useEffect, useRef } from "react";

import { m } from "~/paraglide/messages";

type Actions = Record<string, (event: KeyboardEvent) => void>;

/** Keys by which buttons and links are used. */
const OF_CONTROLS: ReadonlySet<string> = new Set(["Enter", " ", "ArrowUp", "ArrowDown"]);
const INPUTS = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]";

/** Whether a key belongs to what has the focus: nothing that is typed into an input triggers an action, and Enter presses a button. */
function isTyped(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return (
    event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented ||
    target?.closest(INPUTS) != null || (OF_CONTROLS.has(event.key) && target?.closest("button, a[href], summary") != null)
  );
}

/** Actions by single keys, while the component is shown. */
export function useKeys(actions: Actions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTyped(event)) return;
      const action = latest.current[event.key];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

export function openKeys(): void {
  const rows: [string, string][] = [
    ["Ctrl K", m.key_palette()],
    ["c", m.key_create()],
    ["/", m.key_search()],
    ["j  k", m.key_move()],
    ["Enter", m.key_open()],
    ["←  →", m.key_cells()],
    ["Enter  F2", m.key_edit_cell()],
    ["x", m.key_mark()],
    ["?", m.key_help()],
  ];
  modals.open({
    title: m.keys(),
    children: (
      <Table>
        <Table.Tbody>
          {rows.map(([key, text]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    ),
  });
}
