import type { Schemas } from "@freehold/client";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";

import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";

/** A one-time link: whether it is mailed, and a way to pass it on. It is shown only now. */
export function LinkBox({ email, link }: { email: string; link: Schemas["LinkResponse"] }) {
  const clipboard = useClipboard({ timeout: 2_000 });
  const address = link.link ?? "";
  return (
    <Stack gap={4}>
      <Text size="sm">{link.delivery === "mail" ? m.user_link_mailed({ email }) : m.user_link_not_mailed({ email })}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <TextInput style={{ flex: 1, minWidth: 0 }} readOnly aria-label={m.user_link_of({ email })} value={address} onFocus={(event) => event.currentTarget.select()} />
        <Button variant="light" onClick={() => clipboard.copy(address)} aria-label={clipboard.copied ? undefined : m.user_copy_link_of({ email })}>
          {clipboard.copied ? m.user_copied() : m.user_copy_link()}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {m.user_link_until({ time: moment(link.expiresAt, currentStyle()) })}
      </Text>
    </Stack>
  );
}
