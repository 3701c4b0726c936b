import "@mantine/core/styles/List.css";
import "@mantine/core/styles/Progress.css";

import { Alert, Anchor, Button, Group, List, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { refresh } from "~/records/deleting";
import { bytes, cancelJob, isEnded, jobQuery, shareOf, type ImportJob } from "~/records/import/jobs";
import { currentStyle } from "~/records/style";

const SHOWN = 50;

/** An import that runs, or what became of it. */
export function JobPanel({ id }: { id: string }) {
  const { data: job, error } = useQuery(jobQuery(id));
  const [refusal, setRefusal] = useState("");
  const ended = job !== undefined && isEnded(job);
  const object = job?.object;
  useEffect(() => {
    if (ended && object !== undefined) void refresh(object);
  }, [ended, object]);
  if (!job) return <Text size="sm" role="status">{error ? messageOf(error) : m.loading()}</Text>;
  if (ended) return <Ended job={job} />;
  const cancel = () => cancelJob(id).catch((failure: unknown) => setRefusal(messageOf(failure)));
  const { locale } = currentStyle();
  const { report, progress } = job;
  const share = shareOf(progress);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {job.fileName}
      </Text>
      <Text size="sm">
        {progress.of === null ? m.import_waiting() : m.import_progress({ done: bytes(progress.done, locale), all: bytes(progress.of, locale) })}{" "}
        {m.import_did({ created: report.created, updated: report.updated, failed: report.failed })}
      </Text>
      <Progress value={(share ?? 0) * 100} animated aria-label={m.importing()} />
      <Text size="sm" c="dimmed">
        {m.import_may_leave()}
      </Text>
      {(refusal !== "" || error) && (
        <Text size="sm" c="red" role="alert">
          {refusal || messageOf(error)}
        </Text>
      )}
      <Group>
        <Button size="xs" variant="default" onClick={() => void cancel()}>
          {m.import_cancel()}
        </Button>
      </Group>
    </Stack>
  );
}

function Ended({ job }: { job: ImportJob }) {
  const { report } = job;
  const counts = m.import_did({ created: report.created, updated: report.updated, failed: report.failed });
  const color = job.state === "failed" ? "red" : job.state === "cancelled" || report.failed > 0 ? "orange" : "green";
  const problems = [
    ...(job.error?.errors ?? []).map((one) => `${one.field}: ${one.message}`),
    ...report.errors.map((one) => `${m.line({ line: one.line })} ${one.field}: ${one.message}`),
  ];
  return (
    <Alert color={color} role="status" styles={{ title: { color: "var(--mantine-color-text)" } }} title={job.state === "failed" ? m.import_failed() : job.state === "cancelled" ? m.import_cancelled() : m.import_ended()}>
      <Stack gap="xs">
        <Text size="sm">{counts}</Text>
        {job.error && problems.length === 0 && <Text size="sm">{job.error.message}</Text>}
        {problems.length > 0 && (
          <List size="sm">
            {problems.slice(0, SHOWN).map((text) => (
              <List.Item key={text}>{text}</List.Item>
            ))}
          </List>
        )}
        {report.failed > 0 && (
          <Anchor size="sm" href={`/api/v1/jobs/${job.id}/failed.csv`} download>
            {m.import_failed_lines()}
          </Anchor>
        )}
      </Stack>
    </Alert>
  );
}
