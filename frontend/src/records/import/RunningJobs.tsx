import { Button, Group, Paper, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import { isEnded, jobsQuery } from "~/records/import/jobs";

/** The caller's imports into an object that have not ended, to come back to. */
export function RunningJobs({ object, onOpen }: { object: string; onOpen: (id: string) => void }) {
  const { data: jobs } = useQuery(jobsQuery);
  const running = (jobs ?? []).filter((one) => one.object === object && !isEnded(one));
  return running.map((one) => (
    <Paper key={one.id} withBorder p="sm">
      <Group justify="space-between">
        <Text size="sm">{m.import_runs({ file: one.fileName })}</Text>
        <Button size="xs" variant="default" onClick={() => onOpen(one.id)}>
          {m.import_show()}
        </Button>
      </Group>
    </Paper>
  ));
}
