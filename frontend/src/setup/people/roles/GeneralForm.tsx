import "@mantine/core/styles/Checkbox.css";

import { Checkbox, Stack, Textarea, TextInput } from "@mantine/core";

import { m } from "~/paraglide/messages";
import type { RoleDraft } from "~/setup/people/roles/draft";

interface Props {
  draft: RoleDraft;
  onChange: (part: Partial<RoleDraft>) => void;
  isSystem: boolean;
}

/** What a role is called, and whether it requires a second factor. */
export function GeneralForm({ draft, onChange, isSystem }: Props) {
  return (
    <Stack maw="36rem">
      <TextInput label={m.role_label()} required maxLength={100} autoComplete="off" value={draft.label} onChange={(event) => onChange({ label: event.currentTarget.value })} />
      <TextInput label={m.role_name()} description={isSystem ? m.role_name_kept() : m.role_name_text()} readOnly={isSystem} maxLength={40} autoComplete="off" spellCheck={false} value={draft.name} onChange={(event) => onChange({ name: event.currentTarget.value })} />
      <Textarea label={m.role_description()} maxLength={500} autosize minRows={2} value={draft.description} onChange={(event) => onChange({ description: event.currentTarget.value })} />
      <Checkbox label={m.role_mfa()} description={m.role_mfa_text()} checked={draft.mfaRequired} onChange={(event) => onChange({ mfaRequired: event.currentTarget.checked })} />
    </Stack>
  );
}
