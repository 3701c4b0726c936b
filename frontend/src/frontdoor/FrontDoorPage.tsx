import "@mantine/core/styles/PasswordInput.css";

import { Problem } from "@freehold/client";
import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { Frame } from "~/session/Frame";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";

interface Destination {
  name: string;
  slug: string;
  url: string;
  ticketUrl: string;
}

const VALID_FOR = 55_000;

/** Signing in on a central host: once for all tenants in which the password is right. */
export default function FrontDoorPage() {
  const [destinations, setDestinations] = useState<Destination[] | null>(null);
  const [refusal, setRefusal] = useState("");
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  useEffect(() => {
    if (destinations === null) return;
    const timer = setTimeout(() => {
      setDestinations(null);
      setRefusal(m.front_expired());
    }, VALID_FOR);
    return () => clearTimeout(timer);
  }, [destinations]);
  const submit = form.onSubmit(async (body) => {
    setRefusal("");
    try {
      const { data } = await api.POST("/sign-in", { body });
      const [only, ...others] = data!.tenants;
      if (only && others.length === 0) location.assign(only.ticketUrl);
      else setDestinations(data!.tenants);
    } catch (failure) {
      const isWrong = failure instanceof Problem && failure.status === 401;
      setRefusal(isWrong ? m.wrong_credentials() : messageOf(failure));
    }
  });
  if (destinations !== null) {
    return (
      <Frame title={m.front_choose()}>
        <Stack gap="xs">
          {destinations.map((one) => (
            <Button key={one.slug} component="a" href={one.ticketUrl} variant="default" size="md" justify="flex-start">
              {one.name}
            </Button>
          ))}
        </Stack>
      </Frame>
    );
  }
  return (
    <Frame title={m.front_title()}>
      <Text size="sm">{m.front_text()}</Text>
      <form onSubmit={submit}>
        <Stack>
          <Refusal text={refusal} />
          <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus {...form.getInputProps("email")} />
          <PasswordInput label={m.password()} autoComplete="current-password" required {...form.getInputProps("password")} />
          <Button type="submit" loading={form.submitting}>
            {m.sign_in()}
          </Button>
        </Stack>
      </form>
      <Group justify="space-between">
        <Anchor href="/find" size="sm">
          {m.find_link()}
        </Anchor>
        <Anchor href="/admin/" size="sm">
          {m.operators()}
        </Anchor>
      </Group>
    </Frame>
  );
}
