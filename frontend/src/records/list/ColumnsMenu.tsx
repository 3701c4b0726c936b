import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack } from "@mantine/core";

import type { Field } from "~/api";
import { m } from "~/paraglide/messages";
import { arranged, moved } from "~/records/list/columns";

interface Props {
  fields: Field[];
  /** In the order in which they are shown. */
  shown: string[];
  pinned: string[];
  onChange: (columns: string[], pinned: string[]) => void;
  onReset: () => void;
}

/** Which columns are shown, in which order, and which of them do not scroll. */
export function ColumnsMenu({ fields, shown, pinned, onChange, onReset }: Props) {
  const label = new Map(fields.map((one) => [one.name, one.label]));
  const hidden = fields.filter((one) => !shown.includes(one.name));
  const swap = (at: number, by: number) => {
    const next = moved(shown, pinned, at, at + by);
    onChange(next.columns, next.pinned);
  };
  const pin = (name: string) => {
    const next = pinned.includes(name) ? pinned.filter((one) => one !== name) : [...pinned, name];
    onChange(arranged(shown, next), next);
  };
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button size="xs" variant="default">
          {m.columns()}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <ScrollArea.Autosize mah={360} type="auto">
          <Stack gap={8} pr="sm">
            {shown.map((name, at) => {
              const field = label.get(name) ?? name;
              return (
                <Group key={name} justify="space-between" wrap="nowrap">
                  <Checkbox size="sm" label={field} checked disabled={shown.length === 1} onChange={() => onChange(shown.filter((one) => one !== name), pinned.filter((one) => one !== name))} />
                  <Group gap={2} wrap="nowrap">
                    <Tool label={pinned.includes(name) ? m.list_unpin({ field }) : m.list_pin({ field })} isOn={pinned.includes(name)} onClick={() => pin(name)}>
                      ⊢
                    </Tool>
                    <Tool label={m.list_column_left({ field })} isDisabled={at === 0} onClick={() => swap(at, -1)}>
                      ↑
                    </Tool>
                    <Tool label={m.list_column_right({ field })} isDisabled={at === shown.length - 1} onClick={() => swap(at, 1)}>
                      ↓
                    </Tool>
                  </Group>
                </Group>
              );
            })}
            {hidden.map((one) => (
              <Checkbox key={one.name} size="sm" label={one.label} checked={false} onChange={() => onChange([...shown, one.name], pinned)} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <Button mt="xs" size="compact-xs" variant="subtle" onClick={onReset}>
          {m.list_columns_reset()}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ToolProps {
  label: string;
  isOn?: boolean;
  isDisabled?: boolean;
  onClick: () => void;
  children: string;
}

/** A button that keeps the focus also where it can do no more. */
function Tool({ label, isOn, isDisabled = false, onClick, children }: ToolProps) {
  return (
    <ActionIcon size="md" variant={isOn ? "light" : "subtle"} title={label} aria-label={label} aria-pressed={isOn} aria-disabled={isDisabled} {...(isDisabled ? { "data-disabled": true } : {})} onClick={() => !isDisabled && onClick()}>
      {children}
    </ActionIcon>
  );
}
