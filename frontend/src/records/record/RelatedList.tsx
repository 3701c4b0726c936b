import "@mantine/core/styles/Table.css";

import { Anchor, Group, Table, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { objectQuery, queryRecords, type Navigation } from "~/api";
import { messageOf } from "~/app/messages";
import { FieldValue } from "~/fields/FieldValue";
import { nameOf } from "~/fields/format";
import { allOf, both, toText } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import type { Related } from "~/records/record/layout";

/** The first records that refer to this one, with a link to all of them. */
export function RelatedList({ related, id, navigation }: { related: Related; id: string; navigation: Navigation }) {
  const { data: detail } = useSuspenseQuery(objectQuery(related.object));
  const known = new Map(detail.fields.map((one) => [one.name, one]));
  const columns = related.columns.flatMap((name) => known.get(name) ?? []);
  const nameFields = new Map<string, string | null>([["users", "name"], ...navigation.objects.map((one): [string, string | null] => [one.name, one.nameField])]);
  const fields = columns.map((one) => {
    const name = one.type === "lookup" ? nameFields.get(one.target ?? "users") : undefined;
    return name ? `${one.name}.${name}` : one.name;
  });
  const limit = related.limit ?? 10;
  const records = useQuery({
    queryKey: ["records", related.object, "related", related, id],
    queryFn: ({ signal }) => {
      const filter = both({ [related.field]: id }, related.filter ?? {});
      const query = { filter, sort: related.sort ?? [], fields: ["id", "version", ...fields], limit };
      return queryRecords(related.object, query, signal);
    },
  });
  if (records.isError) return <Text role="alert">{messageOf(records.error)}</Text>;
  if (records.isPending) return <Text c="dimmed">{m.loading()}</Text>;
  const create = navigation.objects.find((one) => one.name === related.object)?.can.create;
  return (
    <>
      {records.data.data.length === 0 ? (
        <Text c="dimmed">{m.no_records()}</Text>
      ) : (
        <Table.ScrollContainer minWidth={500}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                {columns.map((one) => (
                  <Table.Th key={one.name}>{one.label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {records.data.data.map((record) => (
                <Table.Tr key={record.id}>
                  {columns.map((one, at) => (
                    <Table.Td key={one.name}>
                      {at === 0 ? (
                        <Anchor size="sm" renderRoot={(props) => <Link to="/o/$object/$id" params={{ object: related.object, id: record.id }} {...props} />}>
                          {one.type === "lookup" ? nameOf(record[one.name]) : String(record[one.name] ?? "–")}
                        </Anchor>
                      ) : (
                        <FieldValue value={record[one.name]} field={one} />
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group mt="xs" className="no-print">
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/o/$object" params={{ object: related.object }} search={{ filter: toText(allOf({ field: related.field, operator: "eq", value: id })) }} {...props} />
          )}
        >
          {m.related_more()}
        </Anchor>
        {create && (
          <Anchor size="sm" renderRoot={(props) => <Link to="/o/$object/new" params={{ object: related.object }} search={{ [related.field]: id } as never} {...props} />}>
            {m.new_record({ object: detail.label })}
          </Anchor>
        )}
      </Group>
    </>
  );
}
