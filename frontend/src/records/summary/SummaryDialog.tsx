import "@mantine/core/styles/Table.css";

import { Anchor, Button, Group as Row, Loader, Select, Stack, Table, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, type Field } from "~/api";
import { messageOf } from "~/app/messages";
import { labelOf } from "~/fields/labels";
import type { Condition } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { conditionOf, groupsOf, keyOf, labelOfGroup, measuredText, measuresOf, queryOf, type Group, type Measure, type Measured, type Part, type Row as GroupRow, type Summary } from "~/records/summary/summary";

interface Props {
  object: string;
  fields: Field[];
  asked: Pick<Summary, "filter" | "search">;
  nameFields: ReadonlyMap<string, string | null>;
  /** Narrows the list to a group; null where one more condition would mean something else. */
  onGroup: ((condition: Condition) => void) | null;
}

/** Opens the sums of a list. */
export function openSummary(props: Props): void {
  modals.open({ title: m.summary(), size: "lg", children: <SummaryDialog {...props} /> });
}

const PART_LABELS: Record<Part, () => string> = { year: m.summary_year, quarter: m.summary_quarter, month: m.summary_month, day: m.summary_day };
const MEASURE_LABELS: Record<Measured, (values: { field: string }) => string> = { sum: m.summary_sum, avg: m.summary_avg, min: m.summary_min, max: m.summary_max };

function groupLabel({ field, part }: Group): string {
  return part ? `${labelOf(field)}: ${PART_LABELS[part]()}` : labelOf(field);
}

function measureLabel({ field, measured }: Measure): string {
  return field && measured ? MEASURE_LABELS[measured]({ field: labelOf(field) }) : m.summary_count();
}

function SummaryDialog({ object, fields, asked, nameFields, onGroup }: Props) {
  const groups = groupsOf(fields);
  const measures = measuresOf(fields);
  const [group, setGroup] = useState(groups.find((one) => one.field.type === "select") ?? groups[0] ?? null);
  const [measure, setMeasure] = useState<Measure>(measures[0]!);
  return (
    <Stack>
      <Row grow align="flex-end" wrap="wrap">
        <Select
          label={m.summary_by()}
          searchable
          allowDeselect={false}
          data={groups.map((one) => ({ value: keyOf(one), label: groupLabel(one) }))}
          value={group && keyOf(group)}
          onChange={(key) => setGroup(groups.find((one) => keyOf(one) === key) ?? group)}
        />
        <Select
          label={m.summary_of()}
          searchable
          allowDeselect={false}
          data={measures.map((one) => ({ value: keyOf(one), label: measureLabel(one) }))}
          value={keyOf(measure)}
          onChange={(key) => setMeasure(measures.find((one) => keyOf(one) === key) ?? measure)}
        />
      </Row>
      {group && <Sums {...{ object, asked, nameFields, onGroup, group, measure }} />}
    </Stack>
  );
}

async function sumsOf(object: string, query: Summary, signal: AbortSignal): Promise<{ data: GroupRow[]; hasMore: boolean }> {
  return (await api.POST("/api/v1/data/{object}/aggregate", { params: { path: { object } }, body: query as never, signal })).data!;
}

function Sums({ object, asked, nameFields, onGroup, group, measure }: Omit<Props, "fields"> & { group: Group; measure: Measure }) {
  const style = currentStyle();
  const parts = [queryOf(group, measure, asked, nameFields), queryOf(null, measure, asked, nameFields)];
  const { data, error, refetch } = useQuery({
    queryKey: ["records", object, "summary", parts],
    queryFn: ({ signal }) => Promise.all(parts.map((one) => sumsOf(object, one, signal))),
  });
  if (error) {
    return (
      <Text role="alert">
        {messageOf(error)}{" "}
        <Button size="compact-sm" variant="light" onClick={() => void refetch()}>
          {m.retry()}
        </Button>
      </Text>
    );
  }
  const [rows, whole] = data ?? [];
  if (!rows || !whole) return <Loader size="sm" role="status" aria-label={m.loading()} />;
  if (rows.data.length === 0) return <Text role="status">{m.no_match()}</Text>;
  const cells = (row: GroupRow) => [{}, ...(measure.field ? [measure] : [])].map((one) => <Table.Td key={keyOf(one)} ta="end">{measuredText(one, row, style)}</Table.Td>);
  return (
    <div className="summary">
      <Table fz="sm" aria-label={m.summary()}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{groupLabel(group)}</Table.Th>
            <Table.Th ta="end">{m.summary_count()}</Table.Th>
            {measure.field && <Table.Th ta="end">{measureLabel(measure)}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.data.map((row) => (
            <Table.Tr key={String(row[keyOf(group)])}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                <Name label={labelOfGroup(group, row, nameFields, style) ?? m.summary_none()} condition={onGroup && conditionOf(group, row)} onGroup={onGroup} />
              </Table.Td>
              {cells(row)}
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>{m.summary_all()}</Table.Th>
            {cells(whole.data[0] ?? {})}
          </Table.Tr>
        </Table.Tfoot>
      </Table>
      {rows.hasMore && (
        <Text size="sm" c="dimmed" mt="xs">
          {m.summary_more()}
        </Text>
      )}
    </div>
  );
}

function Name({ label, condition, onGroup }: { label: string; condition: Condition | null } & Pick<Props, "onGroup">) {
  if (!condition || !onGroup) return label;
  const show = () => {
    modals.closeAll();
    onGroup(condition);
  };
  return (
    <Anchor component="button" type="button" inherit ta="start" onClick={show}>
      {label}
    </Anchor>
  );
}
