import { Problem } from "@freehold/client";
import { Button, Stack, Text } from "@mantine/core";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";

import { NotFound } from "~/app/NotFound";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

/** A page that could not be loaded: what happened, and a way on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof Problem && (error.status === 404 || error.status === 403)) return <NotFound />;
  if (error instanceof Problem && error.status === 401) return null; // the sign-in page is being opened
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Stack className="empty" align="center" role="alert">
      <Text>{messageOf(error)}</Text>
      <Button variant="light" onClick={again}>
        {m.retry()}
      </Button>
    </Stack>
  );
}
