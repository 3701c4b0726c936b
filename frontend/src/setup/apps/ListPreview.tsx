import "@mantine/core/styles/Table.css";

import { Table, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";

import { navigationQuery, queryRecords, type ObjectDetail } from "~/api";
import { messageOf } from "~/app/messages";
import { FieldValue } from "~/fields/FieldValue";
import { m } from "~/paraglide/messages";
import { bodyOf, shapeOf } from "~/records/list/shape";
import type { ListDraft } from "~/setup/apps/layouts";

const ROWS = 8;

/** The first records as the page would show them. */
export function ListPreview({ detail, layout }: { detail: ObjectDetail; layout: ListDraft }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const shape = shapeOf(detail, {}, layout);
  const nameFields = new Map<string, string | null>([["users", "name"], ...navigation.objects.map((one): [string, string | null] => [one.name, one.nameField])]);
  const body = { ...bodyOf(shape, nameFields, detail.nameField), limit: ROWS, count: "capped" as const };
  const records = useQuery({ queryKey: ["records", detail.name, "preview", body], queryFn: ({ signal }) => queryRecords(detail.name, body, signal), placeholderData: (before) => before });
  if (records.isError) return <Text role="alert">{messageOf(records.error)}</Text>;
  const { data = [], count } = records.data ?? {};
  return (
    <>
      <Table.ScrollContainer minWidth={Math.min(900, shape.columns.length * 130)} type="native" tabIndex={0} role="region" aria-label={m.preview()}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {shape.columns.map((one) => (
                <Table.Th key={one.name}>{one.label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((record) => (
              <Table.Tr key={record.id}>
                {shape.columns.map((one) => (
                  <Table.Td key={one.name} className="preview-cell">
                    <FieldValue value={record[one.name]} field={one} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed" mt="xs">
        {records.isPending ? m.loading() : data.length === 0 ? m.preview_none() : count?.capped ? m.count_more({ count: count.value }) : (count?.value ?? data.length) === 1 ? m.count_one() : m.count_of({ count: count?.value ?? data.length })}
      </Text>
    </>
  );
}
