import { Problem } from "@freehold/client";
import { Anchor, Button, Paper, Select, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "~/api";
import { m } from "~/paraglide/messages";
import { DropDialog } from "~/setup/objects/DropDialog";
import { NameInput } from "~/setup/objects/NameInput";
import { faultOfName, objectNameRules } from "~/setup/objects/names";
import type { Plan } from "~/setup/objects/plan";
import { NAME_FAULTS, NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { definitionQuery, objectsQuery, onTop, refreshDefinitions, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview } from "~/setup/objects/useReview";
import { ChangedMeanwhile } from "~/setup/pieces/ChangedMeanwhile";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { cleaned, type Translations } from "~/setup/pieces/translations";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

const INPUTS = ["label", "pluralLabel", "description", "nameField", "name"] as const;
type Input = (typeof INPUTS)[number];
type Values = Record<Input, string> & { translations: Translations };

const NAMING = ["text", "email", "phone", "url", "auto_number", "select", "integer"];

function valuesOf(definition: Definition): Values {
  return { ...(Object.fromEntries(INPUTS.map((one) => [one, definition[one] ?? ""])) as Record<Input, string>), translations: definition.translations ?? {} };
}

/** What the object is called, and its end. */
export function DetailsTab({ definition, etag }: { definition: Definition; etag: string | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const review = useReview();
  const objects = useQuery(objectsQuery);
  const base = valuesOf(definition);
  const [changes, setChanges] = useState<Partial<Values>>({});
  const [before, setBefore] = useState<Values | null>(null);
  const values = { ...base, ...changes };
  const changed: Partial<Values> = Object.fromEntries(INPUTS.filter((one) => values[one].trim() !== base[one]).map((one) => [one, values[one].trim()]));
  const translations = cleaned(values.translations);
  if (JSON.stringify(translations) !== JSON.stringify(base.translations)) changed.translations = translations;
  const object = definition.name;
  const rules = objectNameRules((objects.data ?? []).map((one) => one.name).filter((one) => one !== object));
  const fault = faultOfName(values.name, rules);
  const refused = review.error && !isConflict(review.error) ? refusedOf(review.error, [...INPUTS, "translations"]) : NOTHING_REFUSED;
  const labels: Record<string, string> = { label: m.objects_label(), pluralLabel: m.objects_plural(), description: m.objects_description(), nameField: m.objects_name_field(), name: m.objects_name(), translations: m.setup_frame_languages() };
  const set = (part: Partial<Values>) => {
    setChanges({ ...changes, ...part });
    review.forget();
  };
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    if (fault || values.label.trim() === "" || values.pluralLabel.trim() === "") return;
    const send = (dryRun: boolean) =>
      api.PATCH("/api/v1/objects/{object}", { params: { path: { object }, query: dryRun ? { dryRun } : {} }, headers: onTop(etag), body: changed as never });
    const guarded = async <T,>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        if (isConflict(error)) {
          setBefore(base);
          await client.invalidateQueries({ queryKey: definitionQuery(object).queryKey });
        }
        throw error;
      }
    };
    void review.begin({
      title: changed.name ? m.objects_rename_title({ from: object, to: changed.name }) : m.objects_change_title({ object: definition.pluralLabel }),
      action: m.save(),
      reason: "rename",
      notes: changed.name ? [m.objects_rename_note({ from: object, to: changed.name })] : [],
      plan: () => guarded(async () => (await send(true)).data as unknown as Plan),
      apply: () =>
        guarded(async () => {
          await send(false);
          if (changed.name) await navigate({ to: "/setup/objects/$object", params: { object: changed.name }, search: { tab: "details" }, replace: true });
          setChanges({});
          await refreshDefinitions(client);
          notifications.show({ message: m.saved(), autoClose: 3_000 });
        }),
    });
  };
  const named = definition.fields.filter((one) => !one.system && NAMING.includes(one.type));
  return (
    <Stack gap="xl" maw="42rem">
      <form onSubmit={save} noValidate>
        <Stack>
          {before && (
            <ChangedMeanwhile
              before={before}
              now={base}
              label={(name) => labels[name] ?? name}
              text={(_, value) => (typeof value === "object" ? JSON.stringify(value) : String(value || "–"))}
              onKeepMine={() => setBefore(null)}
              onTakeTheirs={() => {
                setBefore(null);
                setChanges({});
                review.forget();
              }}
            />
          )}
          <Refusals refused={refused} object={object} />
          <TextInput label={m.objects_label()} description={m.objects_label_help()} required maxLength={100} value={values.label} error={refused.inputs.label ?? (values.label.trim() === "" ? m.objects_label_missing() : null)} onChange={(event) => set({ label: event.currentTarget.value })} />
          <TextInput label={m.objects_plural()} description={m.objects_plural_help()} required maxLength={100} value={values.pluralLabel} error={refused.inputs.pluralLabel ?? (values.pluralLabel.trim() === "" ? m.objects_label_missing() : null)} onChange={(event) => set({ pluralLabel: event.currentTarget.value })} />
          <Textarea label={m.objects_description()} autosize minRows={2} maxRows={6} maxLength={500} value={values.description} error={refused.inputs.description ?? null} onChange={(event) => set({ description: event.currentTarget.value })} />
          <TranslationsInput
            texts={{ label: m.objects_label(), pluralLabel: m.objects_plural(), description: m.objects_description() }}
            value={values.translations}
            error={refused.inputs.translations}
            onChange={(translations) => set({ translations })}
          />
          <Select
            label={m.objects_name_field()}
            description={m.objects_name_field_help()}
            placeholder={m.objects_name_field_none()}
            clearable
            data={named.map((one) => ({ value: one.name, label: one.label ?? one.name }))}
            value={values.nameField || null}
            error={refused.inputs.nameField ?? null}
            onChange={(nameField) => set({ nameField: nameField ?? "" })}
          />
          <NameInput
            description={definition.standard ? m.objects_name_kept() : m.objects_rename_help()}
            isKept={definition.standard}
            value={values.name}
            error={refused.inputs.name ?? (fault ? NAME_FAULTS[fault]() : undefined)}
            onChange={(name) => set({ name })}
          />
        </Stack>
        <SaveBar dirty={Object.keys(changed).length > 0} busy={review.busy} onDiscard={() => setChanges({})} />
      </form>
      {!definition.standard && <Dropping definition={definition} etag={etag} objects={objects.data ?? []} />}
      {review.dialog}
    </Stack>
  );
}

