import { Button, FileButton, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { removeLogo, replaceLogo } from "~/setup/tenant/queries";

const LARGEST = 256 * 1024;

/** The logo as it is shown on a light and on a dark page, and what can be done with it. */
export function Logo({ logo }: { logo: string | null }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const act = async (action: () => Promise<void>) => {
    setBusy(true);
    setError("");
    try {
      await action();
      notifications.show({ message: m.saved(), autoClose: 3_000 });
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  const upload = (file: File | null) => {
    if (!file) return;
    if (file.size > LARGEST) setError(m.settings_logo_too_large());
    else void act(() => replaceLogo(file));
  };
  return (
    <section aria-label={m.settings_logo()}>
      <Stack gap="sm">
        <Title order={2}>{m.settings_logo()}</Title>
        <Text size="sm" c="dimmed">
          {m.settings_logo_text()}
        </Text>
        <Refusal text={error} />
        {logo !== null && (
          <Group gap="sm">
            {(["#ffffff", "#242424"] as const).map((page) => (
              <Paper key={page} withBorder p="md" bg={page}>
                <img src={logo} alt={page === "#ffffff" ? m.settings_logo_light() : m.settings_logo_dark()} className="entry-logo" />
              </Paper>
            ))}
          </Group>
        )}
        <Group gap="xs">
          <FileButton onChange={upload} accept="image/png,image/jpeg,image/webp">
            {(props) => (
              <Button {...props} variant="default" size="xs" loading={busy}>
                {logo === null ? m.settings_logo_add() : m.settings_logo_replace()}
              </Button>
            )}
          </FileButton>
          {logo !== null && (
            <Button variant="default" size="xs" disabled={busy} onClick={() => void act(removeLogo)}>
              {m.settings_logo_remove()}
            </Button>
          )}
        </Group>
      </Stack>
    </section>
  );
}
