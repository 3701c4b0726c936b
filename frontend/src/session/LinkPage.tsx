import "@mantine/core/styles/PasswordInput.css";

import { Problem } from "@freehold/client";
import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";
import { Refusal } from "~/session/Refusal";

/** Choosing a password with the link of an invitation or a reset. The token leaves the address at once. */
export default function LinkPage() {
  const router = useRouter();
  const { token } = useParams({ strict: false }) as { token: string };
  const [kept] = useState(token);
  useEffect(() => {
    history.replaceState(history.state, "", location.pathname.replace(/\/[^/]+$/, "/-"));
  }, []);
  const link = useQuery({
    queryKey: ["link", kept],
    queryFn: async () => (await api.POST("/api/v1/auth/link", { body: { token: kept } })).data!,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [refusal, setRefusal] = useState("");
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "", password: "" } });
  const submit = form.onSubmit(async ({ name, password }) => {
    setRefusal("");
    try {
      const body = { token: kept, password, ...(name === "" ? {} : { name }) };
      await api.POST("/api/v1/auth/accept", { body });
      const email = link.data?.email;
      if (email) await api.POST("/api/v1/auth/session", { body: { email, password } });
      router.history.replace("/");
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 401) router.history.replace("/login");
      else setRefusal(messageOf(failure));
    }
  });
  return (
    <EntryFrame title={() => (link.data ? m.choose_password_for({ email: link.data.email }) : m.choose_password())}>
      {link.isError ? (
        <Alert color="red" role="alert">
          {link.error instanceof Problem && link.error.status === 422 ? m.link_invalid() : messageOf(link.error)}
        </Alert>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Refusal text={refusal} />
            {link.data?.purpose === "invitation" && (
              <TextInput label={m.your_name()} autoComplete="name" placeholder={link.data.name} {...form.getInputProps("name")} />
            )}
            <PasswordInput
              label={m.password()}
              description={m.password_rules()}
              autoComplete="new-password"
              required
              {...form.getInputProps("password")}
            />
            <Button type="submit" loading={form.submitting}>
              {m.save()}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component={Link} to="/login" size="sm">
        {m.back_to_sign_in()}
      </Anchor>
    </EntryFrame>
  );
}
