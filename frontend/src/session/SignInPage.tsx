import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/Divider.css";

import { Problem } from "@freehold/client";
import { Alert, Anchor, Button, Divider, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { router } from "~/app/router";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";
import { optionsQuery } from "~/session/options";
import { redeem, takeTicket } from "~/session/ticket";

const route = getRouteApi("/login");

export default function SignInPage() {
  const { to, error } = route.useSearch();
  const options = useQuery(optionsQuery);
  const [refusal, setRefusal] = useState<string>(error === "" ? "" : m.not_saved({ reason: error }));
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "", code: "" } });
  const [ticket] = useState(takeTicket);
  const arrival = useQuery({
    queryKey: ["ticket", ticket],
    enabled: ticket !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      await redeem(ticket!);
      router.history.replace(to);
      return true;
    },
  });

  const submit = form.onSubmit(async ({ email, password, code }) => {
    setRefusal("");
    try {
      await api.POST("/api/v1/auth/session", { body: { email, password, ...(code === "" ? {} : { code }) } });
    } catch (failure) {
      if (failure instanceof Problem && failure.code === "factor-required") setNeedsCode(true);
      else if (failure instanceof Problem && failure.status === 401) setRefusal(m.wrong_credentials());
      else setRefusal(messageOf(failure));
      return;
    }
    queries.clear();
    router.history.replace(to);
  });

  if (ticket !== null && arrival.isPending) return <EntryFrame title={() => m.signing_in()}>{null}</EntryFrame>;
  return (
    <EntryFrame title={(tenant) => m.sign_in_to({ tenant })}>
      {arrival.isError && refusal === "" && <Alert role="alert">{m.ticket_failed()}</Alert>}
      <form onSubmit={submit}>
        <Stack>
          {refusal !== "" && (
            <Alert color="red" role="alert">
              {refusal}
            </Alert>
          )}
          <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus {...form.getInputProps("email")} />
          <PasswordInput label={m.password()} autoComplete="current-password" required {...form.getInputProps("password")} />
          {needsCode && (
            <TextInput
              label={m.code()}
              description={m.code_hint()}
              autoComplete="one-time-code"
              inputMode="numeric"
              autoFocus
              required
              {...form.getInputProps("code")}
            />
          )}
          <Button type="submit" loading={form.submitting}>
            {m.sign_in()}
          </Button>
        </Stack>
      </form>
      {options.data?.forgot && (
        <Anchor component={Link} to="/forgot" size="sm">
          {m.forgot_password()}
        </Anchor>
      )}
      {options.data && options.data.providers.length > 0 && (
        <Stack>
          <Divider label={m.or()} />
          {options.data.providers.map((one) => (
            <Button
              key={one.id}
              component="a"
              variant="default"
              href={`/api/v1/auth/oidc/${encodeURIComponent(one.id)}/start?returnTo=${encodeURIComponent(to)}`}
            >
              {m.sign_in_with({ provider: one.label })}
            </Button>
          ))}
        </Stack>
      )}
    </EntryFrame>
  );
}
