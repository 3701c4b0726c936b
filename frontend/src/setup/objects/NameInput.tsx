import { TextInput } from "@mantine/core";

import { m } from "~/paraglide/messages";
import { LONGEST_NAME } from "~/setup/objects/names";

interface Props {
  value: string;
  onChange: (name: string) => void;
  error: string | undefined;
  disabled?: boolean;
  description: string;
}

/** The name by which programs know an object or a field. */
export function NameInput({ value, onChange, error, disabled = false, description }: Props) {
  return (
    <TextInput
      label={m.objects_name()}
      description={description}
      value={value}
      error={error ?? null}
      required={!disabled}
      disabled={disabled}
      maxLength={LONGEST_NAME + 10}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
