import { Button, Group, Paper, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

const sampleQuery = {
  queryKey: ["sample data"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.GET("/api/v1/sample-data", { signal })).data!,
};

/** Sample records: created on request, and removed again, those that were changed only if that is wanted. */
export function SampleData() {
  const { data: sample, error, refetch } = useQuery(sampleQuery);
  const [busy, setBusy] = useState(false);
  if (!sample) return error ? <Text role="alert">{messageOf(error)} <Button size="compact-sm" variant="default" onClick={() => void refetch()}>{m.retry()}</Button></Text> : null;
  const present = Object.values(sample.records).reduce((sum, one) => sum + one, 0);

  const act = async (action: () => Promise<string>) => {
    setBusy(true);
    try {
      notifications.show({ message: await action() });
      await queries.invalidateQueries();
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    } finally {
      setBusy(false);
    }
  };
  const load = () => act(async () => m.welcome_sample_created({ count: (await api.POST("/api/v1/sample-data")).data!.created }));
  const remove = (changed: boolean) =>
    act(async () => {
      const { removed, kept } = (await api.DELETE("/api/v1/sample-data", { params: { query: { changed } } })).data!;
      return kept === 0 ? m.welcome_sample_removed({ count: removed }) : m.welcome_sample_kept({ count: removed, kept });
    });
  const ask = () =>
    modals.open({
      modalId: "sample",
      title: m.welcome_sample_remove(),
      children: <Removal count={present} changed={sample.changed} onRemove={(changed) => { modals.close("sample"); void remove(changed); }} />,
    });
  return (
    <Paper withBorder p="md" component="section" aria-label={m.welcome_sample()}>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: "1 1 18rem", minWidth: 0 }}>
          <Title order={2}>{m.welcome_sample()}</Title>
          <Text size="sm" c="dimmed">
            {present > 0 ? m.welcome_sample_present({ count: present }) : sample.available > 0 ? m.welcome_sample_text({ count: sample.available }) : m.welcome_sample_impossible()}
          </Text>
        </div>
        {present > 0 ? (
          <Button variant="default" loading={busy} onClick={ask}>
            {m.welcome_sample_remove()}
          </Button>
        ) : (
          sample.available > 0 && (
            <Button variant="light" loading={busy} onClick={() => void load()}>
              {m.welcome_sample_load()}
            </Button>
          )
        )}
      </Group>
    </Paper>
  );
}

function Removal({ count, changed, onRemove }: { count: number; changed: number; onRemove: (changed: boolean) => void }) {
  return (
    <>
      <Text size="sm" mb="md">
        {changed > 0 ? m.welcome_sample_changed({ count, changed }) : m.welcome_sample_sure({ count })}
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => modals.close("sample")}>
          {m.cancel()}
        </Button>
        {changed > 0 && (
          <Button variant="default" onClick={() => onRemove(false)}>
            {m.welcome_sample_keep_changed()}
          </Button>
        )}
        <Button color="red" onClick={() => onRemove(changed > 0)}>
          {changed > 0 ? m.welcome_sample_remove_all() : m.welcome_sample_remove()}
        </Button>
      </Group>
    </>
  );
}
