import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/Divider.css";

import { Problem } from "@freehold/client";
import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { hasPasskeys, signInWithPasskey } from "~/account/passkeys";
import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";
import { optionsQuery } from "~/session/options";
import { presentUser, redeem, takeTicket } from "~/session/ticket";
import { Refusal } from "~/session/Refusal";

const route = getRouteApi("/login");

export default function SignInPage() {
  const router = useRouter();
  const { to, error } = route.useSearch();
  const options = useQuery(optionsQuery);
  const [refusal, setRefusal] = useState<string>(error === "" ? "" : m.not_saved({ reason: error }));
  const [challenge, setChallenge] = useState<{ token: string; passkey: boolean } | null>(null);
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "", code: "" } });
  const [ticket] = useState(takeTicket);
  // Somebody who is signed in is asked first: a link could sign them in to the account of another person.
  const present = useQuery({ queryKey: ["present session"], enabled: ticket !== null, retry: false, queryFn: presentUser });
  const [agreed, setAgreed] = useState(false);
  const asks = typeof present.data === "string" && !agreed;
  const arrival = useQuery({
    queryKey: ["ticket", ticket],
    enabled: ticket !== null && present.isFetched && !asks,
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
      if (failure instanceof Problem && failure.code === "factor-required") setChallenge(challengeOf(failure));
      else if (failure instanceof Problem && failure.status === 401) setRefusal(m.wrong_credentials());
      else setRefusal(messageOf(failure));
      return;
    }
    queries.clear();
    router.history.replace(to);
  });

  if (ticket !== null && asks) {
    return (
      <EntryFrame title={() => m.other_account()}>
        <Text size="sm">{m.other_account_text({ email: present.data ?? "" })}</Text>
        <Button onClick={() => setAgreed(true)}>{m.continue_()}</Button>
        <Button variant="default" onClick={() => router.history.replace("/")}>
          {m.cancel()}
        </Button>
      </EntryFrame>
    );
  }
  if (ticket !== null && arrival.isPending) return <EntryFrame title={() => m.signing_in()}>{null}</EntryFrame>;
  const withPasskey = async () => {
    setRefusal("");
    try {
      await signInWithPasskey(challenge?.token);
    } catch (failure) {
      setRefusal(failure instanceof Problem ? messageOf(failure) : m.passkey_failed());
      return;
    }
    queries.clear();
    router.history.replace(to);
  };
  return (
    <EntryFrame title={(tenant) => m.sign_in_to({ tenant })}>
      {arrival.isError && refusal === "" && <Alert role="alert">{m.ticket_failed()}</Alert>}
      <form onSubmit={submit}>
        <Stack>
          <Refusal text={refusal} />
          <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus {...form.getInputProps("email")} />
          <PasswordInput label={m.password()} autoComplete="current-password" required {...form.getInputProps("password")} />
          {challenge !== null && (
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
      {hasPasskeys && options.data?.passkeys && (challenge === null || challenge.passkey) && (
        <Button variant="default" onClick={() => void withPasskey()}>
          {m.sign_in_passkey()}
        </Button>
      )}
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

/** What completes the sign-in after the password, as the refusal says it. */
function challengeOf(problem: Problem): { token: string; passkey: boolean } {
  const { challenge, factors } = problem.body;
  return { token: String(challenge ?? ""), passkey: Array.isArray(factors) && factors.includes("passkey") };
}
