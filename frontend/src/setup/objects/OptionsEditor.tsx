import "@mantine/core/styles/Switch.css";

import { ActionIcon, Button, Group, Input, Popover, Select, Stack, Switch, Text, Textarea, TextInput, VisuallyHidden } from "@mantine/core";
import { useRef, useState } from "react";

import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import {
  addLines, addOption, changeOption, COLOURS, faultOfOption, MOST_OPTIONS, move, removeOption, sortedByLabel, type EditedOption, type Option, type OptionFault,
} from "~/setup/objects/optionList";
import { MoveButtons, useDragOrder } from "~/setup/pieces/reorder";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

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
                  <Text size="xs" c="dimmed" className="stored" title={m.option_value_kept()}>
                    {one.value}
                    {one.archived && ` (${m.option_archived()})`}
                  </Text>
                )}
                <div className="actions">
                  <OptionMenu option={one} name={name} onChange={(part) => onChange(changeOption(options, one.key, part))} />
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

/** What most options do not need: a colour, labels in other languages, and whether it can still be chosen. */
function OptionMenu({ option, name, onChange }: { option: EditedOption; name: string; onChange: (part: Partial<Option>) => void }) {
  const colours: Record<string, () => string> = {
    gray: m.colour_gray, red: m.colour_red, pink: m.colour_pink, grape: m.colour_grape, violet: m.colour_violet, indigo: m.colour_indigo,
    blue: m.colour_blue, cyan: m.colour_cyan, teal: m.colour_teal, green: m.colour_green, lime: m.colour_lime, yellow: m.colour_yellow,
    orange: m.colour_orange, dark: m.colour_dark,
  };
  return (
    <Popover trapFocus returnFocus withArrow shadow="md" width={300} position="bottom-end">
      <Popover.Target>
        <ActionIcon variant="subtle" aria-label={m.option_more({ name })}>
          {option.color ? <Swatch colour={option.color} /> : "⋯"}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select
            size="xs"
            label={m.option_colour()}
            clearable
            placeholder={m.option_colour_none()}
            data={COLOURS.map((one) => ({ value: one, label: colours[one]?.() ?? one }))}
            value={option.color || null}
            onChange={(colour) => onChange({ color: colour ?? "" })}
            leftSection={option.color ? <Swatch colour={option.color} /> : null}
            renderOption={({ option: one }) => (
              <Group gap="xs">
                <Swatch colour={one.value} /> {one.label}
              </Group>
            )}
            comboboxProps={{ withinPortal: false }}
          />
          {!option.isNew && <Switch size="xs" label={m.option_archive()} description={m.option_archive_help()} checked={option.archived ?? false} onChange={(event) => onChange({ archived: event.currentTarget.checked })} />}
          <TranslationsInput texts={{ label: m.field_label() }} value={option.translations ?? {}} onChange={(translations) => onChange({ translations })} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Swatch({ colour }: { colour: string }) {
  return <span className="swatch" style={{ background: `var(--mantine-color-${colour}-6)` }} aria-hidden />;
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