/** Deletes the object, unless fields of other objects refer to it. */
function Dropping({ definition, etag, objects }: { definition: Definition; etag: string | null; objects: Definition[] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const object = definition.name;
  const lookups = objects.flatMap((one) =>
    one.name === object ? [] : one.fields.filter((field) => field.type === "lookup" && field.target === object).map((field) => ({ object: one.name, field: field.name })),
  );
  const params = { path: { object } };
  return (
    <section aria-labelledby="drop-object">
      <Title order={2} id="drop-object" mb="xs">
        {m.objects_drop()}
      </Title>
      <Paper withBorder p="md">
        {lookups.length > 0 ? (
          <Text size="sm">
            {m.objects_drop_looked_up()}{" "}
            {lookups.map((one, at) => (
              <span key={`${one.object}.${one.field}`}>
                {at > 0 && ", "}
                <Anchor inherit renderRoot={(props) => <Link to="/setup/objects/$object/fields/$field" params={one} {...props} />}>
                  {one.object}.{one.field}
                </Anchor>
              </span>
            ))}
          </Text>
        ) : (
          <Stack align="flex-start" gap="sm">
            <Text size="sm">{m.objects_drop_help()}</Text>
            <Button color="red" variant="light" onClick={() => setOpened(true)}>
              {m.objects_drop()}
            </Button>
          </Stack>
        )}
      </Paper>
      <DropDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={m.objects_drop_title({ object: definition.pluralLabel })}
        name={object}
        note={m.objects_drop_note({ objects: definition.pluralLabel })}
        plan={async () => (await api.DELETE("/api/v1/objects/{object}", { params: { ...params, query: { dryRun: true } } })).data as unknown as Plan}
        drop={async (confirm) => {
          await api.DELETE("/api/v1/objects/{object}", { params: { ...params, query: { confirm } }, headers: onTop(etag) });
          setOpened(false);
          await navigate({ to: "/setup/objects" });
          client.removeQueries({ queryKey: definitionQuery(object).queryKey });
          await refreshDefinitions(client);
          notifications.show({ message: m.objects_dropped({ object: definition.pluralLabel }) });
        }}
      />
    </section>
  );
}

function isConflict(error: unknown): boolean {
  return error instanceof Problem && error.status === 412;
}
