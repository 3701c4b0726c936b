import { Alert, Anchor, Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { Frame } from "~/session/Frame";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";

/** Asking for a mail with the tenants of one's address. The page reveals nothing about the address. */
export default function FindPage() {
  const [sent, setSent] = useState(false);
  const [refusal, setRefusal] = useState("");
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const submit = form.onSubmit(async (body) => {
    setRefusal("");
    try {
      await api.POST("/find", { body });
      setSent(true);
    } catch (failure) {
      setRefusal(messageOf(failure));
    }
  });
  return (
    <Frame title={m.find_title()}>
      {sent ? (
        <Alert role="status">{m.find_sent()}</Alert>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Refusal text={refusal} />
            <TextInput label={m.email()} type="email" autoComplete="username" required autoFocus {...form.getInputProps("email")} />
            <Button type="submit" loading={form.submitting}>
              {m.find_send()}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor href="/" size="sm">
        {m.back_to_sign_in()}
      </Anchor>
    </Frame>
  );
}
