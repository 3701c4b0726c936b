import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/RadioIndicator.css";

import { Button, Group, Modal, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "~/api";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { NameInput } from "~/setup/objects/NameInput";
import { faultOfName, objectNameRules, pluralOf, suggestName } from "~/setup/objects/names";
import { NAME_FAULTS, refusedOf, NOTHING_REFUSED } from "~/setup/objects/problems";
import type { Plan } from "~/setup/objects/plan";
import { refreshDefinitions } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview } from "~/setup/objects/useReview";

interface Props {
  opened: boolean;
  onClose: () => void;
  /** The names of all objects. */
  objects: string[];
}

const INPUTS = ["label", "pluralLabel", "name", "description"] as const;
const EMPTY = { label: "", pluralLabel: "", name: "", description: "" };

/** A dialog for a new object. Plural and name follow the label until they are typed. */
export function NewObject({ opened, onClose, objects }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const review = useReview();
  const [values, setValues] = useState(EMPTY);
  const [typed, setTyped] = useState({ pluralLabel: false, name: false });
  const [identified, setIdentified] = useState("text");
  const [tried, setTried] = useState(false);
  const rules = objectNameRules(objects);
  const refused = review.error ? refusedOf(review.error, INPUTS) : NOTHING_REFUSED;

  const set = (part: Partial<typeof EMPTY>, own: Partial<typeof typed> = {}) => {
    const isOwn = { ...typed, ...own };
    const next = { ...values, ...part };
    if (!isOwn.pluralLabel) next.pluralLabel = getLocale() === "en" ? pluralOf(next.label.trim()) : next.label;
    if (!isOwn.name) next.name = suggestName(next.pluralLabel, rules);
    setTyped(isOwn);
    setValues(next);
    review.forget();
  };
  const faults = {
    label: values.label.trim() === "" ? m.objects_label_missing() : undefined,
    pluralLabel: values.pluralLabel.trim() === "" ? m.objects_label_missing() : undefined,
    name: wordsOf(faultOfName(values.name, rules)),
  };
  const errorOf = (name: (typeof INPUTS)[number]) => refused.inputs[name] ?? (tried ? faults[name as keyof typeof faults] : undefined);

  const close = () => {
    setValues(EMPTY);
    setTyped({ pluralLabel: false, name: false });
    setTried(false);
    review.forget();
    onClose();
  };
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(faults).some((one) => one !== undefined)) return;
    const body = { ...values, label: values.label.trim(), pluralLabel: values.pluralLabel.trim(), ...firstField(identified) };
    void review.begin({
      title: m.objects_create_title({ object: body.pluralLabel }),
      action: m.objects_create(),
      reason: "change",
      plan: async () => (await api.POST("/api/v1/objects", { params: { query: { dryRun: true } }, body: body as never })).data as unknown as Plan,
      apply: async () => {
        await api.POST("/api/v1/objects", { body: body as never });
        close();
        await navigate({ to: "/setup/objects/$object", params: { object: body.name } });
        await refreshDefinitions(client);
        notifications.show({ message: m.objects_created({ object: body.pluralLabel }) });
      },
    });
  };

  return (
    <>
      <Modal opened={opened} onClose={close} title={m.objects_new()} size="lg">
        <form onSubmit={submit} noValidate>
          <Stack>
            <Refusals refused={refused} object={values.name} />
            <TextInput label={m.objects_label()} description={m.objects_label_help()} value={values.label} error={errorOf("label") ?? null} required maxLength={100} data-autofocus onChange={(event) => set({ label: event.currentTarget.value })} />
            <TextInput label={m.objects_plural()} description={m.objects_plural_help()} value={values.pluralLabel} error={errorOf("pluralLabel") ?? null} required maxLength={100} onChange={(event) => set({ pluralLabel: event.currentTarget.value }, { pluralLabel: true })} />
            <NameInput description={m.objects_name_help()} value={values.name} error={errorOf("name")} onChange={(name) => set({ name }, { name: true })} />
            <Textarea label={m.objects_description()} value={values.description} maxLength={500} autosize minRows={2} maxRows={6} error={errorOf("description") ?? null} onChange={(event) => set({ description: event.currentTarget.value })} />
            <Radio.Group label={m.objects_called_by()} description={m.objects_called_by_help()} value={identified} onChange={setIdentified}>
              <Stack gap="xs" mt="xs">
                <Radio value="text" label={m.objects_called_by_text()} />
                <Radio value="auto_number" label={m.objects_called_by_number()} />
                <Radio value="none" label={m.objects_called_by_none()} />
              </Stack>
            </Radio.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {m.cancel()}
              </Button>
              <Button type="submit" loading={review.busy}>
                {m.continue_()}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {review.dialog}
    </>
  );
}

function wordsOf(fault: ReturnType<typeof faultOfName>): string | undefined {
  return fault === null ? undefined : NAME_FAULTS[fault]();
}

/** The field that says what to call a record. */
function firstField(kind: string): object {
  if (kind === "none") return {};
  const field =
    kind === "text"
      ? { name: "name", label: m.objects_first_field_name(), type: "text", required: true, index: true, searchable: true }
      : { name: "number", label: m.objects_first_field_number(), type: "auto_number" };
  return { nameField: field.name, fields: [field] };
}
