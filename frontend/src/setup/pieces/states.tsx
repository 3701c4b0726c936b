/** What a list shows while there is nothing in it. */
import { Button, Loader, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

/** Why there is nothing, and what to do: usually a button that creates the first one. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Stack className="empty" align="center" gap="sm">
      <Text>{text}</Text>
      {children}
    </Stack>
  );
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Stack className="empty" align="center" gap="sm" role="alert">
      <Text>{messageOf(error)}</Text>
      <Button variant="light" onClick={onRetry}>
        {m.retry()}
      </Button>
    </Stack>
  );
}

export function LoadingState() {
  return (
    <Stack className="empty" align="center">
      <Loader size="sm" role="status" aria-label={m.loading()} />
    </Stack>
  );
}
