import type { FieldProblem } from "@freehold/client";
import { ActionIcon, Alert, Button, Group, Input, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Field, ObjectDetail } from "~/api";
import { FilterBar } from "~/filters/FilterBar";
import { fromJson, toJson, type FilterJson } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { problemAt, type ListDraft } from "~/setup/apps/layouts";
import { movedIn } from "~/setup/apps/sorting/moving";
import { Sort, SortItem, SortList } from "~/setup/apps/sorting/Sortable";

interface Props {
  detail: ObjectDetail;
  draft: ListDraft;
  problems: readonly FieldProblem[];
  onChange: (draft: ListDraft) => void;
}

/** Columns, which records are shown, and their order. */
export function ListEditor({ detail, draft, problems, onChange }: Props) {
  return (
    <>
      <ColumnsEditor label={m.columns()} fields={detail.fields} columns={draft.columns} error={problemAt(problems, "layout.columns")} onChange={(columns) => onChange({ ...draft, columns })} />
      <FilterEditor fields={detail.fields} filter={draft.filter} error={problemAt(problems, "layout.filter")} onChange={(filter) => onChange({ ...draft, filter })} />
      <SortEditor fields={detail.fields} sort={draft.sort} error={problemAt(problems, "layout.sort")} onChange={(sort) => onChange({ ...draft, sort })} />
      <ColumnsEditor label={m.layout_filters()} description={m.layout_filters_text()} fields={detail.fields.filter((one) => one.type !== "json")} columns={draft.filters} least={0} error={problemAt(problems, "layout.filters")} onChange={(filters) => onChange({ ...draft, filters })} />
    </>
  );
}

interface ColumnsProps {
  label: string;
  description?: string;
  fields: Field[];
  columns: string[];
  least?: number;
  error: string | null;
  onChange: (columns: string[]) => void;
}

/** Fields in order: moved, removed, and added from those that are not among them. */
export function ColumnsEditor({ label, description, fields, columns, least = 1, error, onChange }: ColumnsProps) {
  const labels = new Map(fields.map((one) => [one.name, one.label]));
  const labelOf = (name: string) => labels.get(name) ?? name;
  const others = fields.filter((one) => !columns.includes(one.name));
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <Stack gap="xs" mt={4}>
        {(columns.length > 0 || least > 0) && (
          <Sort lists={[columns]} itemName={({ at }) => labelOf(columns[at] ?? "")} onMove={(from, to) => onChange(movedIn(columns, from.at, to.at))}>
            <SortList list={0} label={label} empty={m.layout_no_fields()}>
              {columns.map((name, at) => (
                <SortItem key={name} place={{ list: 0, at }} actions={<Remove item={labelOf(name)} from={label} disabled={columns.length <= least} onClick={() => onChange(columns.filter((one) => one !== name))} />}>
                  {labelOf(name)}
                </SortItem>
              ))}
            </SortList>
          </Sort>
        )}
        {others.length > 0 && <AddField label={m.layout_add_to({ list: label })} fields={others} onAdd={(name) => onChange([...columns, name])} />}
      </Stack>
    </Input.Wrapper>
  );
}

interface RemoveProps {
  item: string;
  /** The list that it leaves, where the item itself stays. */
  from?: string;
  disabled?: boolean;
  onClick: () => void;
}

export function Remove({ item, from, disabled = false, onClick }: RemoveProps) {
  return (
    <ActionIcon variant="subtle" color="gray" disabled={disabled} aria-label={from === undefined ? m.layout_remove({ item }) : m.layout_remove_from({ item, list: from })} onClick={onClick}>
      ×
    </ActionIcon>
  );
}

