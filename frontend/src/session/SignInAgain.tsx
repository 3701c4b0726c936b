import { Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";

import { queries } from "~/api";
import { m } from "~/paraglide/messages";
import { onSignInAgain } from "~/session/events";
import { SignInForm } from "~/session/SignInForm";
import { presentUser } from "~/session/ticket";

/** When the session has ended while something is typed: signing in over the page, which keeps what was typed. */
export default function SignInAgain({ email }: { email: string }) {
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    onSignInAgain(() => setAsked(true));
    return () => onSignInAgain(undefined);
  }, []);
  const done = () => {
    setAsked(false);
    void queries.invalidateQueries();
  };
  useEffect(() => {
    if (!isAsked) return;
    // Signed in in another tab meanwhile, perhaps as somebody else, to whom this page does not belong.
    const look = async () => {
      const user = await presentUser().catch(() => null);
      if (user === email) done();
      else if (user !== null) location.reload();
    };
    const listen = () => void look();
    addEventListener("focus", listen);
    return () => removeEventListener("focus", listen);
  }, [isAsked, email]);
  return (
    <Modal opened={isAsked} onClose={() => setAsked(false)} title={m.session_lost_title()}>
      <Stack>
        <Text size="sm">{m.session_lost_text()}</Text>
        <SignInForm email={email} to="/" stays onDone={done} />
      </Stack>
    </Modal>
  );
}
