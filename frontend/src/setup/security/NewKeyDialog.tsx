import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";

import { Problem } from "@freehold/client";
import { Alert, Button, Group, Modal, MultiSelect, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { fromLocal } from "~/fields/zones";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { Refusal } from "~/session/Refusal";
import { problemAt } from "~/setup/apps/layouts";
import { expiryOf, type Expiry } from "~/setup/security/expiry";

interface Props {
  opened: boolean;
  roles: readonly string[];
  onClose: () => void;
}

/** A new key, then the key itself, which is shown once. It is not closed by a click beside it. */
export function NewKeyDialog({ opened, roles, onClose }: Props) {
  const [token, setToken] = useState<string | null>(null);
  const close = () => {
    setToken(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={token === null ? m.key_new() : m.key_made()} closeOnClickOutside={token === null} closeOnEscape={token === null}>
      {token === null ? <KeyForm roles={roles} onCancel={close} onMade={setToken} /> : <Token token={token} onClose={close} />}
    </Modal>
  );
}

function KeyForm({ roles, onCancel, onMade }: { roles: readonly string[]; onCancel: () => void; onMade: (token: string) => void }) {
  const [values, setValues] = useState({ name: "", roles: [...roles], expiry: "90" as Expiry, day: "" });
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const expiresAt = values.expiry === "day" ? fromLocal(`${values.day}T00:00`, currentStyle().timeZone) : expiryOf(values.expiry, new Date());
      const { data } = await api.POST("/api/v1/api-keys", { body: { name: values.name, roles: values.roles, expiresAt } });
      await queries.invalidateQueries({ queryKey: ["api-keys"] });
      onMade(data!.token);
    } catch (failure) {
      setRefusal(failure);
      setBusy(false);
    }
  };
  const choices: [Expiry, string][] = [["30", m.key_days({ days: 30 })], ["90", m.key_days({ days: 90 })], ["365", m.key_days({ days: 365 })], ["day", m.key_day()], ["never", m.key_never()]];
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Refusal text={refusal !== null && problems.length === 0 ? messageOf(refusal) : ""} />
        <TextInput label={m.key_name()} description={m.key_name_hint()} required maxLength={100} data-autofocus value={values.name} error={problemAt(problems, "name")} onChange={(event) => setValues({ ...values, name: event.currentTarget.value })} />
        <MultiSelect label={m.key_roles_label()} description={m.key_roles_hint()} data={[...roles]} value={values.roles} error={problemAt(problems, "roles")} onChange={(next) => setValues({ ...values, roles: next })} />
        <NativeSelect label={m.key_expiry()} data={choices.map(([value, label]) => ({ value, label }))} value={values.expiry} onChange={(event) => setValues({ ...values, expiry: event.currentTarget.value as Expiry })} />
        {values.expiry === "day" && <TextInput type="date" label={m.key_day_label()} required value={values.day} error={problemAt(problems, "expiresAt")} onChange={(event) => setValues({ ...values, day: event.currentTarget.value })} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={busy}>
            {m.key_create_submit()}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Token({ token, onClose }: { token: string; onClose: () => void }) {
  const clipboard = useClipboard({ timeout: 3_000 });
  return (
    <Stack>
      <Alert color="yellow" role="status">
        {m.key_once()}
      </Alert>
      <code className="setup-token" data-testid="token">
        {token}
      </code>
      <Group justify="flex-end">
        <Button variant="light" data-autofocus onClick={() => clipboard.copy(token)}>
          {clipboard.copied ? m.key_copied() : m.key_copy()}
        </Button>
        <Button onClick={onClose}>{m.key_kept()}</Button>
      </Group>
    </Stack>
  );
}