/** A choice that is empty again once something was added. */
export function AddField({ label, fields, onAdd }: { label: string; fields: { name: string; label: string }[]; onAdd: (name: string) => void }) {
  const [round, setRound] = useState(0);
  return (
    <Select
      key={round}
      size="xs"
      aria-label={label}
      placeholder={m.layout_add_field()}
      searchable
      autoFocus={round > 0}
      data={fields.map((one) => ({ value: one.name, label: one.label }))}
      value={null}
      onChange={(name) => {
        if (name === null) return;
        onAdd(name);
        setRound(round + 1);
      }}
    />
  );
}

const UNSORTABLE = new Set<Field["type"]>(["json", "long_text", "multi_select"]);
const MOST_SORTS = 5;

interface SortProps {
  fields: Field[];
  sort: string[];
  error: string | null;
  onChange: (sort: string[]) => void;
}

/** The order of the records: by up to five fields. */
export function SortEditor({ fields, sort, error, onChange }: SortProps) {
  const sortable = fields.filter((one) => !UNSORTABLE.has(one.type));
  const nameAt = (one: string) => one.replace(/^-/, "");
  const labelOf = (name: string) => fields.find((one) => one.name === name)?.label ?? name;
  const rest = sortable.filter((one) => !sort.some((other) => nameAt(other) === one.name));
  return (
    <Input.Wrapper label={m.layout_sort()} error={error} labelElement="div">
      <Stack gap="xs" mt={4}>
        {sort.length === 0 && (
          <Text size="sm" c="dimmed">
            {m.layout_sort_none()}
          </Text>
        )}
        {sort.length > 0 && (
          <Sort lists={[sort]} itemName={({ at }) => labelOf(nameAt(sort[at] ?? ""))} onMove={(from, to) => onChange(movedIn(sort, from.at, to.at))}>
            <SortList list={0} label={m.layout_sort()}>
              {sort.map((one, at) => {
                const name = nameAt(one);
                const order = one.startsWith("-") ? m.layout_descending() : m.layout_ascending();
                return (
                  <SortItem key={name} place={{ list: 0, at }} actions={<Remove item={labelOf(name)} from={m.layout_sort()} onClick={() => onChange(sort.filter((other) => other !== one))} />}>
                    <Group gap="xs" justify="space-between">
                      {labelOf(name)}
                      <Button size="compact-xs" variant="default" aria-label={m.layout_sort_turn({ order, item: labelOf(name) })} onClick={() => onChange(sort.map((other) => (other === one ? (one.startsWith("-") ? name : `-${name}`) : other)))}>
                        {order}
                      </Button>
                    </Group>
                  </SortItem>
                );
              })}
            </SortList>
          </Sort>
        )}
        {sort.length < MOST_SORTS && rest.length > 0 && <AddField label={m.layout_add_to({ list: m.layout_sort() })} fields={rest} onAdd={(name) => onChange([...sort, name])} />}
      </Stack>
    </Input.Wrapper>
  );
}

interface FilterProps {
  fields: Field[];
  filter: FilterJson;
  error: string | null;
  onChange: (filter: FilterJson) => void;
}

/** Which records are shown at all. A filter that says more than the builder shows is kept as it is, or removed. */
export function FilterEditor({ fields, filter, error, onChange }: FilterProps) {
  const conditions = fromJson(filter);
  const isEmpty = Object.keys(filter).length === 0;
  return (
    <Input.Wrapper label={m.layout_filter()} description={m.layout_filter_text()} error={error} labelElement="div">
      <Group gap="xs" mt={6}>
        {conditions === null ? (
          <Alert color="gray" p="xs">
            {m.layout_filter_kept()}{" "}
            <Button size="compact-xs" variant="default" onClick={() => onChange({})}>
              {m.clear_filter()}
            </Button>
          </Alert>
        ) : (
          <FilterBar fields={fields} conditions={conditions} onChange={(next) => onChange(toJson(next))} />
        )}
        {isEmpty && (
          <Text size="sm" c="dimmed">
            {m.layout_filter_none()}
          </Text>
        )}
      </Group>
    </Input.Wrapper>
  );
}
