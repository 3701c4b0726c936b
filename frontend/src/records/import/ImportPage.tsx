import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/RadioIndicator.css";
import "@mantine/core/styles/Progress.css";
import "@mantine/core/styles/Table.css";
import "@mantine/core/styles/List.css";

import { Problem } from "@freehold/client";
import { Alert, Anchor, Button, FileInput, Group, List, Progress, Radio, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { navigationQuery, objectQuery, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { type Format } from "~/records/import/format";
import { FormatOptions } from "~/records/import/FormatOptions";
import { JobPanel } from "~/records/import/JobPanel";
import { isEnded, jobQuery, jobsQuery } from "~/records/import/jobs";
import { RunningJobs } from "~/records/import/RunningJobs";
import { beginImport, checkFile, reportFile, type Mapping, type Report, type Upload } from "~/records/import/upload";

const route = getRouteApi("/shell/o/$object/import");
const SHOWN = 50;

type State =
  | { step: "file" }
  | { step: "running"; dry: boolean; share: number }
  | { step: "checked"; report: Report }
  | { step: "job"; id: string };

/** Importing a CSV file in three steps: choose, check without changing anything, import. */
export default function ImportPage() {
  const { object } = route.useParams();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const [file, setFile] = useState<File | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const [mode, setMode] = useState("all_or_nothing");
  const [key, setKey] = useState<string | null>(null);
  const [format, setFormat] = useState<Format>({});
  const [showsFormat, setShowsFormat] = useState(false);
  const [state, setState] = useState<State>({ step: "file" });
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const abort = useRef(new AbortController());
  const targets = useMemo(() => targetsOf(detail.fields, navigation.objects), [detail, navigation]);
  const keys = detail.fields.filter((one) => one.unique).map((one) => ({ value: one.name, label: one.label }));

  const run = async (dry: boolean, chosen: Mapping = mapping) => {
    if (!file) return;
    setRefusal(null);
    abort.current = new AbortController();
    setState({ step: "running", dry, share: 0 });
    try {
      const upload: Upload = {
        object,
        file,
        mapping: chosen,
        options: {
          mode: dry ? "good_lines" : mode,
          timeZone: currentStyle().timeZone,
          ...format,
          ...(dry ? { dryRun: "true" } : {}),
          ...(key === null ? {} : { upsertBy: key }),
        },
        onProgress: (share) => setState({ step: "running", dry, share }),
        signal: abort.current.signal,
      };
      if (dry) {
        const report = await checkFile(upload);
        setState({ step: "checked", report });
        if (report.errors?.some((one) => one.code.startsWith("ambiguous"))) setShowsFormat(true);
        return;
      }
      const job = await beginImport(upload);
      queries.setQueryData(["import", job.id], job);
      await queries.invalidateQueries({ queryKey: jobsQuery.queryKey });
      setState({ step: "job", id: job.id });
    } catch (error) {
      if (error instanceof Problem) {
        setRefusal(error);
        setShowsFormat(true); // what could not be found out is said there
      }
      setState({ step: "file" });
    }
  };
  const remap = (column: string, field: string | null) => {
    const next = { ...mapping, [column]: field };
    setMapping(next);
    void run(true, next);
  };

  return (
    <div className="page">
      <Anchor size="sm" renderRoot={(props) => <Link to="/o/$object" params={{ object }} {...props} />}>
        {detail.pluralLabel}
      </Anchor>
      <Title order={1} mb="md">
        {m.import_into({ objects: detail.pluralLabel })}
      </Title>
      <Stack>
        {refusal && (
          <Alert color="red" role="alert">
            {refusal.errors.length === 0 ? messageOf(refusal) : (
              <List size="sm">
                {refusal.errors.slice(0, SHOWN).map((one) => (
                  <List.Item key={one.field + one.message}>
                    {one.field}: {one.message}
                  </List.Item>
                ))}
              </List>
            )}
          </Alert>
        )}
        {state.step !== "job" && (
          <Group align="flex-end">
            <FileInput label={m.csv_file()} placeholder={m.choose()} accept=".csv,.tsv,.txt,text/csv" w={320} maw="100%" value={file}
              onChange={(next) => { setFile(next); setMapping({}); setState({ step: "file" }); setRefusal(null); }} />
            <Select label={m.update_by()} placeholder={m.always_create()} w={320} maw="100%" clearable data={keys} value={key} onChange={setKey} />
            <Button disabled={!file || state.step === "running"} variant={state.step === "file" ? "filled" : "default"} onClick={() => void run(true)}>
              {m.check_file()}
            </Button>
          </Group>
        )}
        {(state.step === "file" || state.step === "checked") && (
          <FormatOptions
            format={format}
            onChange={(next) => { setFormat(next); setState({ step: "file" }); }}
            isOpen={showsFormat}
            onToggle={() => setShowsFormat(!showsFormat)}
          />
        )}
        {state.step === "running" && (
          <Stack gap="xs" role="status">
            <Text size="sm">{state.share < 1 ? m.uploading() : state.dry ? m.checking() : m.importing()}</Text>
            <Progress value={state.share * 100} animated={state.share >= 1} aria-label={m.uploading()} />
            <Group>
              <Button size="xs" variant="default" onClick={() => abort.current.abort()}>
                {m.cancel()}
              </Button>
            </Group>
          </Stack>
        )}
        {state.step === "checked" && (
          <>
            <Columns report={state.report} targets={targets} onChange={remap} />
            <Summary report={state.report} />
            <Radio.Group value={mode} onChange={setMode} label={m.lines_with_errors()}>
              <Stack gap={4} mt={4}>
                <Radio value="all_or_nothing" label={m.import_all_or_nothing()} />
                <Radio value="good_lines" label={m.import_good_lines()} />
              </Stack>
            </Radio.Group>
            <Group>
              <Button disabled={mode === "all_or_nothing" && state.report.failed > 0} onClick={() => void run(false)}>
                {m.import_()}
              </Button>
            </Group>
          </>
        )}
        {state.step === "job" && (
          <>
            <JobPanel id={state.id} />
            <Group>
              <Button renderRoot={(props) => <Link to="/o/$object" params={{ object }} {...props} />}>{detail.pluralLabel}</Button>
              <AnotherFile id={state.id} onClick={() => { setFile(null); setMapping({}); setState({ step: "file" }); }} />
            </Group>
          </>
        )}
        {state.step === "file" && <RunningJobs object={object} onOpen={(id) => setState({ step: "job", id })} />}
      </Stack>
    </div>
  );
}

/** The next import, once this one has ended. */
function AnotherFile({ id, onClick }: { id: string; onClick: () => void }) {
  const { data: job } = useQuery(jobQuery(id));
  if (!job || !isEnded(job)) return null;
  return (
    <Button variant="default" onClick={onClick}>
      {m.import_another()}
    </Button>
  );
}

interface Target {
  value: string;
  label: string;
}

/** The fields that a column may go to; a lookup is found by the name of its record. */
function targetsOf(fields: { name: string; label: string; type: string; readOnly: boolean; target?: string }[], objects: { name: string; nameField: string | null }[]): Target[] {
  return fields.flatMap((one): Target[] => {
    if (one.type === "lookup") {
      const name = one.target === "users" ? "email" : objects.find((object) => object.name === one.target)?.nameField;
      return name ? [{ value: `${one.name}.${name}`, label: `${one.label} (${name})` }, { value: one.name, label: `${one.label} (ID)` }] : [];
    }
    return one.readOnly && one.name !== "id" ? [] : [{ value: one.name, label: one.label }];
  });
}

function Columns({ report, targets, onChange }: { report: Report; targets: Target[]; onChange: (column: string, field: string | null) => void }) {
  const hasExamples = report.takenAs?.columns.some((one) => (one.examples ?? []).length > 0);
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{m.column_of_file()}</Table.Th>
          <Table.Th>{m.field()}</Table.Th>
          {hasExamples && <Table.Th>{m.examples()}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.takenAs?.columns.map((one) => (
          <Table.Tr key={one.column}>
            <Table.Td>{one.column}</Table.Td>
            <Table.Td>
              <Select size="xs" aria-label={one.column} placeholder={m.ignored()} searchable clearable data={targets} value={one.field} onChange={(field) => onChange(one.column, field)} />
              {one.reason && (
                <Text size="xs" c="dimmed">
                  {one.reason}
                </Text>
              )}
            </Table.Td>
            {hasExamples && (
              <Table.Td>
                {(one.examples ?? []).slice(0, 2).map((cell) => (
                  <Text key={cell.line} size="xs">
                    {cell.cell} → {String(cell.value ?? "–")}
                  </Text>
                ))}
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Summary({ report }: { report: Report }) {
  const errors = report.errors ?? [];
  const download = () => {
    const address = URL.createObjectURL(reportFile(errors));
    const anchor = Object.assign(document.createElement("a"), { href: address, download: "errors.csv" });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  const counts = { created: report.created, updated: report.updated, failed: report.failed };
  return (
    <Alert color={report.failed > 0 ? "orange" : "green"} role="status" title={m.import_would(counts)}>
      {errors.length > 0 && (
        <Stack gap="xs">
          <List size="sm">
            {errors.slice(0, SHOWN).map((one) => (
              <List.Item key={`${one.line} ${one.field} ${one.code}`}>
                {m.line({ line: one.line })} {one.field}: {one.message}
              </List.Item>
            ))}
          </List>
          <Group>
            <Button size="xs" variant="default" onClick={download}>
              {m.download_errors()}
            </Button>
          </Group>
        </Stack>
      )}
    </Alert>
  );
}
