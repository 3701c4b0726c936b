import { Button, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import type { View } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { cleaned, type Translations } from "~/setup/pieces/translations";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

/** What a view is called; also in other languages. */
export interface ViewName {
  label: string;
  translations: Translations;
}

interface Props {
  /** As it is kept, not in the page's language; undefined for a new view. */
  view: View | undefined;
  onSave: (name: ViewName) => Promise<void>;
}

/** The name of a view. Only views for everybody of a role are read by people with other languages. */
export default function ViewNameForm({ view, onSave }: Props) {
  const before = (view?.translations ?? {}) as Translations;
  const [label, setLabel] = useState(view?.label ?? "");
  const [translations, setTranslations] = useState(before);
  const [error, setError] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await onSave({ label, translations: cleaned(translations) });
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label={m.view_name()} required maxLength={100} data-autofocus value={label} error={error || null} onChange={(event) => setLabel(event.currentTarget.value)} />
        {view && view.roles.length > 0 && <TranslationsInput texts={{ label: m.view_name() }} value={translations} onChange={setTranslations} />}
        <Button type="submit">{m.save()}</Button>
      </Stack>
    </form>
  );
}
