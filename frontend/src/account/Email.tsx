import "@mantine/core/styles/PasswordInput.css";

import { Alert, Button, Group, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { accountQuery } from "~/account/queries";
import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { optionsQuery } from "~/session/options";

/** The address that the user signs in with. Another one counts once the link that is sent to it was opened. */
export function Email() {
  const client = useQueryClient();
  const { data: account } = useSuspenseQuery(accountQuery);
  const { data: options } = useQuery(optionsQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError("");
    try {
      await api.PATCH("/api/v1/me", { body: { email, ...(password === "" ? {} : { password }) } });
      setEmail("");
      setPassword("");
      await client.invalidateQueries({ queryKey: accountQuery.queryKey });
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  if (options?.forgot === false) return null; // no link could be sent
  return (
    <section aria-label={m.email_change()}>
      <Title order={2} mb="sm">
        {m.email_change()}
      </Title>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {account.pendingEmail && <Alert role="status">{m.email_change_sent({ email: account.pendingEmail })}</Alert>}
          <TextInput type="email" label={m.email_new()} description={m.email_change_text()} autoComplete="email" required value={email} error={error || null} onChange={(event) => setEmail(event.currentTarget.value)} />
          <PasswordInput label={m.current_password()} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          <Group>
            <Button type="submit">{m.email_change()}</Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}
