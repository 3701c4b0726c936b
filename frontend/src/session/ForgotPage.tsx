import { Alert, Anchor, Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";
import { Refusal } from "~/session/Refusal";

export default function ForgotPage() {
  const [state, setState] = useState<{ sent: boolean; refusal: string }>({ sent: false, refusal: "" });
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const submit = form.onSubmit(async ({ email }) => {
    try {
      await api.POST("/api/v1/auth/forgot", { body: { email } });
      setState({ sent: true, refusal: "" });
    } catch (failure) {
      setState({ sent: false, refusal: messageOf(failure) });
    }
  });
  return (
    <EntryFrame title={() => m.reset_title()}>
      {state.sent ? (
        <Alert role="status">{m.reset_sent()}</Alert>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Refusal text={state.refusal} />
            <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus {...form.getInputProps("email")} />
            <Button type="submit" loading={form.submitting}>
              {m.send_link()}
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
