import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack } from "@mantine/core";

import type { Field } from "~/api";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  shown: string[];
  onChange: (names: string[]) => void;
}

/** Which columns are shown, and in which order. */
export function ColumnsMenu({ fields, shown, onChange }: Props) {
  const label = new Map(fields.map((one) => [one.name, one.label]));
  const hidden = fields.filter((one) => !shown.includes(one.name));
  const swap = (at: number, by: number) => {
    const next = [...shown];
    [next[at], next[at + by]] = [next[at + by]!, next[at]!];
    onChange(next);
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
          <Stack gap={4} pr="sm">
            {shown.map((name, at) => (
              <Group key={name} justify="space-between" wrap="nowrap">
                <Checkbox size="xs" label={label.get(name)} checked disabled={shown.length === 1} onChange={() => onChange(shown.filter((one) => one !== name))} />
                <Group gap={2} wrap="nowrap">
                  <ActionIcon size="sm" variant="subtle" disabled={at === 0} aria-label={`↑ ${label.get(name)}`} onClick={() => swap(at, -1)}>
                    ↑
                  </ActionIcon>
                  <ActionIcon size="sm" variant="subtle" disabled={at === shown.length - 1} aria-label={`↓ ${label.get(name)}`} onClick={() => swap(at, 1)}>
                    ↓
                  </ActionIcon>
                </Group>
              </Group>
            ))}
            {hidden.map((one) => (
              <Checkbox key={one.name} size="xs" label={one.label} checked={false} onChange={() => onChange([...shown, one.name])} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
