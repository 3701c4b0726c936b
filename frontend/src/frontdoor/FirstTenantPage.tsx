import "@mantine/core/styles/PasswordInput.css";

import { Problem } from "@freehold/client";
import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { slugOf } from "~/frontdoor/slug";
import { m } from "~/paraglide/messages";
import { Frame } from "~/session/Frame";
import { Refusal } from "~/session/Refusal";

/** The token of the link: it leaves the address, and so the history, at once. */
const token = location.hash.slice(1);
if (token !== "") history.replaceState(history.state, "", location.pathname);

const FIELDS: Record<string, string> = { "admin.email": "email", "admin.password": "password", "admin.name": "adminName" };

/** Creating the first tenant of an installation, by the link that the service prints. */
export default function FirstTenantPage() {
  const [refusal, setRefusal] = useState("");
  const [isOwnSlug, setOwnSlug] = useState(false);
  const form = useForm({ mode: "controlled", initialValues: { name: "", slug: "", adminName: "", email: "", password: "" } });
  const submit = form.onSubmit(async (body) => {
    setRefusal("");
    try {
      const { name, slug, email, password, adminName } = body;
      const { data } = await api.POST("/first-tenant", { body: { token, name, slug, admin: { email, password, name: adminName } } });
      location.assign(data!.ticketUrl);
    } catch (failure) {
      if (failure instanceof Problem && failure.errors.length > 0) {
        form.setErrors(Object.fromEntries(failure.errors.map((one) => [FIELDS[one.field] ?? one.field, one.message])));
      }
      setRefusal(messageOf(failure));
    }
  });
  if (token === "") {
    return (
      <Frame title={m.first_title()}>
        <Text size="sm">{m.first_no_link()}</Text>
        <Anchor href="/" size="sm">
          {m.front_title()}
        </Anchor>
      </Frame>
    );
  }
  return (
    <Frame title={m.first_title()}>
      <Text size="sm">{m.first_text()}</Text>
      <form onSubmit={submit}>
        <Stack>
          <Refusal text={refusal} />
          <TextInput
            label={m.first_name()}
            autoComplete="organization"
            required
            autoFocus
            {...form.getInputProps("name")}
            onChange={(event) => {
              form.setFieldValue("name", event.currentTarget.value);
              if (!isOwnSlug) form.setFieldValue("slug", slugOf(event.currentTarget.value));
            }}
          />
          <TextInput
            label={m.first_slug()}
            description={m.first_slug_hint({ host: `${form.values.slug || "acme"}.${location.host}` })}
            required
            {...form.getInputProps("slug")}
            onChange={(event) => {
              setOwnSlug(true);
              form.setFieldValue("slug", event.currentTarget.value);
            }}
          />
          <TextInput label={m.first_your_name()} autoComplete="name" {...form.getInputProps("adminName")} />
          <TextInput label={m.email()} type="email" autoComplete="username" required {...form.getInputProps("email")} />
          <PasswordInput label={m.password()} autoComplete="new-password" required {...form.getInputProps("password")} />
          <Button type="submit" loading={form.submitting}>
            {m.first_create()}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
