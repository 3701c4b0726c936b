import "@mantine/core/styles/Checkbox.css";
import "@mantine/core/styles/InlineInput.css";
import "~/setup/people/people.css";

import { Checkbox, Stack } from "@mantine/core";

import { m } from "~/paraglide/messages";
import { isWithin, type Role } from "~/setup/people/rights";

interface Props {
  roles: Role[];
  /** The caller's own roles: nobody gives more than they have. */
  own: Role[];
  value: string[];
  onChange: (names: string[]) => void;
  disabled?: boolean;
  error?: string;
}

/** Roles by their labels and descriptions. Those that the caller may not give cannot be chosen. */
export function RoleChoice({ roles, own, value, onChange, disabled = false, error = "" }: Props) {
  return (
    <Checkbox.Group label={m.user_roles()} description={m.user_roles_text()} value={value} onChange={onChange} error={error || null}>
      <Stack gap="xs" mt="xs">
        {roles.map((role) => {
          const isBeyond = !isWithin(own, role);
          const text = isBeyond ? m.user_role_beyond() : role.description;
          return <Checkbox key={role.id} value={role.name} label={role.label} description={text || undefined} disabled={disabled || isBeyond} />;
        })}
      </Stack>
    </Checkbox.Group>
  );
}
