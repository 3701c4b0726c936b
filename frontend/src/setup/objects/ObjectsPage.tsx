import "@mantine/core/styles/Table.css";

import { Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import { objectsQuery } from "~/setup/objects/queries";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

/** All objects of the tenant. */
export default function ObjectsPage() {
  const { data, error, refetch } = useQuery(objectsQuery);
  return (
    <div className="page">
      <PageHeader title={m.setup_nav_objects()} description={m.objects_intro()} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingState />}
      {data?.length === 0 && <EmptyState text={m.objects_none()} />}
      {data && data.length > 0 && (
        <Table.ScrollContainer minWidth={0}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.objects_column_object()}</Table.Th>
                <Table.Th ta="end">{m.objects_column_fields()}</Table.Th>
                <Table.Th>{m.objects_column_kind()}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Td>
                    {one.pluralLabel}
                    <Text size="xs" c="dimmed">
                      {one.name}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="end">{one.fields?.length ?? 0}</Table.Td>
                  <Table.Td>
                    <Badge variant="default">{one.standard ? m.objects_standard() : m.objects_custom()}</Badge>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  );
}
