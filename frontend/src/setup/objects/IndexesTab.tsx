import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";

import { ActionIcon, Badge, Button, Group, Modal, Select, Stack, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "~/api";
import { m } from "~/paraglide/messages";
import { canBeUniqueTogether, faultOfIndex, fieldsFor, MOST_INDEXES, MOST_PARTS, readIndex, writtenIndex, type EditedIndex } from "~/setup/objects/indexes";
import { move } from "~/setup/objects/optionList";
import type { Plan } from "~/setup/objects/plan";
import { NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { onTop, refreshDefinitions, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview, type Change } from "~/setup/objects/useReview";
import { MoveButtons, useDragOrder } from "~/setup/pieces/reorder";
import { EmptyState } from "~/setup/pieces/states";

interface Props {
  definition: Definition;
  etag: string | null;
}

/** The change that gives an object these indexes. */
export function useIndexChange({ definition, etag }: Props) {
  const client = useQueryClient();
  return (indexes: unknown[], title: string, action: string): Change => {
    const params = { path: { object: definition.name } };
    const body = { indexes } as never;
    return {
      title,
      action,
      reason: "change",
      plan: async () => (await api.PATCH("/api/v1/objects/{object}", { params: { ...params, query: { dryRun: true } }, headers: onTop(etag), body })).data as unknown as Plan,
      apply: async () => {
        await api.PATCH("/api/v1/objects/{object}", { params, headers: onTop(etag), body });
        await refreshDefinitions(client);
        notifications.show({ message: m.saved(), autoClose: 3_000 });
      },
    };
  };
}

/** Indexes over several fields: for lists that are filtered and sorted by them together, or unique ones. */
export function IndexesTab({ definition, etag }: Props) {
  const review = useReview();
  const changeTo = useIndexChange({ definition, etag });
  const indexes = definition.indexes.map(readIndex);
  /** The place of the index in the form: that of a new one is behind the last. */
  const [edited, setEdited] = useState<number | null>(null);
  const label = labels(definition);
  const refused = review.error ? refusedOf(review.error, []) : NOTHING_REFUSED;
  const remove = (at: number) => {
    const rest = indexes.filter((_, place) => place !== at).map(writtenIndex);
    void review.begin(changeTo(rest, m.index_drop_title(), m.index_drop()));
  };
  const save = (index: EditedIndex) => {
    const next = [...indexes];
    next[edited ?? indexes.length] = index;
    setEdited(null);
    void review.begin(changeTo(next.map(writtenIndex), m.index_save_title(), m.save()));
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed" maw="42rem">
        {m.index_help()}
      </Text>
      <Refusals refused={refused} object={definition.name} />
      {indexes.length === 0 && <EmptyState text={m.index_none()} />}
      {indexes.length > 0 && (
        <ul className="setup-rows">
          {indexes.map((one, at) => (
            <li key={JSON.stringify(writtenIndex(one))}>
              <Group justify="space-between" gap="xs">
                <Group gap="xs">
                  <Text size="sm">{textOf(one, label)}</Text>
                  {one.unique && (
                    <Badge variant="default" tt="none" radius="sm" fw={500}>
                      {m.index_unique()}
                    </Badge>
                  )}
                </Group>
                <Group gap="xs">
                  <Button size="compact-sm" variant="subtle" aria-label={`${m.edit()}: ${textOf(one, label)}`} onClick={() => setEdited(at)}>
                    {m.edit()}
                  </Button>
                  <Button size="compact-sm" variant="subtle" color="red" aria-label={`${m.delete_()}: ${textOf(one, label)}`} onClick={() => remove(at)}>
                    {m.delete_()}
                  </Button>
                </Group>
              </Group>
            </li>
          ))}
        </ul>
      )}
      {indexes.length < MOST_INDEXES && (
        <Group>
          <Button onClick={() => setEdited(indexes.length)}>{m.index_add()}</Button>
        </Group>
      )}
      <Modal opened={edited !== null} onClose={() => setEdited(null)} title={edited === indexes.length ? m.index_add() : m.index_edit()} size="lg">
        {edited !== null && (
          <IndexForm
            key={edited}
            definition={definition}
            index={indexes[edited] ?? { parts: [], unique: false }}
            others={indexes.filter((_, at) => at !== edited)}
            onSave={save}
            onCancel={() => setEdited(null)}
          />
        )}
      </Modal>
      {review.dialog}
    </Stack>
  );
}

interface FormProps {
  definition: Definition;
  index: EditedIndex;
  others: EditedIndex[];
  onSave: (index: EditedIndex) => void;
  onCancel: () => void;
}

const FAULTS = { empty: m.index_empty, twice: m.index_twice, own: m.index_own };

function IndexForm({ definition, index, others, onSave, onCancel }: FormProps) {
  const [edited, setEdited] = useState(index);
  const [tried, setTried] = useState(false);
  const label = labels(definition);
  const setParts = (parts: EditedIndex["parts"]) => {
    const next = { ...edited, parts };
    setEdited({ ...next, unique: next.unique && canBeUniqueTogether(next, definition.fields) });
  };
  const place = (from: number, to: number) => setParts(move(edited.parts, from, to));
  const drag = useDragOrder(place);
  const fault = faultOfIndex(edited, others, definition.fields);
  const choices = fieldsFor(edited, definition.fields);
  return (
    <Stack>
      {edited.parts.length > 0 && (
        <ol className="setup-rows">
          {edited.parts.map((part, at) => {
            const name = label.get(part.field) ?? part.field;
            return (
              <li key={part.field} {...drag.row(at)}>
                <Group gap="xs">
                  <span {...drag.handle(at)}>⠿</span>
                  <Text size="sm" style={{ flex: "1 1 9rem", overflowWrap: "anywhere" }}>
                    {name}
                  </Text>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`${name}: ${part.descending ? m.index_descending() : m.index_ascending()}`}
                    onClick={() => setParts(edited.parts.map((one) => (one === part ? { ...one, descending: !one.descending } : one)))}
                  >
                    {part.descending ? `↓ ${m.index_descending()}` : `↑ ${m.index_ascending()}`}
                  </Button>
                  <MoveButtons name={name} at={at} count={edited.parts.length} onMove={place} />
                  <ActionIcon variant="subtle" color="red" aria-label={m.index_remove_field({ field: name })} onClick={() => setParts(edited.parts.filter((one) => one !== part))}>
                    ×
                  </ActionIcon>
                </Group>
              </li>
            );
          })}
        </ol>
      )}
      {edited.parts.length < MOST_PARTS && choices.length > 0 && (
        <Select
          key={edited.parts.length}
          label={m.index_add_field()}
          description={edited.parts.length === 0 ? m.index_order_help() : undefined}
          placeholder={m.choose()}
          searchable
          data={choices.map((one) => ({ value: one.name, label: one.label }))}
          value={null}
          onChange={(name) => name && setParts([...edited.parts, { field: name, descending: false }])}
        />
      )}
      {canBeUniqueTogether(edited, definition.fields) && (
        <Switch label={m.index_unique()} description={m.index_unique_help()} checked={edited.unique} onChange={(event) => setEdited({ ...edited, unique: event.currentTarget.checked })} />
      )}
      {tried && fault && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {FAULTS[fault]()}
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {m.cancel()}
        </Button>
        <Button
          onClick={() => {
            setTried(true);
            if (!fault) onSave(edited);
          }}
        >
          {m.continue_()}
        </Button>
      </Group>
    </Stack>
  );
}

export function labels(definition: Definition): Map<string, string> {
  return new Map(definition.fields.map((one) => [one.name, one.label ?? one.name]));
}

export function textOf(index: EditedIndex, label: ReadonlyMap<string, string>): string {
  return index.parts.map((one) => `${label.get(one.field) ?? one.field} ${one.descending ? "↓" : "↑"}`).join(", ");
}
