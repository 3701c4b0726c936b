import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/Divider.css";

import { Problem } from "@freehold/client";
import { Button, Divider, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { hasPasskeys, signInWithPasskey } from "~/account/passkeys";
import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { optionsQuery } from "~/session/options";
import { Refusal } from "~/session/Refusal";

interface Props {
  /** Whose sign-in it is, if that is known. */
  email?: string;
  /** Where providers lead back to. They are opened in another tab if the page is to stay as it is. */
  to: string;
  stays?: boolean;
  refusal?: string;
  onDone: () => void;
}

/** Signing in by password, code, passkey or provider. */
export function SignInForm({ email: known, to, stays = false, refusal: before = "", onDone }: Props) {
  const options = useQuery(optionsQuery);
  const [refusal, setRefusal] = useState(before);
  const [challenge, setChallenge] = useState<{ token: string; passkey: boolean } | null>(null);
  const form = useForm({ mode: "uncontrolled", initialValues: { email: known ?? "", password: "", code: "" } });

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
    onDone();
  });
  const withPasskey = async () => {
    setRefusal("");
    try {
      await signInWithPasskey(challenge?.token);
    } catch (failure) {
      setRefusal(failure instanceof Problem ? messageOf(failure) : m.passkey_failed());
      return;
    }
    onDone();
  };
  return (
    <>
      <form onSubmit={submit}>
        <Stack>
          <Refusal text={refusal} />
          <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus={known === undefined} readOnly={known !== undefined} {...form.getInputProps("email")} />
          <PasswordInput label={m.password()} autoComplete="current-password" required data-autofocus={known !== undefined || undefined} {...form.getInputProps("password")} />
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
      {options.data && options.data.providers.length > 0 && (
        <Stack>
          <Divider label={m.or()} />
          {options.data.providers.map((one) => (
            <Button
              key={one.id}
              component="a"
              variant="default"
              href={`/api/v1/auth/oidc/${encodeURIComponent(one.id)}/start?returnTo=${encodeURIComponent(to)}`}
              {...(stays ? { target: "_blank" } : {})}
            >
              {m.sign_in_with({ provider: one.label })}
            </Button>
          ))}
        </Stack>
      )}
    </>
  );
}

/** What completes the sign-in after the password, as the refusal says it. */
function challengeOf(problem: Problem): { token: string; passkey: boolean } {
  const { challenge, factors } = problem.body;
  return { token: String(challenge ?? ""), passkey: Array.isArray(factors) && factors.includes("passkey") };
}
