import "@mantine/core/styles/Progress.css";
import "@mantine/core/styles/Table.css";

import { Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { day, moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { bytes } from "~/records/import/jobs";
import { currentStyle, number } from "~/records/style";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { ErrorState, LoadingState } from "~/setup/pieces/states";
import { linesOf, stateOf, type Content, type Line, type Usage, usageQuery } from "~/setup/usage/usage";

/** What the tenant may use, what it uses, and the requests of the last days. */
export default function UsagePage() {
  const { data: usage, error, isPending, refetch } = useQuery(usageQuery);
  return (
    <div className="page" style={{ maxWidth: "48rem" }}>
      <PageHeader title={m.setup_nav_usage()} description={m.usage_text()} />
      {isPending ? (
        <LoadingState />
      ) : error && !usage ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : usage ? (
        <Stack gap="xl">
          <Contents usage={usage} />
          <Requests usage={usage} />
        </Stack>
      ) : null}
    </div>
  );
}

const LABELS: Record<Content, () => string> = {
  rows: m.usage_rows,
  storageBytes: m.usage_storage,
  users: m.usage_users,
  objects: m.usage_objects,
};

function Contents({ usage: { limits, current }, usage }: { usage: Usage }) {
  return (
    <Stack gap="md">
      <div>
        <Text style={{ overflowWrap: "anywhere" }}>{limits === null ? m.usage_no_plan() : m.usage_plan({ plan: limits.plan })}</Text>
        <Text size="sm" c="dimmed">
          {current === null ? m.usage_not_measured() : m.usage_measured({ at: moment(current.measuredAt, currentStyle()) })}
        </Text>
      </div>
      {linesOf(usage).map((line) => (
        <OfContent key={line.content} line={line} />
      ))}
    </Stack>
  );
}

function OfContent({ line }: { line: Line }) {
  const label = LABELS[line.content]();
  const shown = (value: number) => (line.content === "storageBytes" ? bytes(value, getLocale()) : number(value));
  const state = stateOf(line);
  const color = { full: "red", nearly: "yellow", fine: "blue" }[state];
  return (
    <section aria-label={label}>
      <Group justify="space-between" align="baseline" mb={4}>
        <Text fw={500}>{label}</Text>
        <Text size="sm">{ofWhat(line, shown)}</Text>
      </Group>
      {line.share !== null && <Progress value={line.share} color={color} aria-label={label} />}
      {state === "full" && (
        <Text size="sm" mt={4}>
          {m.usage_full()}
        </Text>
      )}
    </section>
  );
}

function ofWhat({ used, most }: Line, shown: (value: number) => string): string {
  if (used === null) return m.usage_at_most({ most: shown(most ?? 0) });
  return most === null ? shown(used) : m.usage_of({ used: shown(used), most: shown(most) });
}

function Requests({ usage }: { usage: Usage }) {
  const style = currentStyle();
  const { limits } = usage;
  return (
    <section aria-labelledby="usage-requests">
      <Title id="usage-requests" order={2} fz="md" mb="xs">
        {m.usage_requests()}
      </Title>
      {limits?.requestsPerSecond != null && (
        <Text size="sm" c="dimmed">
          {m.usage_rate({ rate: number(limits.requestsPerSecond) })}
        </Text>
      )}
      {limits?.concurrentRequests != null && (
        <Text size="sm" c="dimmed">
          {m.usage_concurrent({ most: number(limits.concurrentRequests) })}
        </Text>
      )}
      {usage.days.length === 0 ? (
        <Text size="sm">{m.usage_no_requests()}</Text>
      ) : (
        <Table mt="xs" fz="sm" className="numbers" aria-labelledby="usage-requests">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{m.usage_day()}</Table.Th>
              <Table.Th ta="end">{m.usage_requests()}</Table.Th>
              <Table.Th ta="end">{m.usage_refused()}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...usage.days].reverse().map((one) => (
              <Table.Tr key={one.day}>
                <Table.Td>{day(one.day, style)}</Table.Td>
                <Table.Td ta="end">{number(one.requests)}</Table.Td>
                <Table.Td ta="end">{number(one.refused)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
