import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/Table.css";

import { Alert, Button, Group, PasswordInput, Select, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Email } from "~/account/Email";
import { Factors } from "~/account/Factors";
import { Favourites } from "~/account/Favourites";
import { accountQuery, sessionsQuery } from "~/account/queries";
import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { day, moment } from "~/fields/format";
import { languagesWith } from "~/fields/languages";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";

const NUMBER_FORMATS = ["1,234.5", "1.234,5", "1 234,5", "1'234.5"] as const;
const DATE_FORMATS = ["dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd"] as const;

/** The user's own account: profile, password, second factors, sessions. */
export default function AccountPage() {
  return (
    <div className="page" style={{ maxWidth: "44rem" }}>
      <Stack gap="xl">
        <Title order={1}>{m.account_menu()}</Title>
        <Profile />
        <Email />
        <Password />
        <Favourites />
        <section aria-label={m.second_factors()}>
          <Title order={2} mb="sm">
            {m.second_factors()}
          </Title>
          <Factors />
        </section>
        <Sessions />
      </Stack>
    </div>
  );
}

function Profile() {
  const client = useQueryClient();
  const { data: account } = useSuspenseQuery(accountQuery);
  const [values, setValues] = useState({
    name: account.name,
    language: account.language,
    timeZone: account.timeZone,
    numberFormat: account.numberFormat as "" | (typeof NUMBER_FORMATS)[number],
    dateFormat: account.dateFormat as "" | (typeof DATE_FORMATS)[number],
  });
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setError("");
    try {
      await api.PATCH("/api/v1/me", { body: values });
      await client.invalidateQueries();
      notifications.show({ message: m.saved(), autoClose: 3_000 });
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {error !== "" && <Alert color="red">{error}</Alert>}
        <TextInput label={m.your_name()} autoComplete="name" value={values.name} onChange={(event) => setValues({ ...values, name: event.currentTarget.value })} />
        <TextInput label={m.email()} value={account.email} readOnly description={account.pendingEmail ? m.email_pending({ email: account.pendingEmail }) : undefined} />
        <Select label={m.language()} description={m.prefs_language_text()} searchable clearable placeholder={m.settings_as_tenant()} data={languagesWith(values.language)} value={values.language || null} onChange={(language) => setValues({ ...values, language: language ?? "" })} />
        <Select label={m.time_zone()} searchable clearable placeholder={Intl.DateTimeFormat().resolvedOptions().timeZone} data={Intl.supportedValuesOf("timeZone")} value={values.timeZone || null} onChange={(zone) => setValues({ ...values, timeZone: zone ?? "" })} />
        <Select label={m.prefs_number_format()} clearable placeholder={m.prefs_as_language()} data={[...NUMBER_FORMATS]} value={values.numberFormat || null} onChange={(format) => setValues({ ...values, numberFormat: format ?? "" })} />
        <Select label={m.prefs_date_format()} clearable placeholder={m.prefs_as_language()} data={DATE_FORMATS.map((value) => ({ value, label: day("2026-12-31", { ...currentStyle(), dateFormat: value }) }))} value={values.dateFormat || null} onChange={(format) => setValues({ ...values, dateFormat: format ?? "" })} />
        <Group>
          <Button type="submit">{m.save()}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Password() {
  const [values, setValues] = useState({ current: "", new: "" });
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setError("");
    try {
      await api.POST("/api/v1/auth/password", { body: values });
      setValues({ current: "", new: "" });
      notifications.show({ message: m.saved(), autoClose: 3_000 });
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <section aria-label={m.change_password()}>
      <Title order={2} mb="sm">
        {m.change_password()}
      </Title>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <PasswordInput label={m.current_password()} autoComplete="current-password" required value={values.current} onChange={(event) => setValues({ ...values, current: event.currentTarget.value })} />
          <PasswordInput label={m.new_password()} description={m.password_rules()} autoComplete="new-password" required value={values.new} error={error || null} onChange={(event) => setValues({ ...values, new: event.currentTarget.value })} />
          <Group>
            <Button type="submit">{m.change_password()}</Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}

function Sessions() {
  const client = useQueryClient();
  const { data: sessions } = useSuspenseQuery(sessionsQuery);
  const style = currentStyle();
  const end = async (sessionId: string | null) => {
    try {
      if (sessionId === null) await api.DELETE("/api/v1/sessions");
      else await api.DELETE("/api/v1/sessions/{sessionId}", { params: { path: { sessionId } } });
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  };
  return (
    <section aria-label={m.sessions()}>
      <Title order={2} mb="sm">
        {m.sessions()}
      </Title>
      <Table>
        <Table.Tbody>
          {sessions.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                {one.userAgent || one.kind}
                <Text size="xs" c="dimmed">
                  {one.address} · {moment(one.lastUsedAt, style)}
                </Text>
              </Table.Td>
              <Table.Td ta="end">
                {one.current ? (
                  <Text size="sm">{m.this_session()}</Text>
                ) : (
                  <Button size="compact-sm" variant="subtle" color="red" onClick={() => void end(one.id)}>
                    {m.end_session()}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {sessions.length > 1 && (
        <Button mt="sm" variant="light" onClick={() => void end(null)}>
          {m.end_other_sessions()}
        </Button>
      )}
    </section>
  );
}
