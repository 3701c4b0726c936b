import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { useUnsaved } from "~/app/unsaved";
import { m } from "~/paraglide/messages";

/** Asks before a page with unsaved changes is left, whichever way. `isUnsaved` is read at that moment. */
export function UnsavedGuard({ isUnsaved }: { isUnsaved: () => boolean }) {
  useUnsaved(isUnsaved);
  const blocker = useBlocker({ shouldBlockFn: ({ current, next }) => isUnsaved() && current.pathname !== next.pathname, enableBeforeUnload: isUnsaved, withResolver: true });
  return (
    <Modal opened={blocker.status === "blocked"} onClose={() => blocker.reset?.()} title={m.unsaved_title()}>
      <Text mb="md">{m.unsaved_text()}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus>
          {m.stay()}
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          {m.leave()}
        </Button>
      </Group>
    </Modal>
  );
}
