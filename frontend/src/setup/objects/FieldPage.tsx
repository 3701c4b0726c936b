import "~/setup/setup.css";

import { Problem } from "@freehold/client";
import { Button, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api, type Field } from "~/api";
import { PageError } from "~/app/PageError";
import { m } from "~/paraglide/messages";
import { DropDialog } from "~/setup/objects/DropDialog";
import { bodyOf, changesOf, draftOf, isHarmless, withType, type Body, type FieldDraft } from "~/setup/objects/fieldDraft";
import { faultsOf } from "~/setup/objects/fieldFaults";
import { FIELD_INPUTS, FieldForm } from "~/setup/objects/FieldForm";
import { conversionsOf, typeLabel } from "~/setup/objects/fieldTypes";
import { readIndex } from "~/setup/objects/indexes";
import { labels as labelsOf, textOf } from "~/setup/objects/IndexesTab";
import { fieldNameRules } from "~/setup/objects/names";
import { editedOptions } from "~/setup/objects/optionList";
import type { Plan } from "~/setup/objects/plan";
import { NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { definitionQuery, fieldQuery, objectsQuery, onTop, refreshDefinitions, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview } from "~/setup/objects/useReview";
import { ChangedMeanwhile } from "~/setup/pieces/ChangedMeanwhile";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/objects/$object/fields/$field");

/** One field: everything that may be changed of it. */
export default function FieldPage() {
  const { object, field } = route.useParams();
  const owner = useQuery(definitionQuery(object));
  const found = useQuery(fieldQuery(object, field));
  const error = owner.error ?? found.error;
  if (error && !(owner.data && found.data)) return <PageError error={error} reset={() => void found.refetch()} />;
  if (!owner.data || !found.data) return <LoadingState />;
  const { definition } = owner.data;
  const current = found.data.field;
  return (
    <div className="page" style={{ maxWidth: "44rem" }}>
      <PageHeader
        title={current.label ?? field}
        back={{ label: definition.pluralLabel, link: { to: "/setup/objects/$object", params: { object } } }}
        description={current.standard ? m.field_standard_help({ type: typeLabel(current.type) }) : typeLabel(current.type)}
      />
      {current.system ? <Text>{m.field_system()}</Text> : <EditField key={`${object} ${current.id}`} definition={definition} field={current} etag={found.data.etag} />}
    </div>
  );
}

interface Props {
  definition: Definition;
  field: Field;
  etag: string | null;
}

function EditField({ definition, field, etag }: Props) {
  const object = definition.name;
  const client = useQueryClient();
  const navigate = useNavigate();
  const review = useReview();
  const objects = useQuery(objectsQuery);
  const base = draftOf(field);
  const [changes, setChanges] = useState<Partial<FieldDraft>>({});
  const [before, setBefore] = useState<Body | null>(null);
  const draft = { ...base, ...changes };
  const changed = changesOf(base, draft);
  const others = definition.fields.filter((one) => one.name !== field.name);
  const rules = fieldNameRules(others.filter((one) => !one.system).map((one) => one.name), others.filter((one) => one.system).map((one) => one.name));
  const faults = faultsOf(draft, rules);
  const isConflict = review.error instanceof Problem && review.error.status === 412;
  const refused = review.error && !isConflict ? refusedOf(review.error, FIELD_INPUTS, Object.keys(changed)) : NOTHING_REFUSED;
  const set = (part: Partial<FieldDraft>) => {
    setChanges({ ...changes, ...part });
    review.forget();
  };
  const discard = () => {
    setBefore(null);
    setChanges({});
    review.forget();
  };
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    if (Object.keys(faults).length > 0) return;
    const path = { object, field: field.name };
    const send = async (dryRun: boolean) => {
      try {
        return (await api.PATCH("/api/v1/objects/{object}/fields/{field}", { params: { path, query: dryRun ? { dryRun } : {} }, headers: onTop(etag), body: changed as never })).data;
      } catch (error) {
        if (error instanceof Problem && error.status === 412) {
          setBefore(bodyOf(base));
          await client.invalidateQueries({ queryKey: definitionQuery(object).queryKey });
        }
        throw error;
      }
    };
    const renamed = changed.name as string | undefined;
    void review.begin({
      title: renamed ? m.objects_rename_title({ from: field.name, to: renamed }) : m.field_change_title({ field: field.label ?? field.name }),
      action: m.save(),
      reason: renamed ? "rename" : "change",
      isHarmless: isHarmless(base, changed),
      notes: renamed ? [m.field_rename_note({ from: field.name, to: renamed })] : [],
      plan: async () => (await send(true)) as unknown as Plan,
      apply: async () => {
        await send(false);
        setChanges({});
        if (renamed) await navigate({ to: "/setup/objects/$object/fields/$field", params: { object, field: renamed }, replace: true, ignoreBlocker: true });
        await refreshDefinitions(client);
        notifications.show({ message: m.saved(), autoClose: 3_000 });
      },
    });
  };
  return (
    <Stack gap="xl">
      <form onSubmit={save} noValidate>
        <Stack>
          {before && (
            <ChangedMeanwhile before={before} now={bodyOf(base)} label={inputLabel} text={(_, value) => shown(value)} onKeepMine={() => setBefore(null)} onTakeTheirs={discard} />
          )}
          <Refusals refused={refused} object={object} />
          {!field.standard && conversionsOf(field.type).length > 0 && (
            <Select
              label={m.field_type()}
              description={m.field_type_change_help()}
              maw={280}
              allowDeselect={false}
              data={[field.type, ...conversionsOf(field.type)].map((one) => ({ value: one, label: typeLabel(one) }))}
              value={draft.type}
              error={refused.inputs.type ?? null}
              onChange={(type) => type && set(type === field.type ? draftOf(field) : { ...withType(draft, type), options: editedOptions([]) })}
            />
          )}
          <FieldForm draft={draft} onChange={set} errors={{ ...faults, ...refused.inputs }} isStandard={field.standard ?? false} nameHelp={field.standard ? m.field_kept() : m.field_rename_help()} showFaults objects={objects.data ?? []} />
        </Stack>
        <SaveBar dirty={Object.keys(changed).length > 0} busy={review.busy} onDiscard={discard} />
      </form>
      {!field.standard && <Dropping definition={definition} field={field} etag={etag} />}
      {review.dialog}
    </Stack>
  );
}

