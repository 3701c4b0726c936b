import { Anchor, Button, Group, Text } from "@mantine/core";
import { useEffect } from "react";

import { api } from "~/api";
import type { BlockedKind } from "~/app/host";
import { Frame } from "~/session/Frame";
import { m } from "~/paraglide/messages";

const CHECKED_EVERY = 3_000;

const TEXTS: Record<BlockedKind, { title: () => string; text: () => string; passes: boolean }> = {
  unknown: { title: m.blocked_unknown_title, text: () => m.blocked_unknown({ host: location.host }), passes: false },
  suspended: { title: m.blocked_suspended_title, text: m.blocked_suspended, passes: false },
  archived: { title: m.blocked_archived_title, text: m.blocked_archived, passes: false },
  "not-ready": { title: m.blocked_not_ready_title, text: m.blocked_not_ready, passes: true },
  upgrading: { title: m.blocked_upgrading_title, text: m.blocked_upgrading, passes: true },
};

const central = document.querySelector<HTMLMetaElement>('meta[name="freehold-central"]')?.content ?? "";

/** In place of a workspace that is not there at present: why, and what to do. */
export default function BlockedPage({ kind }: { kind: BlockedKind }) {
  const { title, text, passes } = TEXTS[kind];
  useEffect(() => {
    document.title = title();
    if (!passes) return;
    const timer = setInterval(() => {
      api.GET("/api/v1/tenant").then(
        () => location.reload(),
        () => undefined,
      );
    }, CHECKED_EVERY);
    return () => clearInterval(timer);
  }, [title, passes]);
  return (
    <Frame title={title()}>
      <Text role={passes ? "status" : undefined}>{text()}</Text>
      <Group justify="space-between">
        <Button variant="light" onClick={() => location.reload()}>
          {m.blocked_try_again()}
        </Button>
        {central !== "" && (
          <Group gap="md">
            <Anchor href={central} size="sm">
              {m.blocked_front_door()}
            </Anchor>
            <Anchor href={`${central}/find`} size="sm">
              {m.find_link()}
            </Anchor>
          </Group>
        )}
      </Group>
    </Frame>
  );
}
