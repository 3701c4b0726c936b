import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import "~/filters/filters.css";

import { ActionIcon, Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";

import type { Field } from "~/api";
import { LookupInput } from "~/fields/LookupInput";
import { optionsOf } from "~/fields/format";
import { shownOption } from "~/fields/OptionBadge";
import { DateValue } from "~/filters/DateValue";
import { joined, needsValue, operatorsOf, without, type Condition, type Operator } from "~/filters/filter";
import { operatorInWords } from "~/filters/words";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
  /** Whether conditions can be joined by "or". */
  withAlternatives?: boolean;
}

/** The lines of a filter, also those that lack a value. */
export function FilterEditor({ fields, conditions, onChange, withAlternatives = false }: Props) {
  const filterable = fields.filter((one) => one.type !== "json");
  const replace = (at: number, part: Partial<Condition>) => onChange(conditions.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const join = (at: number, isAlternative: boolean) => onChange(conditions.map((one, index) => (index === at ? joined(one, isAlternative) : one)));
  const add = () => {
    const field = filterable.find((one) => !one.system) ?? filterable[0];
    if (field) onChange([...conditions, conditionOn(field)]);
  };
  return (
    <Stack gap="xs">
      {conditions.map((one, at) => (
        <div key={at} className={one.or || conditions[at + 1]?.or ? "filter-group" : undefined}>
          {withAlternatives && at > 0 && <Joint isAlternative={one.or === true} onChange={(isAlternative) => join(at, isAlternative)} />}
          <Line fields={filterable} condition={one} onChange={(part) => replace(at, part)} onRemove={() => onChange(without(conditions, at))} />
        </div>
      ))}
      <Group>
        <Button size="xs" variant="light" data-autofocus onClick={add}>
          {m.add_condition()}
        </Button>
        {conditions.length > 0 && (
          <Button size="xs" variant="subtle" onClick={() => onChange([])}>
            {m.clear_filter()}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function conditionOn(field: Field): Condition {
  return { field: field.name, operator: operatorsOf(field.type, field.target)[0]!, value: field.type === "boolean" ? "true" : "" };
}

/** How a condition goes with the one before it. */
function Joint({ isAlternative, onChange }: { isAlternative: boolean; onChange: (isAlternative: boolean) => void }) {
  const data = [{ value: "and", label: m.filter_and() }, { value: "or", label: m.filter_or() }];
  return (
    <Group gap="xs" mb={4}>
      <Select size="xs" w={90} aria-label={m.filter_joint()} allowDeselect={false} data={data} value={isAlternative ? "or" : "and"} onChange={(next) => onChange(next === "or")} comboboxProps={{ withinPortal: false }} />
      {isAlternative && (
        <Text size="xs" c="dimmed">
          {m.filter_one_of_group()}
        </Text>
      )}
    </Group>
  );
}

interface LineProps {
  fields: Field[];
  condition: Condition;
  onChange: (part: Partial<Condition>) => void;
  onRemove: () => void;
}

function Line({ fields, condition, onChange, onRemove }: LineProps) {
  const field = fields.find((one) => one.name === condition.field);
  const operators = field ? operatorsOf(field.type, field.target) : [];
  const choose = (name: string | null) => {
    const next = fields.find((one) => one.name === name);
    if (next) onChange(conditionOn(next));
  };
  return (
    <Group wrap="wrap" gap="xs" align="flex-start">
      <Select size="xs" w={160} aria-label={m.field()} searchable allowDeselect={false} data={fields.map((one) => ({ value: one.name, label: one.label }))} value={condition.field} onChange={choose} comboboxProps={{ withinPortal: false }} />
      <Select size="xs" w={170} aria-label={m.operator()} allowDeselect={false} data={operators.map((one) => ({ value: one, label: operatorInWords(one, field?.type) }))} value={condition.operator} onChange={(next) => next && onChange({ operator: next as Operator })} comboboxProps={{ withinPortal: false }} />
      <div style={{ flex: 1, minWidth: 140 }}>{field && needsValue(condition.operator) && <ValueInput field={field} condition={condition} onChange={onChange} />}</div>
      <ActionIcon variant="subtle" aria-label={m.remove_condition()} onClick={onRemove}>
        ×
      </ActionIcon>
    </Group>
  );
}

function ValueInput({ field, condition, onChange }: { field: Field; condition: Condition; onChange: (part: Partial<Condition>) => void }) {
  const common = { size: "xs", "aria-label": m.value() } as const;
  if (field.type === "select" && condition.operator === "in") {
    return <MultiSelect {...common} data={optionsOf(field)} renderOption={shownOption} value={condition.value === "" ? [] : condition.value.split(",")} onChange={(next) => onChange({ value: next.join(",") })} comboboxProps={{ withinPortal: false }} />;
  }
  if (field.type === "select" || field.type === "multi_select") {
    return <Select {...common} data={optionsOf(field)} renderOption={shownOption} value={condition.value || null} onChange={(next) => onChange({ value: next ?? "" })} comboboxProps={{ withinPortal: false }} />;
  }
  if (field.type === "boolean") {
    return <Select {...common} data={[{ value: "true", label: m.yes() }, { value: "false", label: m.no() }]} value={condition.value} onChange={(next) => onChange({ value: next ?? "" })} comboboxProps={{ withinPortal: false }} />;
  }
  if (field.type === "lookup") {
    return <LookupInput {...common} target={field.target ?? "users"} value={condition.value || null} clearable onChange={(next) => onChange({ value: next?.id ?? "" })} />;
  }
  if (field.type === "date" || field.type === "datetime") return <DateValue value={condition.value} onChange={(value) => onChange({ value })} />;
  const type = field.type === "time" ? "time" : "text";
  return <TextInput {...common} type={type} value={condition.value} onChange={(event) => onChange({ value: event.currentTarget.value })} />;
}