/** Deletes the field, unless an index of the object is over it. */
function Dropping({ definition, field, etag }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const path = { object: definition.name, field: field.name };
  const over = definition.indexes.map(readIndex).filter((one) => one.parts.some((part) => part.field === field.name));
  return (
    <section aria-labelledby="drop-field">
      <Title order={2} id="drop-field" mb="xs">
        {m.field_drop()}
      </Title>
      <Paper withBorder p="md">
        {over.length > 0 ? (
          <Text size="sm">{m.field_drop_in_index({ indexes: over.map((one) => `(${textOf(one, labelsOf(definition))})`).join(", ") })}</Text>
        ) : (
          <Stack align="flex-start" gap="sm">
            <Text size="sm">{m.field_drop_help()}</Text>
            <Button color="red" variant="light" onClick={() => setOpened(true)}>
              {m.field_drop()}
            </Button>
          </Stack>
        )}
      </Paper>
      <DropDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={m.field_drop_title({ field: field.label ?? field.name })}
        name={field.name}
        note={m.field_drop_note({ objects: definition.pluralLabel })}
        plan={async () => (await api.DELETE("/api/v1/objects/{object}/fields/{field}", { params: { path, query: { dryRun: true } } })).data as unknown as Plan}
        drop={async (confirm) => {
          await api.DELETE("/api/v1/objects/{object}/fields/{field}", { params: { path, query: { confirm } }, headers: onTop(etag) });
          setOpened(false);
          await navigate({ to: "/setup/objects/$object", params: { object: definition.name }, ignoreBlocker: true });
          client.removeQueries({ queryKey: fieldQuery(definition.name, field.name).queryKey });
          await refreshDefinitions(client);
          notifications.show({ message: m.field_dropped({ field: field.label ?? field.name }) });
        }}
      />
    </section>
  );
}

const LABELS: Record<string, () => string> = {
  label: m.field_label, name: m.objects_name, description: m.field_description, type: m.field_type, required: m.field_required, unique: m.field_unique,
  index: m.field_index, searchable: m.field_searchable, history: m.field_history, default: m.field_default, maxLength: m.field_max_length,
  precision: m.field_precision, scale: m.field_scale, options: m.option_title, target: m.field_target, onDelete: m.field_on_delete,
  format: m.field_format, start: m.field_start, translations: m.setup_frame_languages,
};

function inputLabel(name: string): string {
  return LABELS[name]?.() ?? name;
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? m.yes() : m.no();
  if (Array.isArray(value)) return value.map((one) => String((one as { label?: string }).label ?? one)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
