import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";

import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { LANGUAGES, languageName, MOST_LANGUAGES, withoutLanguage, withText, type Translations } from "~/setup/pieces/translations";

interface Props {
  /** The texts that can be translated: the words of each input by its name. */
  texts: Record<string, string>;
  value: Translations;
  onChange: (translations: Translations) => void;
  error?: string | undefined;
}

/** Texts in other languages, each language in a group of its own. */
export function TranslationsInput({ texts, value, onChange, error }: Props) {
  const locale = getLocale();
  const languages = Object.keys(value);
  const others = LANGUAGES.filter((one) => !languages.includes(one)).map((one) => ({ value: one, label: languageName(one, locale) }));
  return (
    <details open={error !== undefined || undefined}>
      <summary style={{ cursor: "pointer", fontWeight: 500, fontSize: ".875rem" }}>
        {languages.length > 0 ? m.setup_frame_languages_of({ languages: languages.map((one) => languageName(one, locale)).join(", ") }) : m.setup_frame_languages()}
      </summary>
      <Stack mt="xs" gap="sm">
        <Text size="xs" c="dimmed">
          {m.setup_frame_languages_help()}
        </Text>
        {languages.map((language) => {
          const name = languageName(language, locale);
          return (
            <fieldset key={language} style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: 4 }}>
              <legend style={{ fontSize: ".875rem" }}>{name}</legend>
              <Stack gap="xs">
                {Object.entries(texts).map(([text, label]) => (
                  <TextInput
                    key={text}
                    size="xs"
                    lang={language}
                    label={label}
                    aria-label={`${label}, ${name}`}
                    maxLength={text === "description" ? 500 : 100}
                    value={value[language]?.[text] ?? ""}
                    onChange={(event) => onChange(withText(value, language, text, event.currentTarget.value))}
                  />
                ))}
                <Group>
                  <Button size="compact-xs" variant="subtle" color="red" onClick={() => onChange(withoutLanguage(value, language))}>
                    {m.setup_frame_language_remove({ language: name })}
                  </Button>
                </Group>
              </Stack>
            </fieldset>
          );
        })}
        {error && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
        {languages.length < MOST_LANGUAGES && (
          <Select key={languages.length} size="xs" maw={280} aria-label={m.setup_frame_language_add()} placeholder={m.setup_frame_language_add()} searchable comboboxProps={{ withinPortal: false }} data={others} value={null} onChange={(language) => language && onChange({ ...value, [language]: {} })} />
        )}
      </Stack>
    </details>
  );
}
