import "@mantine/core/styles/Table.css";

import { Anchor, Badge, Button, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { pluralLabelOf } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import { DriftNotice } from "~/setup/objects/DriftNotice";
import { NewObject } from "~/setup/objects/NewObject";
import { objectsQuery, type Definition } from "~/setup/objects/queries";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

const MANY = 10;

/** All objects of the tenant. */
export default function ObjectsPage() {
  const { data, error, refetch } = useQuery(objectsQuery);
  const [words, setWords] = useState("");
  const [creating, setCreating] = useState(false);
  const found = data?.filter((one) => `${one.label} ${one.pluralLabel} ${pluralLabelOf(one)} ${one.name}`.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <div className="page">
      <PageHeader title={m.setup_nav_objects()} description={m.objects_intro()}>
        <Button onClick={() => setCreating(true)} disabled={!data}>
          {m.objects_new()}
        </Button>
      </PageHeader>
      {data && data.length > MANY && (
        <TextInput type="search" mb="sm" maw={320} aria-label={m.search()} placeholder={m.search()} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      )}
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingState />}
      {found?.length === 0 && <EmptyState text={data?.length === 0 ? m.objects_none() : m.nothing_found()} />}
      {found && found.length > 0 && <ObjectTable objects={found} />}
      {data && <DriftNotice />}
      {data && <NewObject opened={creating} onClose={() => setCreating(false)} objects={data.map((one) => one.name)} />}
    </div>
  );
}

function ObjectTable({ objects }: { objects: Definition[] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{m.objects_column_object()}</Table.Th>
          <Table.Th ta="end">{m.objects_column_fields()}</Table.Th>
          <Table.Th>{m.objects_column_kind()}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {objects.map((one) => (
          <Table.Tr key={one.name}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              <Anchor fw={500} renderRoot={(props) => <Link to="/setup/objects/$object" params={{ object: one.name }} {...props} />}>
                {pluralLabelOf(one)}
              </Anchor>
              <Text size="xs" c="dimmed">
                {one.name}
              </Text>
            </Table.Td>
            <Table.Td ta="end">{one.fields.filter((field) => !field.system).length}</Table.Td>
            <Table.Td>
              <Badge variant="default" tt="none" fw={500} radius="sm">
                {one.standard ? m.objects_standard() : m.objects_custom()}
              </Badge>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
