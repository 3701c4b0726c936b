import { Button, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

/** Another name for one of the user's own things. */
export function NameForm({ name, onSave }: { name: string; onSave: (name: string) => Promise<void> }) {
  const [value, setValue] = useState(name);
  const [error, setError] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await onSave(value);
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label={m.factor_name()} required maxLength={100} data-autofocus value={value} error={error || null} onChange={(event) => setValue(event.currentTarget.value)} />
        <Button type="submit">{m.save()}</Button>
      </Stack>
    </form>
  );
}
