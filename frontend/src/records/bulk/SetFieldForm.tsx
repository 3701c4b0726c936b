import "@mantine/core/styles/List.css";

import { Alert, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { FieldInput } from "~/fields/FieldInput";
import { idOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { failureInWords } from "~/records/bulk/run";
import { number } from "~/records/style";

interface Props {
  fields: Field[];
  count: number;
  /** How many of the selected ones the caller may not change. */
  locked: number;
  onSave: (values: Record<string, unknown>) => Promise<void>;
  onCancel: () => void;
}

/** One field, set to the same value for many records. */
export function SetFieldForm({ fields, count, locked, onSave, onCancel }: Props) {
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const field = fields.find((one) => one.name === name);
  const isEmpty = value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  const isMissing = field !== undefined && field.required && isEmpty;

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!field || isMissing || busy) return;
    setBusy(true);
    setError("");
    try {
      await onSave({ [field.name]: field.type === "lookup" ? idOf(value) : isEmpty ? null : value });
    } catch (failure) {
      setError(failureInWords(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {error !== "" && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Select
          label={m.field()}
          data-autofocus
          searchable
          allowDeselect={false}
          placeholder={m.choose()}
          data={fields.map((one) => ({ value: one.name, label: one.label }))}
          value={name}
          onChange={(next) => {
            const chosen = fields.find((one) => one.name === next);
            setName(next);
            setValue(chosen?.type === "boolean" ? false : null);
          }}
        />
        {field && <FieldInput key={field.name} field={field} labelled value={value} onChange={setValue} error={isMissing ? m.bulk_value_required() : undefined} />}
        <Text size="sm">
          {field && isEmpty && field.type !== "boolean" ? m.bulk_will_empty({ count: number(count), field: field.label }) : m.bulk_will_change({ count: number(count) })}
          {locked > 0 && ` ${m.bulk_locked({ count: number(locked) })}`}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={busy} disabled={!field || isMissing || count === 0}>
            {m.bulk_change_them({ count: number(count) })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
