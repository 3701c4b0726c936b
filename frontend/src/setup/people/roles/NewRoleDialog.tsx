import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { refreshPeople } from "~/setup/people/queries";
import type { Role } from "~/setup/people/rights";
import { nameOfRole } from "~/setup/people/roles/nameOfRole";

interface Props {
  opened: boolean;
  onClose: () => void;
  roles: Role[];
  /** The role to copy, chosen beforehand. */
  from?: Role;
}

/** A new role: empty, or with all that another one grants. */
export function NewRoleDialog({ opened, onClose, roles, from }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={from ? m.role_copy_title({ role: from.label }) : m.role_new()}>
      {opened && <NewRole roles={roles} onClose={onClose} {...(from ? { from } : {})} />}
    </Modal>
  );
}

function NewRole({ onClose, roles, from }: Omit<Props, "opened">) {
  const navigate = useNavigate();
  const [values, setValues] = useState({ label: "", name: "", description: from?.description ?? "", copy: from?.id ?? null });
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const suggested = nameOfRole(values.label, roles.map((one) => one.name));
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setError("");
    setBusy(true);
    try {
      const copied = roles.find((one) => one.id === values.copy);
      const contents = copied ? { permissions: copied.permissions, fields: copied.fields, rules: copied.rules, mfaRequired: copied.mfaRequired } : {};
      const body = { name: values.name || suggested, label: values.label.trim(), description: values.description.trim(), ...contents };
      const { data } = await api.POST("/api/v1/roles", { body });
      await refreshPeople();
      onClose();
      await navigate({ to: "/setup/roles/$roleId", params: { roleId: data!.id }, search: { tab: "" } });
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Refusal text={error} />
        <TextInput label={m.role_label()} required maxLength={100} autoComplete="off" data-autofocus value={values.label} onChange={(event) => setValues({ ...values, label: event.currentTarget.value })} />
        <TextInput label={m.role_name()} description={m.role_name_text()} maxLength={40} autoComplete="off" spellCheck={false} placeholder={suggested} value={values.name} onChange={(event) => setValues({ ...values, name: event.currentTarget.value })} />
        <Textarea label={m.role_description()} maxLength={500} autosize minRows={1} value={values.description} onChange={(event) => setValues({ ...values, description: event.currentTarget.value })} />
        <Select label={m.role_copy_of()} description={m.role_copy_text()} placeholder={m.role_copy_none()} clearable searchable data={roles.map((one) => ({ value: one.id, label: one.label }))} value={values.copy} onChange={(copy) => setValues({ ...values, copy })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={busy}>
            {m.role_create_role()}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
