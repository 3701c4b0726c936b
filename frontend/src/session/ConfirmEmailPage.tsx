import { Alert, Anchor, Button, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";

/** Confirming a new e-mail address with the link of a mail: by a click, since programs that scan mails open links too. */
export default function ConfirmEmailPage() {
  const { token } = useParams({ strict: false }) as { token: string };
  const [kept] = useState(token);
  const [state, setState] = useState<"open" | "busy" | "done" | string>("open");
  useEffect(() => {
    history.replaceState(history.state, "", location.pathname.replace(/\/[^/]+$/, "/-"));
  }, []);
  const confirm = async () => {
    setState("busy");
    try {
      await api.POST("/api/v1/auth/confirm-email", { body: { token: kept } });
      queries.clear();
      setState("done");
    } catch (failure) {
      setState(messageOf(failure));
    }
  };
  return (
    <EntryFrame title={() => m.confirm_email()}>
      <Stack>
        {state === "done" ? (
          <Alert role="status">{m.email_confirmed()}</Alert>
        ) : (
          <>
            {state !== "open" && state !== "busy" && (
              <Alert color="red" role="alert">
                {state}
              </Alert>
            )}
            <Text size="sm">{m.confirm_email_text()}</Text>
            <Button loading={state === "busy"} onClick={() => void confirm()}>
              {m.confirm_email()}
            </Button>
          </>
        )}
        <Anchor component={Link} to="/" size="sm">
          {m.go_home()}
        </Anchor>
      </Stack>
    </EntryFrame>
  );
}
