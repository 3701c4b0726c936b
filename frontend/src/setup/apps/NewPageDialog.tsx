import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";

import { Problem } from "@freehold/client";
import { Button, Group, Modal, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { api, navigationQuery, objectQuery, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { firstLayout, freeName, problemAt, type PageType } from "~/setup/apps/layouts";
import { refreshApps, type App } from "~/setup/apps/queries";

interface Props {
  app: App;
  opened: boolean;
  onClose: () => void;
  onCreated: (page: string) => void;
}

export function NewPageDialog({ opened, onClose, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={m.page_new()}>
      <NewPageForm onClose={onClose} {...rest} />
    </Modal>
  );
}

/** What the page shows; its layout is that of a new page, to be edited next. */
function NewPageForm({ app, onClose, onCreated }: Omit<Props, "opened">) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const objects = navigation.objects.filter((one) => one.can.read);
  const [values, setValues] = useState<{ type: PageType; object: string | null; label: string }>({ type: "list", object: objects[0]?.name ?? null, label: objects[0]?.pluralLabel ?? "" });
  const [given, setGiven] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(crypto.randomUUID());
  const name = given ?? freeName(values.label, ["order", ...app.pages.map((one) => one.name)], "page");
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const usual = (type: PageType, object: string | null) => {
    const found = objects.find((one) => one.name === object);
    return found ? (type === "list" ? found.pluralLabel : found.label) : "";
  };
  const set = (part: Partial<typeof values>) => {
    const next = { ...values, ...part };
    const isUsual = values.label === "" || values.label === usual(values.type, values.object);
    setValues(isUsual && part.label === undefined ? { ...next, label: usual(next.type, next.object) } : next);
  };
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const detail = values.object === null ? undefined : await queries.ensureQueryData(objectQuery(values.object));
      const body = { name, label: values.label, type: values.type, layout: firstLayout(values.type, detail), ...(values.object === null ? {} : { object: values.object }) };
      await api.POST("/api/v1/apps/{app}/pages", { params: { path: { app: app.name } }, headers: { "Idempotency-Key": key.current }, body });
      await refreshApps();
      onClose();
      onCreated(name);
    } catch (failure) {
      if (failure instanceof Problem && failure.status !== 0) key.current = crypto.randomUUID();
      setRefusal(failure);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Refusal text={refusal !== null && problems.length === 0 ? messageOf(refusal) : ""} />
        <Radio.Group label={m.page_type()} value={values.type} onChange={(type) => set({ type: type as PageType })}>
          <Stack gap="xs" mt={4}>
            <Radio value="list" label={m.page_type_list()} description={m.page_type_list_text()} />
            <Radio value="record" label={m.page_type_record()} description={m.page_type_record_text()} />
            <Radio value="custom" label={m.page_type_custom()} description={m.page_type_custom_text()} />
          </Stack>
        </Radio.Group>
        <Select label={m.page_object()} required={values.type !== "custom"} clearable={values.type === "custom"} allowDeselect={values.type === "custom"} searchable data={objects.map((one) => ({ value: one.name, label: one.pluralLabel }))} value={values.object} error={problemAt(problems, "object")} onChange={(object) => set({ object })} />
        <TextInput label={m.page_label()} required maxLength={100} value={values.label} error={problemAt(problems, "label")} onChange={(event) => set({ label: event.currentTarget.value })} />
        <TextInput label={m.page_name()} description={m.page_name_hint()} required maxLength={40} value={name} error={problemAt(problems, "name")} onChange={(event) => setGiven(event.currentTarget.value)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={busy} disabled={values.type !== "custom" && values.object === null}>
            {m.page_create()}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
