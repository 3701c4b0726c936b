import { Problem } from "@freehold/client";
import { Alert, Button, Group, Stack, Title } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { api, navigationQuery, objectQuery, type Entry } from "~/api";
import { UnsavedGuard } from "~/app/UnsavedGuard";
import { messageOf } from "~/app/messages";
import { FieldInput } from "~/fields/FieldInput";
import { idOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { refresh } from "~/records/deleting";
import { editable, layoutQuery } from "~/records/record/layout";

const route = getRouteApi("/shell/o/$object/new");

/** A form for a new record. A request that is repeated after a lost response creates it once. */
export default function NewRecordPage() {
  const { object } = route.useParams();
  const given = useSearch({ strict: false }) as Record<string, string>;
  const navigate = useNavigate();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const { data: layout } = useSuspenseQuery(layoutQuery(navigation, detail));
  const summary = navigation.objects.find((one) => one.name === object);
  const fields = useMemo(() => {
    const locked = new Set(summary?.fields.filter((one) => one.readOnly).map((one) => one.name));
    return editable(detail, layout, locked);
  }, [detail, layout, summary]);
  const [values, setValues] = useState<Record<string, unknown>>(() => initial(fields, given));
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const touched = useRef(false);
  const key = useRef(crypto.randomUUID());

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const filled = fields.flatMap(({ name }) => (values[name] == null ? [] : [[name, values[name]] as const])); // without fields that are gone
      const body = Object.fromEntries(filled.map(([name, value]) => [name, isRecord(value) ? idOf(value) : value]));
      const { data } = await api.POST("/api/v1/data/{object}", {
        params: { path: { object } },
        headers: { "Idempotency-Key": key.current },
        body: body as never,
      });
      touched.current = false;
      await refresh(object);
      await navigate({ to: "/o/$object/$id", params: { object, id: (data as unknown as { data: Entry }).data.id }, replace: true });
    } catch (failure) {
      // The same key with other values would be refused; a request without a response keeps its key.
      if (failure instanceof Problem && failure.status !== 0) key.current = crypto.randomUUID();
      setRefusal(failure instanceof Problem ? failure : new Problem({ status: 500, code: "unexpected" }));
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (name: string) => refusal?.errors.find((one) => one.field === name)?.message;
  const hasOther = refusal !== null && (refusal.errors.length === 0 || refusal.errors.some((one) => !fields.some((field) => field.name === one.field)));

  return (
    <div className="page" style={{ maxWidth: "44rem" }}>
      <Title order={1} mb="md">
        {m.new_record({ object: detail.label })}
      </Title>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack>
          {hasOther && refusal && (
            <Alert color="red" role="alert">
              {messageOf(refusal)}
            </Alert>
          )}
          {fields.map((field, at) => (
            <FieldInput
              key={field.name}
              field={field}
              labelled
              autoFocus={at === 0}
              value={values[field.name]}
              error={errorOf(field.name)}
              onChange={(value) => {
                touched.current = true;
                setValues((before) => ({ ...before, [field.name]: value }));
              }}
            />
          ))}
          <Group>
            <Button type="submit" loading={busy}>
              {m.save()}
            </Button>
            <Button variant="default" onClick={() => history.back()}>
              {m.cancel()}
            </Button>
          </Group>
        </Stack>
      </form>
      <UnsavedGuard isUnsaved={() => touched.current} />
    </div>
  );
}

function initial(fields: { name: string; default?: unknown }[], given: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(fields.map((one) => [one.name, given[one.name] ?? one.default ?? null]));
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "id" in value && "name" in value;
}
