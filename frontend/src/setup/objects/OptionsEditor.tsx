import { ActionIcon, Button, Group, Input, Popover, Stack, Text, Textarea, TextInput, VisuallyHidden } from "@mantine/core";
import { useRef, useState } from "react";

import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import {
  addLines, addOption, changeOption, faultOfOption, MOST_OPTIONS, move, removeOption, sortedByLabel, type EditedOption, type OptionFault,
} from "~/setup/objects/optionList";
import { MoveButtons, useDragOrder } from "~/setup/pieces/reorder";

const FAULTS: Record<OptionFault, () => string> = {
  "label-missing": m.option_label_missing, "value-missing": m.option_value_missing, "value-invalid": m.option_value_invalid,
  "value-taken": m.option_value_taken,
};

interface Props {
  options: EditedOption[];
  onChange: (options: EditedOption[]) => void;
  error: string | undefined;
  /** Whether faults of options are shown; not while the first are being typed. */
  showFaults: boolean;
}

/** The options of a choice: labels, values, and their order by keyboard or by dragging. */
export function OptionsEditor({ options, onChange, error, showFaults }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [told, setTold] = useState("");
  const place = (from: number, to: number) => {
    onChange(move(options, from, to));
    setTold(m.setup_frame_moved({ name: options[from]?.label ?? "", place: to + 1, count: options.length }));
  };
  const drag = useDragOrder(place);
  const add = () => {
    onChange(addOption(options));
    requestAnimationFrame(() => list.current?.querySelector<HTMLInputElement>("li:last-child input")?.focus());
  };
  const remove = (at: number) => {
    onChange(removeOption(options, options[at]!.key));
    const next = Math.min(at, options.length - 2);
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLInputElement>("li .option-label input")[next]?.focus());
  };
  return (
    <Input.Wrapper label={m.option_title()} description={m.option_help()} error={error} labelElement="div" required>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {options.length > 0 && (
        <ol className="setup-rows" ref={list} style={{ marginTop: ".5rem" }}>
          {options.map((one, at) => {
            const fault = showFaults ? faultOfOption(options, at) : null;
            const name = one.label || m.option_number({ number: at + 1 });
            return (
              <li key={one.key} className="option-row" {...drag.row(at)}>
                <span {...drag.handle(at)}>⠿</span>
                <TextInput
                  className="option-label"
                  size="xs"
                  aria-label={m.option_label({ number: at + 1 })}
                  placeholder={m.option_label_placeholder()}
                  value={one.label}
                  maxLength={100}
                  error={fault === "label-missing" ? FAULTS[fault]() : null}
                  onChange={(event) => onChange(changeOption(options, one.key, { label: event.currentTarget.value }))}
                  onKeyDown={(event) => {
                    if (event.key === "Enter") {
                      event.preventDefault();
                      add();
                    }
                  }}
                />
                {one.isNew ? (
                  <TextInput
                    size="xs"
                    aria-label={m.option_value({ number: at + 1 })}
                    placeholder={m.option_value_placeholder()}
                    value={one.value}
                    maxLength={100}
                    error={fault && fault !== "label-missing" ? FAULTS[fault]() : null}
                    onChange={(event) => onChange(changeOption(options, one.key, { value: event.currentTarget.value }))}
                  />
                ) : (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere", alignSelf: "center" }} title={m.option_value_kept()}>
                    {one.value}
                  </Text>
                )}
                <div className="actions">
                  <MoveButtons name={name} at={at} count={options.length} onMove={place} />
                  <ActionIcon variant="subtle" color="red" aria-label={m.option_remove({ name })} onClick={() => remove(at)}>
                    ×
                  </ActionIcon>
                </div>
              </li>
            );
          })}
        </ol>
      )}
      <Group gap="xs" mt="xs">
        {options.length < MOST_OPTIONS && (
          <>
            <Button size="xs" variant="light" onClick={add}>
              {m.option_add()}
            </Button>
            <PasteOptions onPaste={(text) => onChange(addLines(options, text).slice(0, MOST_OPTIONS))} />
          </>
        )}
        {options.length > 2 && (
          <Button size="xs" variant="subtle" onClick={() => onChange(sortedByLabel(options, getLocale()))}>
            {m.option_sort()}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}

function PasteOptions({ onPaste }: { onPaste: (text: string) => void }) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState("");
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus returnFocus withArrow shadow="md" width={300}>
      <Popover.Target>
        <Button size="xs" variant="subtle" onClick={() => setOpened(!opened)}>
          {m.option_paste()}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Textarea label={m.option_paste_label()} rows={6} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
          <Button
            size="xs"
            onClick={() => {
              onPaste(text);
              setText("");
              setOpened(false);
            }}
          >
            {m.option_paste_add()}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
