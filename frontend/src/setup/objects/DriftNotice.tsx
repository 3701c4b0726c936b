import "@mantine/core/styles/List.css";
import "~/setup/setup.css";

import { Alert, Button, Group, List, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { driftQuery, refreshDefinitions, type Drift } from "~/setup/objects/queries";

/** Compares the tables with the definitions when it is asked to, and repairs what can be repaired without loss. */
export function DriftNotice() {
  const client = useQueryClient();
  const drift = useQuery({ ...driftQuery, enabled: false });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const repair = async () => {
    setBusy(true);
    setError("");
    try {
      const { data } = await api.POST("/api/v1/objects/drift");
      client.setQueryData(driftQuery.queryKey, data!.remaining);
      await refreshDefinitions(client);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  const failed = error || (drift.error ? messageOf(drift.error) : "");
  const found = drift.data ?? [];
  return (
    <section aria-label={m.drift_title()} style={{ marginTop: "2rem" }}>
      <Group gap="sm">
        <Button size="xs" variant="default" loading={drift.isFetching} onClick={() => void drift.refetch()}>
          {m.drift_check()}
        </Button>
        <Text size="sm" c="dimmed">
          {m.drift_help()}
        </Text>
      </Group>
      <div role="status">
        {failed !== "" && (
          <Alert color="red" mt="sm">
            {failed}
          </Alert>
        )}
        {drift.data?.length === 0 && failed === "" && (
          <Alert color="green" mt="sm">
            {m.drift_none()}
          </Alert>
        )}
        {found.length > 0 && (
          <Alert className="readable" color="yellow" mt="sm" title={m.drift_found()}>
            <List size="sm">
              {found.map((one) => (
                <List.Item key={`${one.object} ${one.kind} ${one.name}`}>{lineOf(one)}</List.Item>
              ))}
            </List>
            {found.some((one) => one.repairable) && (
              <Button size="xs" mt="sm" loading={busy} onClick={() => void repair()}>
                {m.drift_repair()}
              </Button>
            )}
          </Alert>
        )}
      </div>
    </section>
  );
}

function lineOf(one: Drift): string {
  const where = one.object === "" ? one.name : `${one.object} (${one.name})`;
  return one.repairable ? `${where}: ${one.message}` : `${where}: ${one.message} ${m.drift_by_hand()}`;
}
