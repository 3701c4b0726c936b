import { Button, Group, Paper, Text } from "@mantine/core";

import { UnsavedGuard } from "~/app/UnsavedGuard";
import { m } from "~/paraglide/messages";

interface Props {
  /** Whether there are changes; the bar is shown and the page guarded while there are. */
  dirty: boolean;
  busy: boolean;
  /** Omitted inside of a form, which is then submitted. */
  onSave?: () => void;
  onDiscard: () => void;
}

/** Save and discard, at the lower edge of the window as long as something is unsaved. */
export function SaveBar({ dirty, busy, onSave, onDiscard }: Props) {
  return (
    <>
      <UnsavedGuard isUnsaved={() => dirty && !busy} />
      {dirty && (
        <Paper withBorder p="sm" mt="md" shadow="sm" style={{ position: "sticky", bottom: 0, zIndex: 2 }} role="region" aria-label={m.setup_frame_unsaved()}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" role="status">
              {m.setup_frame_unsaved()}
            </Text>
            <Group gap="xs">
              <Button variant="default" size="xs" onClick={onDiscard} disabled={busy}>
                {m.setup_frame_discard()}
              </Button>
              <Button size="xs" loading={busy} {...(onSave ? { onClick: onSave } : { type: "submit" as const })}>
                {m.save()}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </>
  );
}
