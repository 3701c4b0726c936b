import "~/setup/setup.css";

import { Button, Group, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "~/api";
import { PageError } from "~/app/PageError";
import { UnsavedGuard } from "~/app/UnsavedGuard";
import { m } from "~/paraglide/messages";
import { bodyOf, newDraft, type FieldDraft } from "~/setup/objects/fieldDraft";
import { faultsOf } from "~/setup/objects/fieldFaults";
import { FIELD_INPUTS, FieldForm } from "~/setup/objects/FieldForm";
import { isBuiltIn, TYPE_GROUPS, typeHelp, typeLabel } from "~/setup/objects/fieldTypes";
import { fieldNameRules, suggestName } from "~/setup/objects/names";
import type { Plan } from "~/setup/objects/plan";
import { NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { definitionQuery, objectsQuery, refreshDefinitions, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview } from "~/setup/objects/useReview";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/objects/$object/new-field");

/** A new field: first its type, which is in the address, then everything else. */
export default function NewFieldPage() {
  const { object } = route.useParams();
  const { type = "" } = route.useSearch();
  const { data, error, refetch } = useQuery(definitionQuery(object));
  if (error && !data) return <PageError error={error} reset={() => void refetch()} />;
  if (!data) return <LoadingState />;
  return (
    <div className="page" style={{ maxWidth: isBuiltIn(type) ? "44rem" : undefined }}>
      <PageHeader
        title={isBuiltIn(type) ? m.field_new_of({ type: typeLabel(type) }) : m.field_new()}
        back={{ label: data.definition.pluralLabel, link: { to: "/setup/objects/$object", params: { object } } }}
        description={isBuiltIn(type) ? typeHelp(type).help : m.field_choose_type()}
      />
      {isBuiltIn(type) ? <NewField key={type} type={type} definition={data.definition} /> : <TypePicker object={object} />}
    </div>
  );
}

function TypePicker({ object }: { object: string }) {
  return (
    <>
      {TYPE_GROUPS.map((group) => (
        <section key={group.label()} aria-label={group.label()} style={{ marginBottom: "1rem" }}>
          <Title order={2} mb="xs">
            {group.label()}
          </Title>
          <div className="type-cards">
            {group.types.map((type) => {
              const { help, example } = typeHelp(type);
              return (
                <Link key={type} className="type-card" to="/setup/objects/$object/new-field" params={{ object }} search={{ type }}>
                  <Text component="span" display="block" fw={600} size="sm">
                    {typeLabel(type)}
                  </Text>
                  <Text component="span" display="block" size="sm">
                    {help}
                  </Text>
                  <Text component="span" display="block" size="xs" c="dimmed" mt={4}>
                    {m.field_example({ example })}
                  </Text>
                </Link>
              );
            })}
          </div>
        </section>
      ))}
    </>
  );
}

function NewField({ type, definition }: { type: string; definition: Definition }) {
  const object = definition.name;
  const client = useQueryClient();
  const navigate = useNavigate();
  const review = useReview();
  const objects = useQuery(objectsQuery);
  const [draft, setDraft] = useState(() => newDraft(type));
  const [hasOwnName, setHasOwnName] = useState(false);
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState(false);
  const names = (isSystem: boolean) => definition.fields.filter((one) => (one.system ?? false) === isSystem).map((one) => one.name);
  const rules = fieldNameRules(names(false), names(true));
  const refused = review.error ? refusedOf(review.error, FIELD_INPUTS, ["required"]) : NOTHING_REFUSED;
  const faults = faultsOf(draft, rules);
  const change = (part: Partial<FieldDraft>) => {
    setTouched(true);
    review.forget();
    const isOwn = hasOwnName || part.name !== undefined;
    setHasOwnName(isOwn);
    const next = { ...draft, ...part };
    setDraft(isOwn ? next : { ...next, name: suggestName(next.label, rules) });
  };
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    const body = bodyOf(draft) as never;
    const params = { path: { object } };
    void review.begin({
      title: m.field_add_title({ field: draft.label, object: definition.pluralLabel }),
      action: m.field_add(),
      reason: "change",
      notes: notesOf(draft),
      plan: async () => (await api.POST("/api/v1/objects/{object}/fields", { params: { ...params, query: { dryRun: true } }, body })).data as unknown as Plan,
      apply: async () => {
        await api.POST("/api/v1/objects/{object}/fields", { params, body });
        setTouched(false);
        await navigate({ to: "/setup/objects/$object", params: { object }, ignoreBlocker: true });
        await refreshDefinitions(client);
        notifications.show({ message: m.field_added({ field: draft.label }) });
      },
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Refusals refused={refused} object={object} />
      <FieldForm draft={draft} onChange={change} errors={{ ...(tried ? faults : {}), ...refused.inputs }} isStandard={false} nameHelp={m.field_name_help()} showFaults={tried} objects={objects.data ?? []} autoFocus />
      <Group mt="lg">
        <Button type="submit" loading={review.busy}>
          {m.continue_()}
        </Button>
        <Button variant="default" renderRoot={(props) => <Link to="/setup/objects/$object/new-field" params={{ object }} {...props} />}>
          {m.field_other_type()}
        </Button>
      </Group>
      <UnsavedGuard isUnsaved={() => touched} />
      {review.dialog}
    </form>
  );
}

/** What the statements do not say. */
function notesOf(draft: FieldDraft): string[] {
  if (draft.type === "auto_number") return [m.field_note_numbered()];
  return draft.default !== null && draft.default !== "" && !draft.unique ? [m.field_note_default()] : [];
}
