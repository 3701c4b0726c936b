import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import "~/filters/filters.css";

import { ActionIcon, Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { Fragment } from "react";

import type { Field } from "~/api";
import { LookupInput } from "~/fields/LookupInput";
import { optionsOf } from "~/fields/format";
import { shownOption } from "~/fields/OptionBadge";
import { DateValue } from "~/filters/DateValue";
import { countOf, needsValue, NO_CONDITIONS, operatorsOf, type Condition, type Conditions, type Operator } from "~/filters/filter";
import { changedAt, withCondition, withoutAt } from "~/filters/groups";
import { operatorInWords } from "~/filters/words";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  conditions: Conditions;
  onChange: (conditions: Conditions) => void;
}

/** The lines of a filter in their groups, also those that lack a value. */
export function FilterEditor({ fields, conditions, onChange }: Props) {
  const filterable = fields.filter((one) => one.type !== "json");
  const first = filterable.find((one) => !one.system) ?? filterable[0];
  const add = (group?: number) => first && onChange(withCondition(conditions, conditionOn(first), group));
  const { any, groups } = conditions;
  const [between, within] = any ? [m.filter_or(), m.filter_and()] : [m.filter_and(), m.filter_or()];
  return (
    <Stack gap="xs">
      {countOf(conditions) > 1 && <Mode any={any} onChange={(next) => onChange({ any: next, groups })} />}
      {groups.map((group, index) => (
        <Fragment key={index}>
          {index > 0 && <Joint text={between} />}
          <div className={group.length > 1 ? "filter-group" : undefined} role="group" aria-label={m.filter_group({ number: index + 1 })}>
            {group.map((one, at) => (
              <Fragment key={at}>
                {at > 0 && <Joint text={within} />}
                <Line
                  fields={filterable}
                  condition={one}
                  onChange={(part) => onChange(changedAt(conditions, { group: index, at }, part))}
                  onRemove={() => onChange(withoutAt(conditions, { group: index, at }))}
                />
              </Fragment>
            ))}
            <Button size="compact-sm" variant="subtle" mt={2} onClick={() => add(index)} aria-label={any ? m.filter_add_and({ number: index + 1 }) : m.filter_add_or({ number: index + 1 })}>
              {any ? m.filter_and_more() : m.filter_or_more()}
            </Button>
          </div>
        </Fragment>
      ))}
      <Group>
        <Button size="xs" variant="light" data-autofocus onClick={() => add()}>
          {m.add_condition()}
        </Button>
        {groups.length > 0 && (
          <Button size="xs" variant="subtle" onClick={() => onChange(NO_CONDITIONS)}>
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

/** Whether all groups must match, or one of them. */
function Mode({ any, onChange }: { any: boolean; onChange: (any: boolean) => void }) {
  const data = [{ value: "all", label: m.filter_all() }, { value: "any", label: m.filter_any() }];
  return <Select size="xs" w={260} aria-label={m.filter_joint()} allowDeselect={false} data={data} value={any ? "any" : "all"} onChange={(next) => onChange(next === "any")} comboboxProps={{ withinPortal: false }} />;
}

/** How what is below goes with what is above. */
function Joint({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed" my={2}>
      {text}
    </Text>
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
