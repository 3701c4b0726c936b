import { Problem } from "@freehold/client";
import { Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { messageOf } from "~/app/messages";
import { day, textOf } from "~/fields/format";
import { languagesWith } from "~/fields/languages";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { Refusal } from "~/session/Refusal";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { AccentChoice } from "~/setup/tenant/AccentChoice";
import { changesOf, saveSettings, type SettingsDraft, type TenantSettings } from "~/setup/tenant/queries";

/** All settings but the logo, saved together. */
export function SettingsForm({ saved }: { saved: TenantSettings }) {
  const { logo: _, ...before } = saved;
  const [changed, setChanged] = useState<Partial<SettingsDraft>>({});
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const draft: SettingsDraft = { ...before, ...changed };
  const changes = changesOf(before, draft);
  const change = (part: Partial<SettingsDraft>) => setChanged((earlier) => ({ ...earlier, ...part }));
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const problemOf = (field: string) => problems.find((one) => one.field === field)?.message ?? null;

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      await saveSettings(changes);
      setChanged({});
      notifications.show({ message: m.saved(), autoClose: 3_000 });
    } catch (failure) {
      setRefusal(failure);
    } finally {
      setBusy(false);
    }
  };
  const style = { locale: draft.language || getLocale(), timeZone: "UTC", currency: draft.currency };
  const sample = { amount: textOf("1234.50", { name: "", type: "currency" }, style), date: day("2026-12-31", style) };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Refusal text={refusal !== null && problems.length === 0 ? messageOf(refusal) : ""} />
        <Title order={2}>{m.settings_appearance()}</Title>
        <TextInput label={m.settings_name()} description={m.settings_name_text()} maxLength={100} autoComplete="organization" value={draft.displayName} error={problemOf("displayName")}
          onChange={(event) => change({ displayName: event.currentTarget.value })} />
        <AccentChoice value={draft.accent} error={problemOf("accent")} onChange={(accent) => change({ accent })} />
        <Title order={2} mt="md">
          {m.settings_defaults()}
        </Title>
        <Text size="sm" c="dimmed">
          {m.settings_defaults_text()}
        </Text>
        <Select label={m.language()} searchable clearable placeholder={m.settings_as_browser()} data={languagesWith(draft.language)} value={draft.language || null} error={problemOf("language")}
          onChange={(language) => change({ language: language ?? "" })} />
        <Select label={m.time_zone()} searchable clearable placeholder={m.settings_as_browser()} data={Intl.supportedValuesOf("timeZone")} value={draft.timeZone || null} error={problemOf("timeZone")}
          onChange={(timeZone) => change({ timeZone: timeZone ?? "" })} />
        <Select label={m.settings_currency()} description={m.settings_currency_text()} searchable clearable placeholder={m.settings_none()} data={currencies(draft.currency)} value={draft.currency || null} error={problemOf("currency")}
          onChange={(currency) => change({ currency: currency ?? "" })} />
        <Text size="sm" c="dimmed">
          {m.settings_sample(sample)}
        </Text>
      </Stack>
      <SaveBar dirty={Object.keys(changes).length > 0} busy={busy} onDiscard={() => setChanged({})} />
    </form>
  );
}

function currencies(current: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([getLocale()], { type: "currency" });
  const known = Intl.supportedValuesOf("currency");
  const codes = current === "" || known.includes(current) ? known : [current, ...known];
  return codes.map((value) => ({ value, label: `${value} – ${names.of(value) ?? value}` }));
}
