import { TextInput } from "@mantine/core";

import { m } from "~/paraglide/messages";
import { LONGEST_NAME } from "~/setup/objects/names";

interface Props {
  value: string;
  onChange: (name: string) => void;
  error: string | undefined;
  /** Whether it stays as it is. */
  isKept?: boolean;
  description: string;
}

/** The name by which programs know an object or a field. */
export function NameInput({ value, onChange, error, isKept = false, description }: Props) {
  return (
    <TextInput
      label={m.objects_name()}
      description={description}
      value={value}
      error={error ?? null}
      required={!isKept}
      readOnly={isKept}
      variant={isKept ? "filled" : "default"}
      maxLength={LONGEST_NAME + 10}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
