import { Problem } from "@freehold/client";
import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useRef, useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { IconChoice } from "~/setup/apps/IconChoice";
import { freeName, problemAt } from "~/setup/apps/layouts";
import { refreshApps } from "~/setup/apps/queries";

interface Props {
  opened: boolean;
  taken: readonly string[];
  onClose: () => void;
  onCreated: (name: string) => void;
}

export function NewAppDialog({ opened, onClose, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={m.app_new()}>
      <NewAppForm onClose={onClose} {...rest} />
    </Modal>
  );
}

/** The name is made from the label, until somebody writes another. */
function NewAppForm({ taken, onClose, onCreated }: Omit<Props, "opened">) {
  const [values, setValues] = useState({ label: "", icon: "briefcase", description: "" });
  const [given, setGiven] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(crypto.randomUUID());
  const name = given ?? (values.label.trim() === "" ? "" : freeName(values.label, taken, "app"));
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { data } = await api.POST("/api/v1/apps", { headers: { "Idempotency-Key": key.current }, body: { ...values, name } });
      await refreshApps();
      onClose();
      onCreated(data!.name);
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
        <TextInput label={m.app_label()} required maxLength={100} data-autofocus value={values.label} error={problemAt(problems, "label")} onChange={(event) => setValues({ ...values, label: event.currentTarget.value })} />
        <TextInput label={m.app_name()} description={m.app_name_hint()} required maxLength={40} value={name} error={problemAt(problems, "name")} onChange={(event) => setGiven(event.currentTarget.value)} />
        <IconChoice label={values.label} value={values.icon} onChange={(icon) => setValues({ ...values, icon })} />
        <Textarea label={m.app_description()} autosize minRows={2} maxLength={500} value={values.description} error={problemAt(problems, "description")} onChange={(event) => setValues({ ...values, description: event.currentTarget.value })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={busy}>
            {m.app_create()}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
